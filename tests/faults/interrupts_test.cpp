#include "faults/support.hpp"

#include <chrono>
#include <filesystem>
#include <random>

namespace fovea::test {
namespace {

CommandOptions interrupted_after(std::chrono::steady_clock::duration time, int signal) {
  CommandOptions options;
  const auto begin = std::chrono::steady_clock::now();
  options.interrupt_when = [=](const std::string&) {
    return std::chrono::steady_clock::now() - begin > time;
  };
  options.interrupt_signal = signal;
  return options;
}

/// Names below a folder, relative to it, but for the ground truth that `writers` puts there.
Names names_below(const std::string& folder) {
  Names names;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.path().filename() != "truth.csv")
      names.push_back(fs::relative(entry.path(), folder).string());
  std::sort(names.begin(), names.end());
  return names;
}

/// All that is there is whole and would be there after a whole run, or is what an evaluation resumes from.
void expect_nothing_left(const std::string& folder, const Names& whole) {
  expect_whole_files(folder);
  for (const std::string& name : names_below(folder)) {
    const bool is_of_results = std::binary_search(whole.begin(), whole.end(), name);
    const bool is_resumed_from =
        name.ends_with("images.csv.partial") || name.ends_with("/journal") || name.ends_with("/results.data");
    EXPECT_TRUE(is_of_results || is_resumed_from) << name << " is left";
    const fs::path path = fs::path(folder) / name;
    EXPECT_FALSE(fs::is_directory(path) && fs::is_empty(path)) << name << " is empty";
  }
  EXPECT_EQ(fs::exists(folder + "/split_files"), fs::exists(folder + "/split.html")) << "pages have pictures";
}

TEST(Interrupts, AtAnyMomentLeaveNothingInAnyVerb) {
  std::mt19937 random(11);
  const std::vector<int> signals = {SIGINT, SIGTERM, SIGHUP};
  const TemporaryFolder all;
  int interrupted = 0;
  for (std::size_t verb = 0; verb < writers(all.path()).size(); ++verb) {
    const TemporaryFolder first;
    const Writer writer = writers(first.path())[verb];
    SCOPED_TRACE(writer.name);
    const auto begin = std::chrono::steady_clock::now();
    const Outcome outcome = fovea(writer.arguments);
    const auto duration = std::chrono::steady_clock::now() - begin;
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    const Names whole = names_below(first.path());
    for (std::size_t attempt = 0; attempt < 10; ++attempt) {
      const TemporaryFolder folder;
      const int signal = signals[attempt % signals.size()];
      const double share = std::uniform_real_distribution(0.0, 1.0)(random);
      const auto moment = std::chrono::duration_cast<std::chrono::steady_clock::duration>(duration * share);
      const Outcome ended = fovea(writers(folder.path())[verb].arguments, interrupted_after(moment, signal));
      const bool is_ended = ended.signal == signal || ended.code == 75;  // resumable
      EXPECT_TRUE(is_ended || ended.code == 0) << ended.code << ", " << ended.signal << "\n" << ended.err;
      interrupted += is_ended ? 1 : 0;
      expect_nothing_left(folder.path(), whole);
    }
  }
  EXPECT_GT(interrupted, 60) << "runs end before they are interrupted";
}

}  // namespace
}  // namespace fovea::test
