#include "base/replacement.hpp"

#include "base/atomic_file.hpp"
#include "fovea/error.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

using namespace std::string_literals;

bool is_result(const std::string& bytes) {
  const TemporaryFolder folder;
  store(folder.file("a"), bytes);
  return is_result_file(folder.file("a"));
}

TEST(Replacement, ResultsCarryTheMarkOfTheirKind) {
  const std::string long_text(200000, ' ');
  EXPECT_TRUE(is_result("\x89PNG\r\n\x1a\n....IHDR....tEXtSoftware\0fovea"s));
  EXPECT_TRUE(is_result("\xFF\xD8\xFF\xE0....\xFF\xFE\0\x07"
                        "fovea"s));
  EXPECT_TRUE(is_result("<!doctype html>\n<meta name=\"generator\" content=\"fovea\">"));
  EXPECT_TRUE(is_result("<svg>" + long_text + "</svg><!-- fovea -->"));
  EXPECT_TRUE(is_result("{" + long_text + "\"settings\": {\"fovea\": \"0.1.0\"}}"));
  EXPECT_TRUE(is_result("\x08\x08\x12\x05"
                        "fovea"));
  EXPECT_TRUE(is_result("\x93NUMPY\x01"));
  EXPECT_TRUE(is_result("image,method,class_index\n"));
  EXPECT_TRUE(is_result(".TH FOVEA\\-LIST 1 \"\" \"fovea 0.1.0\" \"fovea manual\"\n"));
  EXPECT_TRUE(is_result(""));
}

TEST(Replacement, TheWordAloneMakesNoResult) {
  const std::string long_text(200000, ' ');
  EXPECT_FALSE(is_result("# fovea\n\nfovea shows what a classifier looks at."));
  EXPECT_FALSE(is_result("<!doctype html>\n<p>fovea</p>"));
  EXPECT_FALSE(is_result("\x89PNG\r\n\x1a\n....tEXtSoftware\0other"s));
  EXPECT_FALSE(is_result("\xFF\xD8\xFF\xE1 a photo of the fovea"));
  EXPECT_FALSE(is_result("{\"text\": \"fovea\"}"));
  EXPECT_FALSE(is_result("{" + long_text + "\"fovea\": 1" + long_text + "}")) << "not near an end";
  EXPECT_FALSE(is_result("\x08\x08\x12\x07pytorch"));
  EXPECT_FALSE(is_result(".TH FOVEAL 1 \"\" \"\" \"another manual\"\n"));
  EXPECT_FALSE(is_result("file,class_index,x0,y0,x1,y1\n"));
  EXPECT_FALSE(is_result("\0"s));
}

TEST(Replacement, IsAskedForBeforeAFileIsReplaced) {
  const TemporaryFolder folder;
  store(folder.file("a"), "old");
  std::string asked;
  set_replacement_check([&](const std::string& path) {
    asked = path;
    throw OutputError("stays", path);
  });
  EXPECT_THROW(write_file_atomically(folder.file("a"), "new"), OutputError);
  EXPECT_EQ(asked, folder.file("a"));
  asked.clear();
  write_file_atomically(folder.file("b"), "new");
  EXPECT_EQ(asked, "") << "there is nothing to replace";
  set_replacement_check({});
  EXPECT_EQ(load(folder.file("a")), "old");
  write_file_atomically(folder.file("a"), "new");
  EXPECT_EQ(load(folder.file("a")), "new");
}

TEST(Replacement, OfASetIsRefusedAsAWhole) {
  const TemporaryFolder folder;
  store(folder.file("b"), "old");
  std::filesystem::create_directory(folder.file("c"));
  std::vector<std::string> asked;
  set_replacement_check([&](const std::string& path) { asked.push_back(path); });
  check_replacements(std::vector{folder.file("a"), folder.file("b")});
  EXPECT_EQ(asked, std::vector{folder.file("b")}) << "there is no file a";
  EXPECT_THROW(check_replacements(std::vector{folder.file("c")}), OutputError);
  set_replacement_check({});
}

TEST(Replacement, NumberedFilesAreFoundByBeginningAndEnding) {
  const TemporaryFolder folder;
  for (const char* name : {"cat-c12-map.png", "cat-c3-map.png", "cat-c3-map.npy", "cat-cut-map.png",
                           "cat-c-map.png", "dog-c3-map.png"})
    store(folder.file(name), "");
  const std::vector<std::string_view> endings = {"-map.png"};
  EXPECT_EQ(numbered_files(folder.file("cat-c"), endings),
            (std::vector{folder.file("cat-c12-map.png"), folder.file("cat-c3-map.png")}));
  EXPECT_TRUE(numbered_files(folder.file("none/cat-c"), endings).empty());
}

}  // namespace
}  // namespace fovea::test
