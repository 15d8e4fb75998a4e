#include "base/strided_walk.hpp"

#include <gtest/gtest.h>

#include <array>

namespace fovea::test {
namespace {

constexpr std::array<std::int64_t, 3> kExtents = {2, 1, 3};

TEST(StridedWalk, keeps_the_offset_of_every_operand) {
  StridedWalk walk(kExtents, {{3, 3, 1}, {10, 7, 0}, {1, 0, -2}});
  for (std::int64_t a = 0; a < 2; ++a)
    for (std::int64_t c = 0; c < 3; ++c, walk.next()) {
      EXPECT_EQ(walk.index(0), a);
      EXPECT_EQ(walk.index(1), 0);
      EXPECT_EQ(walk.index(2), c);
      EXPECT_EQ(walk.offset(0), 3 * a + c);
      EXPECT_EQ(walk.offset(1), 10 * a);
      EXPECT_EQ(walk.offset(2), a - 2 * c);
    }
  EXPECT_EQ(walk.offset(0), 0);  // from the beginning again
  EXPECT_EQ(walk.offset(2), 0);
}

TEST(StridedWalk, begins_anywhere) {
  const std::vector<std::vector<std::int64_t>> strides = {{30, 3, 1}, {5, 8, 2}};
  StridedWalk walk(kExtents, strides);
  for (std::int64_t start = 0; start < 6; ++start, walk.next()) {
    const StridedWalk later(kExtents, strides, start);
    for (const std::size_t operand : {0U, 1U})
      EXPECT_EQ(later.offset(operand), walk.offset(operand)) << start;
  }
}

TEST(StridedWalk, of_no_axes_stays_where_it_is) {
  StridedWalk walk({}, {{}});
  walk.next();
  EXPECT_EQ(walk.offset(0), 0);
}

}  // namespace
}  // namespace fovea::test
