#include "base/unfinished.hpp"

#include "base/atomic_file.hpp"
#include "base/make_folder.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <random>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace fovea::test {
namespace {

namespace fs = std::filesystem;

TEST(Unfinished, IsRemovedFromAnyFolderButFinishedFilesStay) {
  const TemporaryFolder folder;
  write_file_atomically(folder.file("done"), "x");
  AtomicFile file(folder.file("begun"), AtomicFile::Temporary::Named);
  file.write("half");
  note_unfinished(folder.file("pictures"));
  fs::create_directory(folder.file("pictures"));
  store(folder.file("pictures/one"), "x");
  EXPECT_EQ(folder.count(), 3U);
  { const auto lock = remove_unfinished(); }
  EXPECT_EQ(folder.count(), 1U);
  EXPECT_EQ(load(folder.file("done")), "x");
}

TEST(Unfinished, FoldersThatWereMadeAreRemovedIfTheyAreEmpty) {
  const TemporaryFolder folder;
  fs::create_directory(folder.file("before"));
  make_folder(folder.file("before"));
  make_folder(folder.file("a/b/c/"));
  make_folder(folder.file("used/empty"));
  store(folder.file("used/one"), "x");
  { const auto lock = remove_unfinished(); }
  EXPECT_TRUE(fs::exists(folder.file("before")));
  EXPECT_FALSE(fs::exists(folder.file("a")));
  EXPECT_FALSE(fs::exists(folder.file("used/empty")));
  EXPECT_TRUE(fs::exists(folder.file("used/one")));
}

/// What a thread of an interrupted program may be at: files that are made, replaced and finished without end,
/// in a folder that is unfinished, too, and in one that stays.
[[noreturn]] void write_for_ever(const TemporaryFolder& folder, int thread) {
  const std::string bytes(20000, 'x');
  for (int i = 0;; ++i)
    for (const char* place : {"pages.tmp", "kept"})
      for (const auto temporary : {AtomicFile::Temporary::Unnamed, AtomicFile::Temporary::Named}) {
        AtomicFile file(folder.file(fmt::format("{}/{}-{}", place, thread, i % 3)), temporary);
        file.write(bytes);
        file.commit();
      }
}

/// In a child process: threads write, and after a while the process ends as by an interrupt.
[[noreturn]] void be_interrupted_after(const TemporaryFolder& folder, int microseconds) {
  note_unfinished(folder.file("pages.tmp"));
  fs::create_directory(folder.file("pages.tmp"));
  for (int thread = 0; thread < 4; ++thread)
    std::thread([&folder, thread] { write_for_ever(folder, thread); }).detach();
  ::usleep(static_cast<useconds_t>(microseconds));
  const UnfinishedLock lock = remove_unfinished();
  ::usleep(2000);  // threads that ran on would show it
  ::_exit(0);
}

TEST(Unfinished, IsGoneWhateverThreadsAreAt) {
  std::mt19937 random(5);
  for (int attempt = 0; attempt < 40; ++attempt) {
    const TemporaryFolder folder;
    fs::create_directory(folder.file("kept"));
    const int moment = std::uniform_int_distribution(0, 8000)(random);
    const pid_t child = ::fork();
    if (child == 0)
      be_interrupted_after(folder, moment);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(folder.count(), 1U) << "after " << moment << " microseconds";
    for (const auto& entry : fs::directory_iterator(folder.file("kept"))) {
      EXPECT_EQ(entry.path().extension(), "") << entry.path();
      EXPECT_EQ(entry.file_size(), 20000U) << entry.path();
    }
  }
}

}  // namespace
}  // namespace fovea::test
