#include "base/fitting_name.hpp"

#include "base/utf8.hpp"

#include <gtest/gtest.h>

namespace fovea {
namespace {

TEST(FittingName, KeepsWhatFits) {
  EXPECT_EQ(fitting_name("church"), "church");
  const std::string longest(kMostNameBytes, 'x');
  EXPECT_EQ(fitting_name(longest), longest);
}

TEST(FittingName, CutsLongNamesAtACharacterAndKeepsThemApart) {
  std::string korean;
  while (korean.size() <= 240)
    korean += "한";
  for (const std::string& name : {korean, "a" + korean, "ab" + korean, std::string(254, 'x')}) {
    const std::string cut = fitting_name(name);
    EXPECT_LE(cut.size(), kMostNameBytes);
    EXPECT_TRUE(is_valid_utf8(cut)) << cut;
    EXPECT_EQ(name.substr(0, 100), cut.substr(0, 100));
    EXPECT_NE(fitting_name(name + "."), cut);
  }
}

}  // namespace
}  // namespace fovea
