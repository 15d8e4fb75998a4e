#include "report/option_fields.hpp"

#include "fovea/error.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace fovea::test {
namespace {

TEST(ReferencePictures, AreThoseOfFoldersAndPicturesByName) {
  const TemporaryFolder folder;
  store(folder.file("b.png"), "");
  store(folder.file("a.jpg"), "");
  store(folder.file("notes.txt"), "");
  EXPECT_EQ(reference_pictures({"one.jpg", folder.file("")}),
            (std::vector<std::string>{"one.jpg", folder.file("a.jpg"), folder.file("b.png")}));
}

TEST(ReferencePictures, AFolderWithoutAnyIsAnError) {
  const TemporaryFolder folder;
  const std::string path = folder.file("");
  EXPECT_EQ(message_of<InputError>([&] { (void)reference_pictures({path}); }), path + ": is an empty folder");
}

}  // namespace
}  // namespace fovea::test
