#include "ops/concat.hpp"
#include "ops/gather.hpp"
#include "ops/identity.hpp"
#include "ops/pad.hpp"
#include "ops/slice.hpp"
#include "ops/split.hpp"
#include "ops/table.hpp"
#include "support/tensors.hpp"

#include <limits>

namespace fovea::test {
namespace {

Tensor concat(std::vector<Tensor> xs, std::int64_t axis) {
  return ops::evaluate(ops::concat(), ops::ConcatAttributes{axis}, xs).at(0);
}
std::vector<Tensor> split(const Tensor& x, ops::SplitAttributes attributes) {
  return ops::evaluate(ops::split(), attributes, std::vector{x});
}
Tensor slice(const Tensor& x, ops::SliceAttributes attributes) {
  return ops::evaluate(ops::slice(), attributes, std::vector{x}).at(0);
}
Tensor pad(const Tensor& x, ops::PadAttributes attributes) {
  return ops::evaluate(ops::pad(), attributes, std::vector{x}).at(0);
}
Tensor gather(const Tensor& x, const Tensor& indices, std::int64_t axis) {
  return ops::evaluate(ops::gather(), ops::GatherAttributes{axis}, std::vector{x, indices}).at(0);
}

TEST(Identity, copies_any_type) {
  const Tensor x = booleans({3}, {true, false, true});
  EXPECT_TRUE(near(ops::evaluate(ops::identity(), {}, std::vector{x})[0], x));
}

TEST(Concat, puts_its_inputs_one_behind_the_other) {
  const Tensor a = i64({2, 1}, {1, 2}), b = i64({2, 2}, {3, 4, 5, 6});
  EXPECT_TRUE(near(concat({a, b, a}, 1), i64({2, 4}, {1, 3, 4, 1, 2, 5, 6, 2})));
  EXPECT_TRUE(near(concat({b, b}, 0), i64({4, 2}, {3, 4, 5, 6, 3, 4, 5, 6})));
  EXPECT_TRUE(near(concat({Tensor(DType::I64, {2, 0}), a}, 1), a));
  EXPECT_TRUE(near(concat({booleans({1}, {true}), booleans({1}, {false})}, 0), booleans({2}, {true, false})));
}

TEST(Concat, rejects_inputs_that_do_not_fit) {
  const Tensor a = f32({1, 2}, {1, 2});
  EXPECT_THROW(concat({a, a}, 2), InputError);
  EXPECT_THROW(concat({a, a}, -1), InputError);
  EXPECT_THROW(concat({a, f32({1, 1}, {1})}, 0), InputError);
  EXPECT_THROW(concat({a, f32({2}, {1, 2})}, 0), InputError);
  EXPECT_THROW(concat({a, a.cast(DType::F64)}, 0), InputError);
  EXPECT_THROW(concat({}, 0), InputError);
}

TEST(Split, cuts_along_the_axis) {
  const auto parts = split(f32({2, 3}, {1, 2, 3, 4, 5, 6}), {.axis = 1, .sizes = {1, 0, 2}});
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_TRUE(near(parts[0], f32({2, 1}, {1, 4})));
  EXPECT_EQ(parts[1].shape(), (Shape{2, 0}));
  EXPECT_TRUE(near(parts[2], f32({2, 2}, {2, 3, 5, 6})));
}

TEST(Split, skips_a_part_that_nobody_reads) {
  const Tensor x = i64({3}, {1, 2, 3});
  Tensor y(DType::I64, {2});
  const ir::Attributes attributes = ops::SplitAttributes{.axis = 0, .sizes = {1, 2}};
  const ir::TensorView source{x.dtype(), x.shape(), const_cast<void*>(x.raw())};
  const std::vector<ir::TensorView> destinations{{DType::I64, {1}, nullptr}, {DType::I64, {2}, y.raw()}};
  ops::split().kernel({attributes, {&source, 1}, destinations});
  EXPECT_TRUE(near(y, i64({2}, {2, 3})));
}

TEST(Split, rejects_sizes_that_do_not_add_up) {
  const Tensor x = f32({3}, {1, 2, 3});
  EXPECT_THROW(split(x, {.axis = 0, .sizes = {1, 1}}), InputError);
  EXPECT_THROW(split(x, {.axis = 0, .sizes = {4, -1}}), InputError);
  EXPECT_THROW(split(x, {.axis = 0, .sizes = {}}), InputError);
  EXPECT_THROW(split(x, {.axis = 1, .sizes = {3}}), InputError);
}

TEST(Slice, steps_forwards_and_backwards) {
  const Tensor x = i64({2, 5}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  EXPECT_TRUE(near(slice(x, {{1, 1}, {1, 2}, {1, 2}}), i64({1, 2}, {6, 8})));
  EXPECT_TRUE(near(slice(x, {{1, 4}, {-1, -3}, {2, 2}}), i64({2, 2}, {9, 6, 4, 1})));
  EXPECT_TRUE(near(slice(x, {{0, 0}, {1, 1}, {2, 0}}), Tensor(DType::I64, {2, 0})));
  constexpr std::int64_t far = std::numeric_limits<std::int64_t>::max();
  EXPECT_TRUE(near(slice(x, {{1, 3}, {far, -far}, {1, 1}}), i64({1, 1}, {8})));
  EXPECT_TRUE(near(slice(booleans({2}, {true, false}), {{1}, {-1}, {2}}), booleans({2}, {false, true})));
}

TEST(Slice, rejects_what_leaves_the_input) {
  const Tensor x = f32({3}, {1, 2, 3});
  EXPECT_THROW(slice(x, {{0}, {0}, {1}}), InputError);
  EXPECT_THROW(slice(x, {{1}, {1}, {3}}), InputError);
  EXPECT_THROW(slice(x, {{1}, {-1}, {3}}), InputError);
  EXPECT_THROW(slice(x, {{3}, {1}, {1}}), InputError);
  EXPECT_THROW(slice(x, {{-1}, {1}, {1}}), InputError);
  EXPECT_THROW(slice(x, {{0}, {1}, {-1}}), InputError);
  EXPECT_THROW(slice(x, {{0, 0}, {1}, {1}}), InputError);
  constexpr std::int64_t far = std::numeric_limits<std::int64_t>::max();
  EXPECT_THROW(slice(x, {{0}, {far}, {3}}), InputError);
}

TEST(SliceGradient, fills_the_rest_with_zeros) {
  const ops::SliceGradientAttributes a{{3}, {-2}, {2}, {5}};
  EXPECT_TRUE(near(ops::evaluate(ops::slice_gradient(), a, std::vector{f32({2}, {7, 8})})[0],
                   f32({5}, {0, 8, 0, 7, 0})));
}

TEST(Pad, fills_with_a_constant) {
  const Tensor x = f32({2, 2}, {1, 2, 3, 4});
  EXPECT_TRUE(near(pad(x, {.pads = {0, 1, 1, 0}, .value = 9}), f32({3, 3}, {9, 1, 2, 9, 3, 4, 9, 9, 9})));
  EXPECT_TRUE(near(pad(i64({1}, {5}), {.pads = {1, 1}, .value = -1}), i64({3}, {-1, 5, -1})));
  EXPECT_TRUE(near(pad(booleans({1}, {false}), {.pads = {1, 0}, .value = 1}), booleans({2}, {true, false})));
  EXPECT_TRUE(near(pad(Tensor(DType::F32, {0}), {.pads = {1, 1}, .value = 2}), f32({2}, {2, 2})));
}

TEST(Pad, reflects_without_the_edge) {
  EXPECT_TRUE(
      near(pad(f32({3}, {1, 2, 3}), {.pads = {2, 2}, .mode = "reflect"}), f32({7}, {3, 2, 1, 2, 3, 2, 1})));
  EXPECT_TRUE(near(pad(f32({2, 2}, {1, 2, 3, 4}), {.pads = {1, 0, 0, 1}, .mode = "reflect"}),
                   f32({3, 3}, {3, 4, 3, 1, 2, 1, 3, 4, 3})));
}

TEST(Pad, repeats_the_edge) {
  EXPECT_TRUE(near(pad(f32({2, 2}, {1, 2, 3, 4}), {.pads = {0, 2, 1, 1}, .mode = "edge"}),
                   f32({3, 5}, {1, 1, 1, 2, 2, 3, 3, 3, 4, 4, 3, 3, 3, 4, 4})));
}

TEST(Pad, crops_by_negative_pads) {
  const Tensor x = f32({4}, {1, 2, 3, 4});
  EXPECT_TRUE(near(pad(x, {.pads = {-1, -2}}), f32({1}, {2})));
  EXPECT_TRUE(near(pad(x, {.pads = {-2, 1}}), f32({3}, {3, 4, 0})));
  EXPECT_TRUE(near(pad(x, {.pads = {2, -1}, .mode = "reflect"}), f32({5}, {3, 2, 1, 2, 3})));
  EXPECT_TRUE(near(pad(x, {.pads = {-1, 1}, .mode = "edge"}), f32({4}, {2, 3, 4, 4})));
}

TEST(Pad, rejects_pads_that_do_not_fit) {
  const Tensor x = f32({2}, {1, 2});
  EXPECT_THROW(pad(x, {.pads = {1}}), InputError);
  EXPECT_THROW(pad(x, {.pads = {1, 1}, .mode = "wrap"}), InputError);
  EXPECT_THROW(pad(x, {.pads = {2, 0}, .mode = "reflect"}), InputError);
  EXPECT_THROW(pad(x, {.pads = {-2, -1}}), InputError);
  EXPECT_THROW(pad(x, {.pads = {-3, 4}}), InputError);
  EXPECT_THROW(pad(Tensor(DType::F32, {0}), {.pads = {1, 0}, .mode = "edge"}), InputError);
}

TEST(PadGradient, adds_what_was_copied_more_than_once) {
  const Tensor dy = f32({5}, {1, 2, 4, 8, 16});
  auto run = [&](const char* mode, std::vector<std::int64_t> pads, std::int64_t extent) {
    return ops::evaluate(ops::pad_gradient(), ops::PadGradientAttributes{std::move(pads), mode, {extent}},
                         std::vector{dy})[0];
  };
  EXPECT_TRUE(near(run("constant", {1, 1}, 3), f32({3}, {2, 4, 8})));
  EXPECT_TRUE(near(run("edge", {1, 1}, 3), f32({3}, {3, 4, 24})));
  EXPECT_TRUE(near(run("reflect", {1, 1}, 3), f32({3}, {2, 21, 8})));
  EXPECT_TRUE(near(run("constant", {-1, 2}, 4), f32({4}, {0, 1, 2, 4})));
}

TEST(Gather, picks_along_the_axis) {
  const Tensor x = f32({2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_TRUE(near(gather(x, i64({2}, {2, -3}), 1), f32({2, 2}, {3, 1, 6, 4})));
  EXPECT_TRUE(near(gather(x, i64({}, {-1}), 0), f32({3}, {4, 5, 6})));
  EXPECT_TRUE(near(gather(x, i64({1, 2}, {1, 1}), 0), f32({1, 2, 3}, {4, 5, 6, 4, 5, 6})));
  EXPECT_TRUE(near(gather(i64({3}, {7, 8, 9}), i64({}, {1}), 0), i64({}, {8})));
  EXPECT_TRUE(near(gather(booleans({2}, {true, false}), i64({1}, {1}), 0), booleans({1}, {false})));
}

TEST(Gather, rejects_indices_out_of_range) {
  const Tensor x = f32({3}, {1, 2, 3});
  EXPECT_THROW(gather(x, i64({1}, {3}), 0), InputError);
  EXPECT_THROW(gather(x, i64({1}, {-4}), 0), InputError);
  EXPECT_THROW(gather(x, i64({1}, {0}), 1), InputError);
  EXPECT_THROW(gather(x, f32({1}, {0}), 0), InputError);
}

TEST(GatherGradient, adds_what_was_picked_more_than_once) {
  const ops::GatherGradientAttributes a{.axis = 0, .shape = {3}};
  EXPECT_TRUE(near(
      ops::evaluate(ops::gather_gradient(), a, std::vector{f32({3}, {1, 2, 4}), i64({3}, {2, 0, -1})})[0],
      f32({3}, {2, 0, 5})));
}

}  // namespace
}  // namespace fovea::test
