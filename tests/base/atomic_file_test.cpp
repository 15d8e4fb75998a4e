#include "base/atomic_file.hpp"
#include "base/read_file.hpp"
#include "fovea/error.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fovea::test {
namespace {

TEST(AtomicFile, WritesAndReplaces) {
  for (const auto temporary : {AtomicFile::Temporary::Unnamed, AtomicFile::Temporary::Named}) {
    const TemporaryFolder folder;
    const std::string path = folder.file("a.bin");
    for (const std::string_view bytes : {std::string_view("one\0two", 7), std::string_view("")}) {
      AtomicFile file(path, temporary);
      file.write(bytes);
      file.commit();
      EXPECT_EQ(load(path), bytes);
      EXPECT_EQ(folder.count(), 1U);
    }
  }
}

TEST(AtomicFile, LeavesNothingWithoutCommit) {
  for (const auto temporary : {AtomicFile::Temporary::Unnamed, AtomicFile::Temporary::Named}) {
    const TemporaryFolder folder;
    store(folder.file("old"), "old");
    for (const char* name : {"old", "new"}) {
      AtomicFile file(folder.file(name), temporary);
      file.write("half");
    }
    EXPECT_EQ(folder.count(), 1U);
    EXPECT_EQ(load(folder.file("old")), "old");
  }
}

TEST(AtomicFile, HasNoNameUntilItsEnd) {
  const TemporaryFolder folder;
  const int unnamed = ::open(folder.path().c_str(), O_TMPFILE | O_WRONLY, 0600);
  if (unnamed < 0)
    GTEST_SKIP() << "the file system has no unnamed files";
  ::close(unnamed);
  AtomicFile file(folder.file("a"));
  file.write("half");
  EXPECT_EQ(folder.count(), 0U);
}

TEST(AtomicFile, ObeysTheUmask) {
  const TemporaryFolder folder;
  const mode_t before = ::umask(027);
  for (const auto temporary : {AtomicFile::Temporary::Unnamed, AtomicFile::Temporary::Named}) {
    const std::string path = folder.file(temporary == AtomicFile::Temporary::Named ? "named" : "unnamed");
    AtomicFile file(path, temporary);
    file.commit();
    struct stat status = {};
    EXPECT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0640U) << path;
  }
  ::umask(before);
}

TEST(AtomicFile, KeepsTheModeAndFollowsALink) {
  const TemporaryFolder folder;
  store(folder.file("real"), "old");
  ASSERT_EQ(::chmod(folder.file("real").c_str(), 0640), 0);
  std::filesystem::create_symlink("real", folder.file("link"));
  write_file_atomically(folder.file("link"), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(folder.file("link")));
  EXPECT_EQ(load(folder.file("real")), "new");
  struct stat status = {};
  ASSERT_EQ(::stat(folder.file("real").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640U);
}

TEST(AtomicFile, ErrorsNameTheFileAndTheReason) {
  const TemporaryFolder folder;
  const auto failure = [](const std::string& path) {
    return message_of<OutputError>([&] { write_file_atomically(path, "x"); });
  };
  EXPECT_EQ(failure(folder.file("none/a")),
            folder.file("none/a") + ": cannot write: No such file or directory");
  store(folder.file("file"), "x");
  EXPECT_EQ(failure(folder.file("file/a")), folder.file("file/a") + ": cannot write: Not a directory");
  EXPECT_EQ(failure(folder.path()), folder.path() + ": cannot write: Is a directory");
  EXPECT_NE(failure("").find("No such file"), std::string::npos);
  EXPECT_EQ(folder.count(), 1U);
}

TEST(AtomicFile, ADeviceIsWrittenDirectly) {
  write_file_atomically("/dev/null", "x");
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
  if (std::filesystem::exists("/dev/full")) {
    EXPECT_EQ(message_of<OutputError>([] { write_file_atomically("/dev/full", "x"); }),
              "/dev/full: cannot write: No space left on device");
  }
}

TEST(AtomicFile, AFullDiskLeavesTheOldFile) {
  const TemporaryFolder folder;
  store(folder.file("a"), "old");
  struct rlimit before = {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit small = {1000, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const std::string message =
      message_of<OutputError>([&] { write_file_atomically(folder.file("a"), std::string(5000, 'x')); });
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(message, folder.file("a") + ": cannot write: File too large");
  EXPECT_EQ(load(folder.file("a")), "old");
  EXPECT_EQ(folder.count(), 1U);
}

TEST(ReadFile, ReadsWholeFiles) {
  const TemporaryFolder folder;
  const std::string bytes(200000, 'y');
  for (const std::size_t size : {0U, 1U, 4095U, 4096U, 4097U, 200000U}) {
    store(folder.file("a"), bytes.substr(0, size));
    EXPECT_EQ(read_file(folder.file("a"), 200000), bytes.substr(0, size));
  }
  EXPECT_NE(read_file("/proc/self/stat", 1 << 20), "");
}

TEST(ReadFile, ErrorsNameTheFileAndTheReason) {
  const TemporaryFolder folder;
  store(folder.file("a"), "0123456789");
  const auto failure = [](const std::string& path) {
    return message_of<InputError>([&] { read_file(path, 9); });
  };
  EXPECT_EQ(failure(folder.file("none")), folder.file("none") + ": cannot read: No such file or directory");
  EXPECT_EQ(failure(folder.path()), folder.path() + ": cannot read: Is a directory");
  EXPECT_EQ(failure(folder.file("a")), folder.file("a") + ": longer than the 9 bytes that are allowed");
  EXPECT_EQ(failure("/dev/zero"), "/dev/zero: is a device, not a file");
}

TEST(ReadFile, NeverWaitsForAPipeOrASocket) {
  const TemporaryFolder folder;
  const std::string pipe = folder.file("pipe"), socket_path = folder.file("socket");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  ASSERT_EQ(::mknod(socket_path.c_str(), S_IFSOCK | 0600, 0), 0);
  const auto failure = [](const std::string& path) {
    return message_of<InputError>([&] { read_file(path, 9); });
  };
  EXPECT_EQ(failure(pipe), pipe + ": is a pipe, not a file: write what it gives into a file first");
  EXPECT_EQ(failure(socket_path), socket_path + ": is a socket, not a file");
}

TEST(ReadFile, LooksAtTheBeginningBeforeItReadsTheRest) {
  const TemporaryFolder folder;
  store(folder.file("huge"), "GIF8");
  std::filesystem::resize_file(folder.file("huge"), std::uintmax_t{20} << 30);  // sparse
  std::string seen;
  std::size_t size = 0;
  EXPECT_THROW(read_file(folder.file("huge"), std::size_t{1} << 40,
                         [&](std::string_view bytes, std::size_t file_size) {
                           seen = bytes.substr(0, 4);
                           size = file_size;
                           throw InputError("no picture");
                         }),
               InputError);
  EXPECT_EQ(seen, "GIF8");
  EXPECT_EQ(size, std::size_t{20} << 30);
  EXPECT_THROW(read_file(folder.file("huge"), std::size_t{19} << 30), InputError);
}

}  // namespace
}  // namespace fovea::test
