#include "support/program.hpp"

#include "base/display_width.hpp"

#include <nlohmann/json.hpp>

namespace fovea::test {
namespace {

/// A home of its own with a configuration file.
struct Settings : testing::Test {
  Settings() { std::filesystem::create_directories(folder.file("config/fovea")); }
  CommandOptions with(const std::string& configuration,
                      const std::vector<std::pair<std::string, std::string>>& more = {}) const {
    store(folder.file("config/fovea/config"), configuration);
    CommandOptions options;
    options.environment = more;
    options.environment.emplace_back("XDG_CONFIG_HOME", folder.file("config"));
    return options;
  }
  static std::string model_of(const Outcome& outcome) {
    return outcome.code == 0 ? nlohmann::json::parse(outcome.out)["path"].get<std::string>() : outcome.err;
  }
  TemporaryFolder folder;
  std::string plain = data("networks/plain.onnx");
  std::string other = std::string(FOVEA_SOURCE_DIR) + "/models/imagenette-resnet-plain.onnx";
};

TEST_F(Settings, TheModelIsOfOptionVariableFileOrDefault) {
  const std::string file = "model = " + plain + "\n";
  EXPECT_EQ(model_of(fovea({"info", "--json", "-m", bundled()}, with(file, {{"FOVEA_MODEL", other}}))),
            bundled());
  EXPECT_EQ(model_of(fovea({"info", "--json"}, with(file, {{"FOVEA_MODEL", other}}))), other);
  EXPECT_EQ(model_of(fovea({"info", "--json"}, with(file))), plain);
  EXPECT_TRUE(contains(model_of(fovea({"info", "--json"}, with(""))), "imagenette-resnet.onnx"));
}

TEST_F(Settings, PreprocessingIsOfOptionVariableFileOrMetadata) {
  const auto best = [&](const std::vector<std::string>& more, const CommandOptions& options) {
    std::vector<std::string> arguments = {"classify", sample("church.jpg"), "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome outcome = fovea(arguments, options);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.out;
  };
  const std::string caffe = best({"--preprocess", "caffe"}, with("")),
                    tf = best({"--preprocess", "tf"}, with(""));
  ASSERT_NE(caffe, tf);
  EXPECT_NE(best({}, with("")), caffe);
  EXPECT_EQ(best({}, with("preprocess = caffe\n")), caffe);
  EXPECT_EQ(best({}, with("preprocess = caffe\n", {{"FOVEA_PREPROCESS", "tf"}})), tf);
  EXPECT_EQ(best({"--preprocess", "caffe"}, with("", {{"FOVEA_PREPROCESS", "tf"}})), caffe);
}

TEST_F(Settings, APresetThatReplacesTheModelsOwnIsNoted) {
  const std::string photo = sample("church.jpg"), path = folder.file("config/fovea/config");
  const auto err = [&](const CommandOptions& options, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"classify", photo, "-m", bundled()});
    return fovea(more, options).err;
  };
  EXPECT_TRUE(contains(err(with("", {{"FOVEA_PREPROCESS", "caffe"}})),
                       "note: pictures are prepared by the preset caffe, which FOVEA_PREPROCESS sets"));
  EXPECT_TRUE(contains(err(with("preprocess = tf\n")), "the preset tf, which " + path + ":1 sets"));
  EXPECT_FALSE(contains(err(with("preprocess = tf\n"), {"--preprocess", "caffe"}), "are prepared by"));
  const Outcome info = fovea({"info", bundled()}, with("preprocess = tf\n"));
  EXPECT_TRUE(contains(info.out, "(from preset tf, set by " + path + ":1)")) << info.out;
  EXPECT_TRUE(contains(info.err, "are prepared by the preset tf")) << info.err;
}

TEST_F(Settings, OfTheFileAreOptions) {
  const std::string photo = sample("church.jpg");
  EXPECT_EQ(
      fovea({"classify", photo}, with("threads = 1\nworkers=2\ncolormap = viridis\nno-progress = yes\n"))
          .code,
      0);
  const Outcome coloured = fovea({"classify", "none.jpg"}, with("color = always\nquiet = no\n"));
  EXPECT_TRUE(contains(coloured.err, "\033[1;31merror:\033[0m")) << coloured.err;
  EXPECT_FALSE(
      contains(fovea({"classify", "none.jpg", "--color", "never"}, with("color = always\n")).err, "\033"));
}

TEST_F(Settings, ErrorsSayWhereTheyAre) {
  const std::string photo = sample("church.jpg"), path = folder.file("config/fovea/config");
  expect_error(fovea({"classify", photo, "-q"}, with("\nmodl = x\n")), 1, {path + ":2: unknown key 'modl'"});
  expect_error(fovea({"classify", photo, "-q"}, with("threads = many\n")), 2, {path + ":1: --threads"});
  expect_error(fovea({"classify", photo, "-q"}, with("quiet = perhaps\n")), 1, {path + ":1: ", "yes or no"});
  expect_error(fovea({"classify", photo, "-q"}, with("preprocess = none-such\n")), 1,
               {path + ":1: ", "caffe"});
  expect_error(fovea({"classify", photo, "-q"}, with("model = none-such.onnx\n")), 1,
               {path + ":1: ", "none-such.onnx"});
  expect_error(fovea({"classify", photo, "-q"}, with("", {{"FOVEA_MODEL", "none-such.onnx"}})), 1,
               {"FOVEA_MODEL: ", "none-such.onnx"});
  expect_error(fovea({"classify", photo, "-q"}, with("", {{"FOVEA_PREPROCESS", "cafe"}})), 1,
               {"FOVEA_PREPROCESS: "});
  EXPECT_EQ(fovea({"classify", "--help"}, with("modl = x\n")).code, 0) << "help is to be had in any case";
}

/// What a terminal of a width sees while many pictures are worked on.
std::vector<std::string> progress_lines(int columns, const std::vector<std::string>& more = {}) {
  CommandOptions options;
  options.terminal_columns = columns;
  options.environment = {{"TERM", "xterm"}, {"COLUMNS", ""}, {"NO_COLOR", ""}};
  std::vector<std::string> arguments = {"saliency", "--method",  "smoothgrad", "--samples",
                                        "10",       "--workers", "1"};
  const TemporaryFolder folder;
  arguments.insert(arguments.end(), {"-o", folder.file("maps")});
  arguments.insert(arguments.end(), more.begin(), more.end());
  arguments.insert(arguments.end(), 60, sample("church.jpg"));
  const Outcome outcome = fovea(arguments, options);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  std::vector<std::string> lines;
  const std::string clear = "\r\033[K";
  for (std::size_t at = 0; (at = outcome.err.find(clear, at)) != std::string::npos;) {
    at += clear.size();
    const std::string line = outcome.err.substr(at, outcome.err.find_first_of("\r\n", at) - at);
    if (!line.empty() && line.front() == '[')
      lines.push_back(line);
  }
  return lines;
}

TEST(Progress, IsOneLineAsWideAsTheTerminal) {
  for (const int columns : {80, 200}) {
    const std::vector<std::string> lines = progress_lines(columns);
    ASSERT_FALSE(lines.empty());
    for (const std::string& line : lines)
      EXPECT_LT(display_width(line), static_cast<std::size_t>(columns)) << line;
    EXPECT_TRUE(contains(lines.back(), " left  ")) << lines.back();
    EXPECT_TRUE(contains(lines.back(), "/60")) << lines.back();
    if (columns == 200) {
      EXPECT_TRUE(contains(lines.back(), sample("church.jpg"))) << lines.back();
    }
  }
}

TEST(Progress, IsLeftOutIfAsked) {
  EXPECT_TRUE(progress_lines(80, {"--no-progress"}).empty());
  EXPECT_TRUE(progress_lines(80, {"-q"}).empty());
}

TEST(Messages, AreAsWideAsTheTerminal) {
  for (const int columns : {0, 60, 80}) {
    CommandOptions options;
    options.terminal_columns = columns;
    options.environment = {{"TERM", "dumb"}, {"COLUMNS", ""}};
    std::string err = fovea({"classify", sample("church.jpg")}, options).err;
    std::erase(err, '\r');
    EXPECT_TRUE(contains(err, "note: no network was named")) << err;
    if (columns == 0)
      EXPECT_EQ(lines_of(err), 1) << "no line is wrapped in a file";
    else
      EXPECT_GT(lines_of(err), 2) << err;
    for (std::size_t begin = 0; columns > 0 && begin < err.size();) {
      const std::size_t end = err.find('\n', begin);
      EXPECT_LE(display_width(err.substr(begin, end - begin)), static_cast<std::size_t>(columns)) << err;
      begin = end == std::string::npos ? err.size() : end + 1;
    }
  }
}

TEST(Messages, HaveColoursOnTerminalsOnly) {
  const auto message = [](int columns, const char* no_color, std::vector<std::string> more) {
    CommandOptions options;
    options.terminal_columns = columns;
    options.environment = {{"NO_COLOR", no_color}, {"TERM", "xterm"}};
    more.insert(more.begin(), {"classify", "none.jpg"});
    return fovea(more, options).err;
  };
  const std::string colour = "fovea: \033[1;31merror:\033[0m";
  EXPECT_TRUE(contains(message(80, "", {}), colour));
  EXPECT_FALSE(contains(message(80, "1", {}), "\033"));
  EXPECT_FALSE(contains(message(0, "", {}), "\033"));
  EXPECT_TRUE(contains(message(0, "1", {"--color", "always"}), colour)) << "the option comes first";
  EXPECT_FALSE(contains(message(80, "", {"--color=never"}), "\033"));
}

TEST(Results, OfEveryTableAreTabSeparatedIfAsked) {
  const TemporaryFolder folder;
  const std::string photo = sample("church.jpg");
  const std::vector<std::pair<std::vector<std::string>, std::string>> commands = {
      {{"list", "methods"}, "name\ttitle\tsummary\tsource\tsamples\tvalues\tgroup\tpasses\tneeds\tsanity\n"},
      {{"models", "list"}, "name\taliases\ttitle\t"},
      {{"classify", photo}, "image\trank\tindex\tname\tscore\tprobability\twordnet_id\n"},
      {{"info", bundled(), "--layers"}, "name\t"},
      {{"bench", bundled(), "--iterations", "1", "--warm-up", "1", "--profile"}, "operator\tpart\tcount\t"},
      {{"saliency", photo, "-o", folder.file("maps")}, "image\tclass.index\t"},
      {{"localize", photo, "--crops", "whole", "-o", folder.file("objects")}, "image\tclass.index\t"},
      {{"deconv", photo, "-o", folder.file("deconv")}, "image\t"},
      {{"evaluate", "sanity", photo, "--methods", "gradient", "--stages", "1", "-o", folder.file("sanity")},
       "method\tverdict\t"},
      {{"evaluate", "faithfulness", photo, "--methods", "gradient", "--steps", "3", "--subsets", "0", "-o",
        folder.file("faith")},
       "method\t"},
  };
  for (auto [arguments, begin] : commands) {
    SCOPED_TRACE(arguments[0] + " " + arguments[1]);
    arguments.emplace_back("--tsv");
    const Outcome outcome = fovea(arguments);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_TRUE(contains(outcome.out, begin)) << outcome.out;
    const auto tabs = [](const std::string& line) { return std::count(line.begin(), line.end(), '\t'); };
    const std::size_t head = outcome.out.find('\n');
    ASSERT_GT(lines_of(outcome.out), 1) << outcome.out;
    for (std::size_t at = 0, end = 0; at < outcome.out.size(); at = end + 1) {
      end = outcome.out.find('\n', at);
      EXPECT_EQ(tabs(outcome.out.substr(at, end - at)), tabs(outcome.out.substr(0, head)));
    }
    arguments.emplace_back("--json");
    EXPECT_EQ(fovea(arguments).code, 2) << "one form at a time";
  }
}

}  // namespace
}  // namespace fovea::test
