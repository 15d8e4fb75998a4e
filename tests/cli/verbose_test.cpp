#include "support/program.hpp"
#include "support/temporary_folder.hpp"

#include <algorithm>
#include <sstream>

namespace fovea::test {
namespace {

/// Lines of standard error that tell of compiling; all must be of the program.
std::ptrdiff_t told(const std::string& err) {
  std::ptrdiff_t count = 0;
  std::istringstream lines(err);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_EQ(line.rfind("fovea: ", 0), 0U) << line;
    count += line.rfind("fovea: compiled ", 0) == 0 || line.rfind("fovea: pass ", 0) == 0 ? 1 : 0;
  }
  return count;
}

TEST(Verbose, TellsOfCompilingOnStandardError) {
  const std::string picture = std::string(FOVEA_SOURCE_DIR) + "/samples/golf-ball.jpg";
  for (const std::vector<std::string>& verb :
       {std::vector<std::string>{"classify", picture, "--threads", "1"},
        {"bench", bundled(), "--forward", "--iterations", "1", "--warm-up", "1"}}) {
    std::vector<std::string> loud = verb;
    loud.emplace_back("--verbose");
    const Outcome quiet = fovea(verb), told_of = fovea(loud);
    EXPECT_EQ(quiet.code, 0) << quiet.err;
    EXPECT_EQ(told_of.code, 0) << told_of.err;
    EXPECT_EQ(told(quiet.err), 0);
    EXPECT_GT(told(told_of.err), 3);
    if (verb.front() == "classify") {
      EXPECT_EQ(quiet.out, told_of.out);
    }
  }
}

}  // namespace
}  // namespace fovea::test
