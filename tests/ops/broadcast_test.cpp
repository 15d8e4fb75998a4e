#include "ops/broadcast.hpp"

#include <gtest/gtest.h>

namespace fovea::test {
namespace {

/// The offset into an operand of shape `from` of element i of `to`, one coordinate at a time.
std::int64_t offset(const Shape& from, const Shape& to, std::int64_t i) {
  std::int64_t result = 0, stride = 1;
  for (std::int64_t axis = to.rank() - 1; axis >= 0; --axis) {
    const std::int64_t coordinate = i % to[axis], own = axis - (to.rank() - from.rank());
    i /= to[axis];
    if (own >= 0) {
      result += from[own] == 1 ? 0 : coordinate * stride;
      stride *= from[own];
    }
  }
  return result;
}

TEST(Broadcast, visits_every_pair_in_order) {
  const std::pair<Shape, Shape> cases[] = {
      {{}, {}},         {{3}, {}},           {{2, 3, 4}, {2, 3, 4}}, {{2, 3, 4, 5}, {3, 1, 1}},
      {{4, 1}, {1, 5}}, {{2, 1, 4}, {3, 1}}, {{1, 3, 1}, {2, 1, 5}}, {{2, 3, 1, 1}, {1, 1, 4, 5}},
      {{1, 1}, {1}},    {{0, 3}, {1}},       {{2, 0, 3}, {3}},       {{5, 1, 1, 2}, {3, 4, 1}},
  };
  for (const auto& operands : cases) {
    const Shape &a = operands.first, &b = operands.second;
    const Shape shape = ops::broadcast(a, b);
    std::int64_t next = 0;
    ops::for_each_pair(shape, ops::broadcast_strides(a, shape), ops::broadcast_strides(b, shape),
                       [&](std::int64_t i, std::int64_t ia, std::int64_t ib) {
                         EXPECT_EQ(i, next++);
                         EXPECT_EQ(ia, offset(a, shape, i)) << to_string(a) << " with " << to_string(b);
                         EXPECT_EQ(ib, offset(b, shape, i)) << to_string(a) << " with " << to_string(b);
                       });
    EXPECT_EQ(next, shape.elements());
  }
}

TEST(Broadcast, merges_axes_that_run_evenly) {
  auto axes = [](const Shape& a, const Shape& b) {
    const Shape shape = ops::broadcast(a, b);
    return ops::merge_axes(shape, ops::broadcast_strides(a, shape), ops::broadcast_strides(b, shape)).extents;
  };
  EXPECT_EQ(axes({2, 3, 4}, {2, 3, 4}), (std::vector<std::int64_t>{24}));
  EXPECT_EQ(axes({2, 3, 4}, {}), (std::vector<std::int64_t>{24}));
  EXPECT_EQ(axes({2, 3, 4, 5}, {3, 1, 1}), (std::vector<std::int64_t>{2, 3, 20}));
  EXPECT_EQ(axes({1, 3, 4, 5}, {3, 1, 1}), (std::vector<std::int64_t>{3, 20}));
  EXPECT_EQ(axes({}, {}), (std::vector<std::int64_t>{1}));
}

TEST(Broadcast, of_shapes) {
  EXPECT_EQ(ops::broadcast({2, 1, 4}, {3, 1}), Shape({2, 3, 4}));
  EXPECT_EQ(ops::broadcast({0}, {1}), Shape({0}));
  EXPECT_THROW(ops::broadcast({2}, {3}), InputError);
  EXPECT_THROW(ops::broadcast({0}, {2}), InputError);
}

}  // namespace
}  // namespace fovea::test
