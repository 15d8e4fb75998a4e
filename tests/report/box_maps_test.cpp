#include "report/box_maps.hpp"

#include "fovea/error.hpp"

#include <gtest/gtest.h>

#include <string>

namespace fovea::test {
namespace {

const std::vector<Detection> kFound = {{{10, 20, 30, 40}, 1, "blue", 0.875, 7, 1},
                                       {{0, 0, 5, 6}, 0, "red", 0.25, 3, 2}};

std::string complaint(const BoxChoice& choice, const std::vector<Detection>& found) {
  try {
    choice.of(found, "photo.png");
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

TEST(BoxChoice, TakesAllOrTheOneOfANumber) {
  EXPECT_EQ(BoxChoice::parse("all").of(kFound, "photo.png").size(), 2U);
  const std::vector<Detection> second = BoxChoice::parse("2").of(kFound, "photo.png");
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].label, "red");
  EXPECT_TRUE(BoxChoice::parse("all").of({}, "photo.png").empty()) << "a photo without objects is no error";
}

TEST(BoxChoice, RefusesWhatIsNoNumberOfABox) {
  for (const char* const text : {"", "0", "-1", "1.5", "2 ", "+1", "first", "99999999999999999999"})
    EXPECT_THROW(BoxChoice::parse(text), InputError) << text;
}

TEST(BoxChoice, NamesThePhotoThatHasNoSuchBox) {
  EXPECT_EQ(complaint({3}, kFound), "photo.png: 2 objects are found, and no number 3");
  EXPECT_EQ(complaint({2}, {kFound[0]}), "photo.png: 1 object is found, and no number 2");
  EXPECT_EQ(complaint({1}, {}), "photo.png: no object is found: --min-score may be lower");
}

}  // namespace
}  // namespace fovea::test
