#include "support/lines.hpp"
#include "support/program.hpp"

#include <sstream>

namespace fovea::test {
namespace {

namespace fs = std::filesystem;

CommandOptions with_columns(int columns) {
  CommandOptions options;
  options.environment = {{"COLUMNS", std::to_string(columns)}};
  return options;
}

/// The text with every run of blanks and line ends as one blank.
std::string in_one_line(const std::string& text) {
  std::istringstream in(text);
  std::string joined;
  for (std::string word; in >> word;)
    joined += word + " ";
  return joined;
}

/// All manual pages, as the program writes them: name and text.
std::vector<std::pair<std::string, std::string>> manual_pages() {
  const TemporaryFolder folder;
  EXPECT_EQ(fovea({"man", folder.path()}).code, 0);
  std::vector<std::pair<std::string, std::string>> pages;
  for (const std::string& name : files_in(folder.path()))
    pages.emplace_back(fs::path(name).stem().string(), load(folder.file(name)));
  return pages;
}

/// The examples of a manual page: bold lines below its heading.
std::vector<std::string> examples_of(const std::string& page) {
  std::vector<std::string> examples;
  bool inside = false;
  for (const std::string& line : lines_in(page)) {
    if (line.starts_with(".SH "))
      inside = line == ".SH EXAMPLES";
    else if (inside && line.starts_with("\\fB") && line.ends_with("\\fR"))
      examples.push_back(line.substr(3, line.size() - 6));
  }
  for (std::string& example : examples)
    std::erase(example, '\\');
  return examples;
}

TEST(Help, TheProgramAloneShowsThreeExamples) {
  const Outcome outcome = fovea({});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.err, "");
  const std::vector<std::string> lines = lines_in(outcome.out);
  EXPECT_EQ(std::count_if(lines.begin(), lines.end(),
                          [](const std::string& line) { return line.starts_with("  fovea "); }),
            3)
      << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "'fovea --help' lists all commands")) << outcome.out;
  EXPECT_LE(lines.size(), 14U);
}

TEST(Help, CommandsAndOptionsStandInGroups) {
  const Outcome all = fovea({"--help"});
  for (const char* title : {"\nPhotos:\n", "\nNetworks:\n", "\nMeasurements:\n", "\nOptions:\n"})
    EXPECT_TRUE(contains(all.out, title)) << title;
  const Outcome one = fovea({"saliency", "--help"});
  for (const char* title :
       {"\nUsage: fovea saliency [images...] -o PATH [OPTIONS]\n", "\nArguments:\n", "\nOptions:\n",
        "\nMethod:\n", "\nNetwork:\n", "\nPreprocessing:\n", "\nRunning:\n", "\nExamples:\n"})
    EXPECT_TRUE(contains(one.out, title)) << title << one.out;
}

TEST(Help, IsWrappedToTheTerminalAndCutsNoWord) {
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"--help"},
                                             {"saliency", "--help"},
                                             {"localize", "--help"},
                                             {"evaluate", "localization", "--help"},
                                             {}}) {
    const std::string wide = fovea(command, with_columns(200)).out;
    for (const int columns : {60, 80, 100}) {
      const std::string narrow = fovea(command, with_columns(columns)).out;
      EXPECT_EQ(in_one_line(narrow), in_one_line(wide));
      for (const std::string& line : lines_in(narrow))
        // Only what stands in one piece may be wider: examples, and names of options.
        EXPECT_TRUE(line.size() <= static_cast<std::size_t>(columns) || line.starts_with("  fovea ") ||
                    line.starts_with("Usage:") || line.find_last_of(' ') < 42)
            << line;
    }
  }
}

TEST(Manual, EveryPageHasExamplesOfItsCommand) {
  for (const auto& [name, page] : manual_pages()) {
    std::string command = name;
    const std::vector<std::string> examples = examples_of(page);
    EXPECT_FALSE(examples.empty()) << name;
    if (contains(page, ".SH COMMANDS"))
      continue;
    for (const std::string& example : examples) {
      std::string words = example.substr(0, command.size());
      std::replace(words.begin(), words.end(), ' ', '-');
      EXPECT_EQ(words, command) << example;
    }
  }
}

TEST(Manual, EveryExampleIsAValidCommandLine) {
  for (const auto& [name, page] : manual_pages())
    for (const std::string& example : examples_of(page)) {
      const TemporaryFolder folder;
      CommandOptions options;
      options.folder = folder.path();
      options.environment = {{"HOME", folder.path()},
                             {"PATH", fs::path(FOVEA_PROGRAM).parent_path().string() + ":/usr/bin:/bin"},
                             {"FOVEA_MODELS_URL", "http://127.0.0.1:1/"},
                             {"OMP_NUM_THREADS", "1"}};
      // None of the files is there, so that a valid line ends with 1, before anything is computed.
      const bool needs_files = !contains(example, "list") && !contains(example, "completions ") &&
                               !contains(example, "fovea man") && !contains(example, "golf ball");
      if (!needs_files && contains(example, "golf ball"))
        continue;  // computes for minutes
      const Outcome outcome = run_command(
          "/bin/sh", {"-c", "mkdir -p .local/share/bash-completion/completions .zfunc; " + example}, options);
      EXPECT_EQ(outcome.code, needs_files ? 1 : 0) << example << "\n" << outcome.err;
    }
}

}  // namespace
}  // namespace fovea::test
