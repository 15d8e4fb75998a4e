#include "base/read_file.hpp"

#include "fovea/error.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

TEST(ReadFile, OffersNamesThatAreNearOneThatIsNotThere) {
  const TemporaryFolder folder;
  store(folder.file("church.jpg"), "x");
  store(folder.file("labels.txt"), "x");
  const auto failure = [&](const std::string& name) {
    return message_of<InputError>([&] { read_file(folder.file(name), 10); });
  };
  EXPECT_EQ(failure("chruch.jpg"),
            folder.file("chruch.jpg") +
                ": cannot read: No such file or directory; did you mean 'church.jpg'?");
  EXPECT_EQ(failure("xyz"), folder.file("xyz") + ": cannot read: No such file or directory");
  EXPECT_EQ(failure("nowhere/church.jpg"),
            folder.file("nowhere/church.jpg") + ": cannot read: No such file or directory");
}

}  // namespace
}  // namespace fovea::test
