#include "base/mapped_file.hpp"
#include "fovea/error.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <thread>

namespace fovea::test {
namespace {

constexpr std::size_t kAnySize = std::size_t{1} << 40;

std::string some_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  for (std::size_t i = 0; i < count; ++i)
    bytes[i] = static_cast<char>(i * 7 + i / 256);
  return bytes;
}

class MappedFiles : public testing::Test {
protected:
  std::shared_ptr<const MappedFile> open(const std::string& bytes) {
    store(path, bytes);
    return MappedFile::open(path, kAnySize);
  }
  TemporaryFolder folder;
  std::string path = folder.file("f");
};

TEST_F(MappedFiles, ShowTheBytes) {
  const std::string bytes = some_bytes(100'000);
  const auto file = open(bytes);
  EXPECT_EQ(file->bytes(), bytes);
  file->release_pages();
  EXPECT_EQ(file->bytes(), bytes);
  EXPECT_NO_THROW(file->check_unchanged());
  EXPECT_EQ(open("")->bytes(), "");
}

TEST_F(MappedFiles, GiveBackTheirPagesInParts) {
  const std::string bytes = some_bytes(100'000);
  const auto file = open(bytes);
  const char* begin = file->bytes().data();
  for (std::size_t offset : {0, 1, 4096, 50'000, 99'999})
    for (std::size_t count : {0, 1, 5000, 200'000})
      file->release_pages(begin + offset, count);
  file->release_pages(bytes.data(), bytes.size());  // not the file's
  EXPECT_EQ(file->bytes(), bytes);
}

TEST_F(MappedFiles, AreRefusedWhenMissingOrTooLong) {
  EXPECT_NE(message_of<InputError>([&] { MappedFile::open(path, kAnySize); }).find("No such file"),
            std::string::npos);
  store(path, "12345");
  EXPECT_NO_THROW(MappedFile::open(path, 5));
  EXPECT_NE(message_of<InputError>([&] { MappedFile::open(path, 4); }).find("5 bytes"), std::string::npos);
}

TEST_F(MappedFiles, SurviveReplacementAndDeletion) {
  const std::string bytes = some_bytes(10'000);
  const auto file = open(bytes);
  store(folder.file("other"), "new");
  std::filesystem::rename(folder.file("other"), path);
  EXPECT_EQ(file->bytes(), bytes);
  EXPECT_NO_THROW(file->check_unchanged());
  std::filesystem::remove(path);
  EXPECT_EQ(file->bytes(), bytes);
  EXPECT_NO_THROW(file->check_unchanged());
}

TEST_F(MappedFiles, TellWhenTheyWereCutShortOrWrittenTo) {
  const auto cut = open(some_bytes(10'000));
  std::filesystem::resize_file(path, 100);
  EXPECT_THROW(cut->check_unchanged(), InputError);
  const auto longer = open(some_bytes(100));
  std::filesystem::resize_file(path, 200);
  EXPECT_THROW(longer->check_unchanged(), InputError);
  const auto touched = open(some_bytes(100));
  std::filesystem::last_write_time(path,
                                   std::filesystem::file_time_type::clock::now() + std::chrono::hours(1));
  EXPECT_THROW(touched->check_unchanged(), InputError);
}

TEST_F(MappedFiles, ReadWhatCannotBeMapped) {
  const auto file = MappedFile::open("/proc/self/stat", kAnySize);
  EXPECT_NE(file->bytes().find('('), std::string_view::npos);
  EXPECT_NO_THROW(file->check_unchanged());
}

TEST_F(MappedFiles, DoNotWaitForPipes) {
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  EXPECT_THROW(MappedFile::open(path, kAnySize), InputError);
}

}  // namespace
}  // namespace fovea::test
