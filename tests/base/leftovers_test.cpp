#include "base/atomic_file.hpp"
#include "base/leftovers.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

namespace fovea::test {
namespace {

namespace fs = std::filesystem;

/// The number of a process that has ended.
long gone_process() {
  const pid_t child = ::fork();
  if (child == 0)
    ::_exit(0);
  ::waitpid(child, nullptr, 0);
  return child;
}

struct Leftovers : testing::Test {
  TemporaryFolder folder;
  long gone = gone_process();

  std::string add_file(const std::string& name) {
    store(folder.file(name), "x");
    return folder.file(name);
  }
  std::string add_folder(const std::string& name, const std::string& inside = "") {
    fs::create_directory(folder.file(name));
    if (!inside.empty())
      store(folder.file(name) + "/" + inside, "x");
    return folder.file(name);
  }
};

TEST_F(Leftovers, OfAKilledProcessAreRemovedByTheNextThatWritesThere) {
  const std::string ready = folder.file("ready");
  const pid_t child = ::fork();
  if (child == 0) {
    AtomicFile file(folder.file("map.png"), AtomicFile::Temporary::Named);
    file.write("half");
    store(ready, "");
    while (true)
      ::pause();
  }
  while (!fs::exists(ready))
    ::usleep(1000);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ASSERT_EQ(folder.count(), 2U) << "what is ready and what is left";
  write_file_atomically(folder.file("other.png"), "whole");
  EXPECT_EQ(folder.count(), 2U) << "what is ready and the other";
  EXPECT_FALSE(fs::exists(folder.file("map.png")));
  EXPECT_EQ(load(folder.file("other.png")), "whole");
}

TEST_F(Leftovers, AreRemovedByTheirExactNameAlone) {
  const auto named = [&](const char* form) { return fmt::format(fmt::runtime(form), gone); };
  const std::string file = add_file(named(".fovea-{}-12.tmp"));
  const std::string pictures = add_folder(named("page_files.{}.tmp"), "a.png");
  const std::vector<std::string> kept = {add_file(named(".fovea-{}.tmp")),
                                         add_file(named(".fovea-{}-1.tmpx")),
                                         add_file(named("x.fovea-{}-1.tmp")),
                                         add_file(named(".fovea-0{}-1.tmp")),
                                         add_file(named(".fovea-{}-.tmp")),
                                         add_file(named(".fovea-{}-x.tmp")),
                                         add_file(".fovea--1.tmp"),
                                         add_file(".fovea-1-1.tmp"),
                                         add_file(named("page_files.{}")),
                                         add_file(named("b_files.{}.tmp")),
                                         add_file(".fovea-99999999999999999999-1.tmp"),
                                         add_folder(named(".fovea-{}-3.tmp")),
                                         add_folder(named("own_files.{}.tmp"), "thesis.txt"),
                                         add_folder(named("files.{}.tmp")),
                                         add_file(fmt::format(".fovea-{}-7.tmp", ::getppid()))};
  fs::create_symlink(kept.front(), folder.file(named(".fovea-{}-9.tmp")));
  remove_leftovers(folder.path());
  EXPECT_FALSE(fs::exists(file));
  EXPECT_FALSE(fs::exists(pictures));
  for (const std::string& path : kept)
    EXPECT_TRUE(fs::exists(path)) << path;
  EXPECT_TRUE(fs::is_symlink(folder.file(named(".fovea-{}-9.tmp"))));
}

TEST_F(Leftovers, ThatSomebodyHasLockedStay) {
  // As of a process on another computer, whose number means nothing here.
  const std::string file = add_file(fmt::format(".fovea-{}-1.tmp", gone));
  const int descriptor = ::open(file.c_str(), O_RDONLY);
  ASSERT_EQ(::flock(descriptor, LOCK_EX), 0);
  remove_leftovers(folder.path());
  EXPECT_TRUE(fs::exists(file));
  ::close(descriptor);
}

TEST_F(Leftovers, OfFoldersThatAreNotThereAreNone) {
  EXPECT_NO_THROW(remove_leftovers(folder.file("none")));
}

}  // namespace
}  // namespace fovea::test
