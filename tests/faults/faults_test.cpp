#include "faults/support.hpp"

#include <chrono>
#include <filesystem>
#include <future>
#include <random>

namespace fovea::test {
namespace {

using namespace std::chrono_literals;

struct Faults : testing::Test {
  TemporaryFolder folder;
  std::string out(const std::string& name = "out") const {
    fs::create_directories(folder.file(name));
    return folder.file(name);
  }
};

CommandOptions killed_after(std::chrono::microseconds time) {
  CommandOptions options;
  const auto begin = std::chrono::steady_clock::now();
  options.interrupt_when = [=](const std::string&) {
    return std::chrono::steady_clock::now() - begin > time;
  };
  options.interrupt_signal = SIGKILL;
  return options;
}

TEST_F(Faults, KilledAtAnyMomentOutputsAreWholeAndTheNextRunClearsUp) {
  std::mt19937 random(7);
  for (const Writer& writer : writers(out())) {
    SCOPED_TRACE(writer.name);
    const auto begin = std::chrono::steady_clock::now();
    Outcome outcome = fovea(writer.arguments);
    const auto whole = std::chrono::steady_clock::now() - begin;
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    for (int attempt = 0; attempt < 2; ++attempt) {
      const double share = std::uniform_real_distribution(0.2, 1.0)(random);
      fovea(writer.arguments,
            killed_after(std::chrono::duration_cast<std::chrono::microseconds>(whole * share)));
      expect_whole_files(out());
    }
    outcome = fovea(writer.arguments);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
  }
  expect_whole_files(out());
  EXPECT_EQ(unfinished_in(out()), Names());
}

TEST_F(Faults, AFullDiskIsOneSentenceAndLeavesNothingInPart) {
  CommandOptions small;
  small.file_size_limit = 700;  // messages fit, and so do the few scores of `forward`
  for (const Writer& writer : writers(out())) {
    if (writer.name == "forward")
      continue;
    const Outcome outcome = fovea(writer.arguments, small);
    EXPECT_EQ(outcome.code, 1) << writer.name;
    EXPECT_TRUE(contains(outcome.err, "cannot write: File too large")) << writer.name << ": " << outcome.err;
    expect_orderly(outcome, writer.name);
  }
  EXPECT_EQ(unfinished_in(out()), Names());
  expect_whole_files(out());
}

TEST_F(Faults, AFolderThatTakesNoFilesIsOneSentence) {
  std::vector<std::string> folders = {"/proc/self", "/proc/none"};
  if (std::filesystem::exists("/sys/kernel/mm"))  // else nothing is mounted there, and the folder takes files
    folders.emplace_back("/sys/kernel");
  for (const std::string& folder_name : folders)
    for (Writer& writer : writers(out())) {
      std::string& output = writer.arguments.back();
      output = folder_name + output.substr(output.rfind('/'));
      const Outcome outcome = fovea(writer.arguments);
      EXPECT_EQ(outcome.code, 1) << writer.name << " in " << folder_name;
      EXPECT_EQ(errors_in(outcome.err), 1) << writer.name << ": " << outcome.err;
      expect_orderly(outcome, writer.name);
    }
}

TEST_F(Faults, FewDescriptorsAreOneSentence) {
  int done = 0;
  for (const Writer& writer : writers(out()))
    for (const long descriptors : {4L, 9L}) {
      CommandOptions few;
      few.descriptor_limit = descriptors;
      const Outcome outcome = fovea(writer.arguments, few);
      if (outcome.code == 127)
        continue;  // not even the libraries could be loaded
      expect_orderly(outcome, writer.name);
      done += outcome.code == 0 ? 1 : 0;
    }
  EXPECT_GT(done, 0);
  expect_whole_files(out());
}

TEST_F(Faults, LittleMemoryIsOneSentence) {
  int refused = 0;
  for (const Writer& writer : writers(out()))
    for (const long megabytes : {260L, 330L}) {
      CommandOptions little;
      little.memory_limit = megabytes << 20;
      little.environment = {{"OMP_NUM_THREADS", "1"}};
      const Outcome outcome = fovea(writer.arguments, little);
      if (outcome.code == 127)
        continue;
      expect_orderly(outcome, fmt::format("{} in {} MB", writer.name, megabytes));
      refused += outcome.code == 1 ? 1 : 0;
    }
  EXPECT_GT(refused, 0);
  expect_whole_files(out());
}

// Pango and GLib end a process where they get no memory or thread, so the program must look before it draws.
TEST_F(Faults, AFigureInAnyMemoryIsWholeOrOneSentence) {
  int refused = 0;
  for (long megabytes = 200; megabytes <= 440; megabytes += 8) {
    CommandOptions little;
    little.memory_limit = megabytes << 20;
    little.environment = {{"OMP_NUM_THREADS", "1"}};
    const Outcome outcome =
        fovea({"saliency", sample("church.jpg"), "--figure", "-q", "--force", "-o", out() + "/maps"}, little);
    if (outcome.code == 127)
      continue;
    expect_orderly(outcome, fmt::format("a figure in {} MB", megabytes));
    EXPECT_LE(errors_in(outcome.err), 1) << outcome.err;
    refused += outcome.code == 1 ? 1 : 0;
  }
  EXPECT_GT(refused, 0);
  expect_whole_files(out());
}

TEST_F(Faults, TwoProcessesOnOneOutputLeaveItWhole) {
  for (const Writer& writer : writers(out())) {
    auto other = std::async(std::launch::async, [&] { return fovea(writer.arguments); });
    const Outcome outcome = fovea(writer.arguments);
    for (const Outcome& each : {outcome, other.get()})
      expect_orderly(each, writer.name);
  }
  EXPECT_EQ(unfinished_in(out()), Names());
  expect_whole_files(out());
}

}  // namespace
}  // namespace fovea::test
