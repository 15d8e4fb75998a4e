#include "support/lines.hpp"
#include "support/program.hpp"

namespace fovea::test {
namespace {

/// Where a program of the system is; empty where it is not installed.
std::string installed(const std::string& name) {
  for (const std::string folder : {"/bin/", "/usr/bin/", "/usr/local/bin/"})
    if (std::filesystem::exists(folder + name))
      return folder + name;
  return "";
}

std::vector<std::string> sorted_lines(const std::string& text) {
  std::vector<std::string> lines = lines_in(text);
  std::sort(lines.begin(), lines.end());
  return lines;
}

bool holds(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// The completions that bash offers for the last of the words, in a folder of its own with two files. Words
/// are cut as bash cuts them: "--method=x" is three.
class Bash : public testing::Test {
protected:
  void SetUp() override {
    if (installed("bash").empty())
      GTEST_SKIP() << "bash is not installed";
    store(folder_.file("fovea.bash"), fovea({"completions", "bash"}).out);
    std::filesystem::create_directory(folder_.file("here"));
    store(folder_.file("here/photo one.jpg"), "");
    store(folder_.file("here/photo-two.jpg"), "");
  }
  std::vector<std::string> offers(const std::vector<std::string>& words) const {
    std::vector<std::string> arguments = {
        "--norc",
        "-u",
        "-c",
        "source \"$0\"; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _fovea; "
        "((${#COMPREPLY[@]} == 0)) || printf '%s\\n' \"${COMPREPLY[@]}\"",
        folder_.file("fovea.bash"),
        "fovea"};
    arguments.insert(arguments.end(), words.begin(), words.end());
    CommandOptions options;
    options.folder = folder_.file("here");
    options.environment = environment_;
    const Outcome outcome = run_command(installed("bash"), arguments, options);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "");
    return sorted_lines(outcome.out);
  }

  std::string file(const std::string& name) const { return folder_.file(name); }
  TemporaryFolder folder_;
  /// Scripts ask the program that stands on the PATH; its networks are those of an empty home.
  std::vector<std::pair<std::string, std::string>> environment_ = {
      {"PATH", std::filesystem::path(FOVEA_PROGRAM).parent_path().string() + ":/usr/bin:/bin"},
      {"XDG_DATA_HOME", folder_.file("data")},
      {"XDG_CACHE_HOME", folder_.file("cache")}};
};

using Words = std::vector<std::string>;

TEST_F(Bash, CompletesVerbs) {
  EXPECT_EQ(offers({"cl"}), (Words{"class-model", "classify"}));
  EXPECT_TRUE(holds(offers({""}), "evaluate"));
  EXPECT_EQ(offers({"evaluate", ""}), (Words{"faithfulness", "localization", "merge", "sanity"}));
  EXPECT_EQ(offers({"completions", ""}), (Words{"bash", "fish", "zsh"}));
  EXPECT_EQ(offers({"no-such-verb"}), Words{});
}

TEST_F(Bash, CompletesOptionsOfTheVerb) {
  EXPECT_EQ(offers({"saliency", "--with"}), Words{"--with-class-model"});
  EXPECT_EQ(offers({"saliency", "a.jpg", "-o", "out", "--colorm"}), Words{"--colormap"});
  EXPECT_EQ(offers({"info", "--with"}), Words{});
  EXPECT_EQ(offers({"--ver"}), Words{"--version"});
}

TEST_F(Bash, CompletesChoices) {
  EXPECT_EQ(offers({"saliency", "--colormap", "in"}), Words{"inferno"});
  EXPECT_EQ(offers({"saliency", "--colormap", "=", "vi"}), Words{"viridis"});
  EXPECT_EQ(offers({"saliency", "--baseline", "="}), (Words{"black", "blurred", "mean"}));
  EXPECT_EQ(offers({"saliency", "--method", "grad"}),
            (Words{"grad-cam", "grad-cam++", "gradient", "gradient-x-input"}));
  EXPECT_EQ(offers({"classify", "--crops", ""}), (Words{"1", "10", "2", "whole"}));
  EXPECT_EQ(offers({"classify", "--top", ""}), Words{});
}

TEST_F(Bash, CompletesNetworks) {
  EXPECT_EQ(offers({"classify", "-m", "bir"}), Words{});
  CommandOptions options;
  options.environment = environment_;
  ASSERT_EQ(fovea({"models", "add", bundled(), "--name", "birds"}, options).code, 0);
  EXPECT_EQ(offers({"classify", "-m", "bir"}), Words{"birds"});
  EXPECT_EQ(offers({"info", "bir"}), Words{"birds"});
  EXPECT_EQ(offers({"models", "path", "bi"}), Words{"birds"});
  EXPECT_TRUE(holds(offers({"models", "pull", "squeeze"}), "squeezenet"));
}

TEST_F(Bash, CompletesLayersOfTheNetworkOnTheLine) {
  const Words own = offers({"saliency", "-m", data("networks/residual.onnx"), "--layer", ""});
  const Words of_bundled = offers({"saliency", "--layer", ""});
  EXPECT_FALSE(own.empty());
  EXPECT_FALSE(of_bundled.empty());
  EXPECT_NE(own, of_bundled);
  EXPECT_EQ(offers({"saliency", "-m", "no-such.onnx", "--layer", ""}), Words{});
}

TEST_F(Bash, CompletesWhatStandsBehindAComma) {
  EXPECT_EQ(offers({"report", "--methods", "lrp,guided"}),
            (Words{"lrp,guided", "lrp,guided-grad-cam", "lrp,guided-ig"}));
  const Words more = offers({"report", "--methods", "gradient,lrp,"});
  EXPECT_TRUE(holds(more, "gradient,lrp,rise"));
  EXPECT_FALSE(holds(more, "gradient,lrp,gradient"));
  EXPECT_FALSE(holds(more, "gradient,lrp,lrp"));
}

TEST_F(Bash, CompletesFiles) {
  EXPECT_EQ(offers({"classify", "ph"}), (Words{"photo one.jpg", "photo-two.jpg"}));
  EXPECT_EQ(offers({"classify", "-m", "photo-"}), Words{"photo-two.jpg"});
  EXPECT_EQ(offers({"classify", "--json", "photo-"}), Words{"photo-two.jpg"});
  EXPECT_EQ(offers({"list", "methods", "ph"}), Words{});
}

TEST(Completions, AreFineForZsh) {
  if (installed("zsh").empty())
    GTEST_SKIP() << "zsh is not installed";
  const TemporaryFolder folder;
  store(folder.file("_fovea"), fovea({"completions", "zsh"}).out);
  const Outcome outcome = run_command(installed("zsh"), {"-f", "-n", folder.file("_fovea")});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.err, "");
}

TEST(Completions, AreFineForFish) {
  if (installed("fish").empty())
    GTEST_SKIP() << "fish is not installed";
  const TemporaryFolder folder;
  store(folder.file("fovea.fish"), fovea({"completions", "fish"}).out);
  auto offers = [&](const std::string& line) {
    const Outcome outcome =
        run_command(installed("fish"), {"--no-config", "-c", "source $argv[1]; complete -C $argv[2]",
                                        folder.file("fovea.fish"), line});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "");
    return outcome.out;
  };
  EXPECT_TRUE(contains(offers("fovea evaluate m"), "merge\t"));
  EXPECT_TRUE(contains(offers("fovea saliency --colormap vi"), "viridis\t"));
  EXPECT_TRUE(contains(offers("fovea saliency --with"), "--with-class-model\t"));
  EXPECT_EQ(offers("fovea info --with"), "");
}

TEST(Completions, ListNames) {
  EXPECT_TRUE(contains(fovea({"completions", "--list", "known-networks"}).out, "squeezenet\n"));
  EXPECT_TRUE(contains(fovea({"completions", "--list", "layers", "-m", bundled()}).out, "\n"));
  expect_error(fovea({"completions", "--list", "layers", "-m", "none.onnx"}), 1, {"none.onnx"});
  expect_error(fovea({"completions"}), 2, {"name a shell"});
}

TEST(Completions, OfAnotherShellAreAnError) {
  expect_error(fovea({"completions", "csh"}), 2, {"csh", "bash"});
}

TEST(Man, HasAPageForEachCommand) {
  const TemporaryFolder folder;
  const std::string pages = folder.file("man");
  const Outcome outcome = fovea({"man", pages});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  const std::vector<std::string> names = files_in(pages);
  EXPECT_EQ(lines_of(outcome.out), static_cast<std::ptrdiff_t>(names.size()));
  for (const char* name : {"fovea.1", "fovea-saliency.1", "fovea-evaluate-merge.1", "fovea-class-model.1"})
    EXPECT_TRUE(holds(names, name)) << name;
  const std::string page = load(pages + "/fovea-saliency.1");
  EXPECT_TRUE(contains(page, "\\fB\\-\\-colormap\\fR")) << page;
  EXPECT_TRUE(contains(page, "inferno")) << page;
}

TEST(Man, RendersWithoutWarnings) {
  if (installed("groff").empty())
    GTEST_SKIP() << "groff is not installed";
  const TemporaryFolder folder;
  const std::string pages = folder.file("man");
  ASSERT_EQ(fovea({"man", pages}).code, 0);
  for (const std::string& name : files_in(pages)) {
    const Outcome outcome =
        run_command(installed("groff"), {"-man", "-ww", "-Tascii", "-P-cbou", pages + "/" + name});
    EXPECT_EQ(outcome.code, 0) << name;
    EXPECT_EQ(outcome.err, "") << name;
    EXPECT_TRUE(contains(outcome.out, "SYNOPSIS")) << name;
  }
}

TEST(Man, AFolderThatCannotBeMadeIsAnError) {
  const TemporaryFolder folder;
  store(folder.file("file"), "");
  expect_error(fovea({"man", folder.file("file")}), 1, {"file"});
}

}  // namespace
}  // namespace fovea::test
