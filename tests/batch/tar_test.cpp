#include "batch/tar.hpp"

#include "batch/archive_reader.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

TEST(Tar, has_members_of_whole_blocks_that_depend_on_name_and_content_alone) {
  const std::string member = tar_member("a.txt", "content");
  EXPECT_EQ(member.size(), 1024U);
  EXPECT_EQ(member, tar_member("a.txt", "content"));
  EXPECT_EQ(member.substr(0, 6), std::string("a.txt\0", 6));
  EXPECT_EQ(member.substr(124, 11), "00000000007");
  EXPECT_EQ(member.substr(512, 8), std::string("content\0", 8));
  EXPECT_EQ(tar_member("a.txt", "").size(), 512U);
  EXPECT_EQ(tar_end(), std::string(1024, '\0'));
}

TEST(Tar, is_read_back_by_libarchive) {
  const TemporaryFolder folder;
  const std::vector<std::string> names = {"a", std::string(100, 'b'), std::string(101, 'c'),
                                          "d/" + std::string(3000, 'd'), "\xC3\xA9"};
  std::string bytes = tar_beginning();
  for (const std::string& name : names)
    bytes += tar_member(name, "content of " + name);
  store(folder.file("x.tar"), bytes + tar_end());
  ArchiveReader reader(folder.file("x.tar"));
  for (const std::string& name : names) {
    const auto member = reader.next();
    ASSERT_TRUE(member);
    EXPECT_EQ(member->name, name);
    EXPECT_EQ(member->other, "");
    EXPECT_EQ(reader.read(10000), "content of " + name);
  }
  EXPECT_FALSE(reader.next());
}

}  // namespace
}  // namespace fovea::test
