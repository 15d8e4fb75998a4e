#include "fovea/error.hpp"
#include "ir/text.hpp"
#include "ops/axis_roles.hpp"
#include "ops/table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

namespace fovea::ops {
namespace {

/// A graph, what is known of its values, and their layouts.
struct Known {
  explicit Known(const std::string& text, bool channels_last = false) : graph(ir::parse(text, find)) {
    const ir::ValueId picture = graph.inputs().front();
    roles = axis_roles(graph, picture, picture_roles(graph.shape(picture), channels_last));
  }
  std::string axes(const std::string& name) const {
    const ir::ValueId id = graph.find(name);
    return fmt::format("{}", fmt::join(axis_names(graph.shape(id), of(id)), ","));
  }
  std::optional<LayerLayout> layout(const std::string& name) const {
    const ir::ValueId id = graph.find(name);
    return layer_layout(graph.shape(id), of(id));
  }
  const AxisRoles& of(ir::ValueId id) const { return roles[static_cast<std::size_t>(id)]; }

  ir::Graph graph;
  std::vector<AxisRoles> roles;
};

/// "2x3x4 grid" for channels, rows and columns.
std::string form(const std::optional<LayerLayout>& layout) {
  if (!layout)
    return "unknown";
  return fmt::format("{}: {}x{}x{}{}", layout->pictures(), layout->channels(), layout->height(),
                     layout->width(), layout->has_grid ? " grid" : "");
}

/// Extents say nothing here: batch, channels, rows and columns are all 7.
TEST(AxisRoles, TransposesAreFollowedWhereAllExtentsAreEqual) {
  const Known known(R"(
input image f32[7,7,7,7]
const w f32[7,7,1,1] {random 1}
const scale f32[7] {2}
last = Transpose(image) perm=[0,2,3,1]
scaled = Mul(last, scale)
turned = Transpose(scaled) perm=[0,2,1,3]
inner = Transpose(turned) perm=[1,2,0,3]
first = Transpose(scaled) perm=[0,3,1,2]
conv = Conv(first, w)
output conv = conv
)");
  EXPECT_EQ(known.axes("last"), "N,H,W,C");
  EXPECT_EQ(known.axes("scaled"), "N,H,W,C");
  EXPECT_EQ(known.axes("turned"), "N,W,H,C");
  EXPECT_EQ(known.axes("inner"), "W,H,N,C");
  EXPECT_EQ(known.axes("conv"), "N,C,H,W");
  const LayerLayout inner = *known.layout("inner");
  EXPECT_TRUE(inner.has_grid);
  EXPECT_EQ(inner.at(2, 5, 3, 4), static_cast<std::size_t>(((4 * 7 + 3) * 7 + 2) * 7 + 5));
  const LayerLayout first = *known.layout("conv");
  EXPECT_EQ(first.at(2, 5, 3, 4), static_cast<std::size_t>(((2 * 7 + 5) * 7 + 3) * 7 + 4));
}

TEST(AxisRoles, PicturesWithChannelsLast) {
  const Known known("input image f32[1,3,3,3]\ny = Relu(image)\noutput y = y", true);
  EXPECT_EQ(known.axes("y"), "N,H,W,C");
}

/// A reshape may merge rows and columns, split windows off and put heads on an axis of their own: all is
/// found again. Attention has two axes of positions.
TEST(AxisRoles, TokensWindowsAndHeads) {
  const Known known(R"(
input image f32[2,6,4,6]
last = Transpose(image) perm=[0,2,3,1]
tokens = Reshape(last) shape=[2,24,6]
cut = Reshape(last) shape=[2,2,2,2,3,6]
sorted = Transpose(cut) perm=[0,1,3,2,4,5]
windows = Reshape(sorted) shape=[8,6,6]
split = Reshape(tokens) shape=[2,24,2,3]
heads = Transpose(split) perm=[0,2,1,3]
keys = Transpose(split) perm=[0,2,3,1]
attention = MatMul(heads, keys)
mixed = MatMul(attention, heads)
const class f32[2,1,6] {random 3}
with_class = Concat(class, tokens) axis=1
output with_class = with_class
output windows = windows
output mixed = mixed
)");
  EXPECT_EQ(known.axes("tokens"), "N,HW,C");
  EXPECT_EQ(form(known.layout("tokens")), "2: 6x4x6 grid");
  EXPECT_EQ(known.layout("tokens")->at(1, 5, 2, 3), static_cast<std::size_t>((1 * 24 + 2 * 6 + 3) * 6 + 5));
  EXPECT_EQ(known.axes("windows"), "NHW,HW,C");
  EXPECT_EQ(form(known.layout("windows")), "2: 6x4x6 grid");
  // Row 3 is row 1 of the second windows, column 4 is column 1 of the second.
  EXPECT_EQ(known.layout("windows")->at(1, 5, 3, 4),
            static_cast<std::size_t>(((1 * 4 + 1 * 2 + 1) * 6 + 1 * 3 + 1) * 6 + 5));
  EXPECT_EQ(known.axes("heads"), "N,C,HW,C");
  EXPECT_EQ(form(known.layout("heads")), "2: 6x4x6 grid");
  EXPECT_EQ(known.layout("heads")->at(1, 5, 2, 3), static_cast<std::size_t>(((1 * 2 + 1) * 24 + 15) * 3 + 2));
  EXPECT_EQ(form(known.layout("attention")), "unknown");
  EXPECT_EQ(form(known.layout("mixed")), "2: 6x4x6 grid");
  EXPECT_EQ(known.axes("with_class"), "N,T,C");
  EXPECT_EQ(form(known.layout("with_class")), "2: 6x1x25");
}

/// Behind a class token, or before one, the patches keep their places: heads, transposes and a list of tokens
/// and pictures in one axis change nothing. A slice of the patches alone is a grid again.
TEST(AxisRoles, PatchesKeepTheirPlacesBesideAClassToken) {
  const Known known(R"(
input image f32[2,6,3,4]
flat = Reshape(image) shape=[2,6,12]
tokens = Transpose(flat) perm=[0,2,1]
const class f32[2,2,6] {random 3}
with_class = Concat(class, tokens) axis=1
class_last = Concat(tokens, class) axis=1
const w f32[6,6] {random 4}
dense = MatMul(with_class, w)
split = Reshape(dense) shape=[2,14,3,2]
heads = Transpose(split) perm=[0,2,1,3]
first = Transpose(dense) perm=[1,0,2]
list = Reshape(first) shape=[28,6]
patches = Slice(dense) starts=[0,2,0] steps=[1,1,1] sizes=[2,12,6]
some = Slice(dense) starts=[0,3,0] steps=[1,1,1] sizes=[2,11,6]
classes = Slice(dense) starts=[0,0,0] steps=[1,1,1] sizes=[2,2,6]
output heads = heads
output list = list
output patches = patches
output some = some
output classes = classes
output class_last = class_last
)");
  EXPECT_EQ(form(known.layout("with_class")), "2: 6x1x14");
  const LayerLayout with_class = *known.layout("with_class")->grid();
  EXPECT_EQ(form(with_class), "2: 6x3x4 grid");
  EXPECT_EQ(with_class.at(1, 5, 2, 3), static_cast<std::size_t>((14 + 2 + 2 * 4 + 3) * 6 + 5));
  EXPECT_EQ(known.layout("class_last")->grid()->at(1, 5, 2, 3),
            static_cast<std::size_t>((14 + 2 * 4 + 3) * 6 + 5));
  EXPECT_EQ(known.layout("heads")->grid()->at(1, 5, 2, 3),
            static_cast<std::size_t>(((3 + 2) * 14 + 2 + 2 * 4 + 3) * 2 + 1));
  EXPECT_EQ(known.layout("list")->grid()->at(1, 5, 2, 3),
            static_cast<std::size_t>(((2 + 2 * 4 + 3) * 2 + 1) * 6 + 5));
  EXPECT_EQ(form(known.layout("patches")), "2: 6x3x4 grid");
  EXPECT_FALSE(known.layout("some")->grid());
  EXPECT_FALSE(known.layout("classes")->grid());
}

/// A roll (Swin's shifted windows) is undone: every element is at the place that it has in the picture, in
/// windows too, until the roll back.
TEST(AxisRoles, RolledRowsAndColumnsAreAtTheirPlaces) {
  const Known known(R"(
input image f32[1,2,4,6]
const order i64[6] {2 3 4 5 0 1}
below = Slice(image) starts=[0,0,1,0] steps=[1,1,1,1] sizes=[1,2,3,6]
above = Slice(image) starts=[0,0,0,0] steps=[1,1,1,1] sizes=[1,2,1,6]
rows = Concat(below, above) axis=2
rolled = Gather(rows, order) axis=3
cut = Reshape(rolled) shape=[1,2,2,2,2,3]
sorted = Transpose(cut) perm=[0,2,4,3,5,1]
windows = Reshape(sorted) shape=[4,6,2]
uncut = Reshape(windows) shape=[1,2,2,2,3,2]
unsorted = Transpose(uncut) perm=[0,5,1,3,2,4]
whole = Reshape(unsorted) shape=[1,2,4,6]
lowest = Slice(whole) starts=[0,0,3,0] steps=[1,1,1,1] sizes=[1,2,1,6]
others = Slice(whole) starts=[0,0,0,0] steps=[1,1,1,1] sizes=[1,2,3,6]
back = Concat(lowest, others) axis=2
output back = back
output windows = windows
)");
  EXPECT_EQ(form(known.layout("rolled")), "1: 2x4x6 grid");
  // Row 0 of the picture is the last of the rolled ones, column 1 the last.
  EXPECT_EQ(known.layout("rolled")->at(0, 1, 0, 1), static_cast<std::size_t>((4 + 3) * 6 + 5));
  EXPECT_EQ(known.layout("rolled")->at(0, 1, 3, 2), static_cast<std::size_t>((4 + 2) * 6 + 0));
  // Rolled row 3 is row 1 of the lower windows, rolled column 5 is column 2 of those on the right.
  EXPECT_EQ(known.layout("windows")->at(0, 1, 0, 1), static_cast<std::size_t>((3 * 6 + 1 * 3 + 2) * 2 + 1));
  EXPECT_EQ(known.layout("windows")->at(0, 1, 1, 2), 1U);
  EXPECT_EQ(known.layout("back")->at(0, 1, 0, 1), static_cast<std::size_t>(4 * 6 + 5));
  EXPECT_EQ(known.layout("back")->at(0, 0, 3, 2), static_cast<std::size_t>(3 * 6));
}

/// Channels keep the numbers of their places in the layer, shuffled or not; what depth to space makes of them
/// are rows and columns.
TEST(AxisRoles, ChannelShufflesAndDepthToSpace) {
  const Known known(R"(
input image f32[1,8,3,5]
groups = Reshape(image) shape=[1,2,4,3,5]
swapped = Transpose(groups) perm=[0,2,1,3,4]
shuffled = Reshape(swapped) shape=[1,8,3,5]
blocks = Reshape(image) shape=[1,2,2,2,3,5]
spread = Transpose(blocks) perm=[0,1,4,2,5,3]
large = Reshape(spread) shape=[1,2,6,10]
cells = Reshape(large) shape=[1,2,3,2,5,2]
gathered = Transpose(cells) perm=[0,3,5,1,2,4]
deep = Reshape(gathered) shape=[1,8,3,5]
output shuffled = shuffled
output deep = deep
)");
  EXPECT_EQ(form(known.layout("shuffled")), "1: 8x3x5 grid");
  EXPECT_EQ(known.layout("shuffled")->at(0, 3, 2, 4), static_cast<std::size_t>((3 * 3 + 2) * 5 + 4));
  EXPECT_EQ(form(known.layout("large")), "1: 2x6x10 grid");
  EXPECT_EQ(known.layout("large")->at(0, 1, 4, 7), static_cast<std::size_t>((1 * 6 + 4) * 10 + 7));
  EXPECT_EQ(form(known.layout("deep")), "1: 8x3x5 grid");
}

TEST(AxisRoles, MeansDenseLayersAndFlatValues) {
  const Known known(R"(
input image f32[2,3,4,5]
const w f32[60,7] {random 1}
const v f32[3,9] {random 2}
const mix f32[6,20] {random 3}
last = Transpose(image) perm=[0,2,3,1]
pooled = ReduceMean(last) axes=[1,2] keep_dims=0
kept = ReduceMean(last) axes=[1,2] keep_dims=1
row = ReduceMean(image) axes=[3] keep_dims=0
map = ReduceMean(image) axes=[1] keep_dims=0
flat = Reshape(last) shape=[2,60]
features = MatMul(flat, w)
dense = MatMul(last, v)
tokens = Reshape(last) shape=[2,20,3]
mixed = MatMul(mix, tokens)
gate = Mul(last, kept)
output features = features
output gate = gate
)");
  EXPECT_EQ(known.axes("pooled"), "N,C");
  EXPECT_EQ(form(known.layout("pooled")), "2: 3x1x1");
  EXPECT_EQ(form(known.layout("kept")), "2: 3x1x1 grid");
  EXPECT_EQ(form(known.layout("row")), "2: 3x4x1 grid");
  EXPECT_EQ(form(known.layout("map")), "2: 1x4x5 grid");
  EXPECT_EQ(form(known.layout("flat")), "2: 60x1x1");
  EXPECT_EQ(form(known.layout("features")), "2: 7x1x1");
  EXPECT_EQ(known.axes("dense"), "N,H,W,C");
  EXPECT_EQ(form(known.layout("dense")), "2: 9x4x5 grid");
  EXPECT_EQ(known.axes("mixed"), "N,T,C");
  EXPECT_EQ(known.axes("gate"), "N,H,W,C");
}

/// A picture with one channel may be turned by a Reshape, as converters from TensorFlow do.
TEST(AxisRoles, AReshapeMayStandForATransposeOfOneChannel) {
  const Known known(R"(
input image f32[1,1,6,6]
last = Reshape(image) shape=[1,6,6,1]
first = Reshape(last) shape=[1,1,6,6]
const w f32[6,1,1,1] {random 1}
conv = Conv(first, w)
output conv = conv
)");
  EXPECT_EQ(known.axes("last"), "N,H,W,C");
  EXPECT_EQ(known.axes("first"), "N,C,H,W");
  EXPECT_EQ(form(known.layout("conv")), "1: 6x6x6 grid");
}

/// The features that a decoder rearranges are a picture because convolutions read it.
TEST(AxisRoles, ReadersTellWhatTheirInputsAre) {
  const Known known(R"(
input image f32[1,2,4,4]
const w f32[32,18] {random 1}
const k f32[3,2,1,1] {random 2}
flat = Reshape(image) shape=[1,32]
code = MatMul(flat, w)
grown = Reshape(code) shape=[1,3,3,2]
bent = Relu(grown)
first = Transpose(bent) perm=[0,3,1,2]
conv = Conv(first, k)
output conv = conv
)");
  EXPECT_EQ(known.axes("bent"), "N,H,W,C");
  EXPECT_EQ(form(known.layout("bent")), "1: 2x3x3 grid");
  EXPECT_EQ(form(known.layout("conv")), "1: 3x3x3 grid");
}

TEST(AxisRoles, WhatDoesNotFitIsUnknown) {
  const Known known(R"(
input image f32[1,6,4,4]
torn = Reshape(image) shape=[1,4,6,4]
turned = Transpose(image) perm=[0,1,3,2]
sum = Add(image, turned)
output torn = torn
output sum = sum
)");
  EXPECT_EQ(known.axes("torn"), "N,?,?,?");
  EXPECT_EQ(form(known.layout("torn")), "unknown");
  EXPECT_EQ(known.axes("sum"), "N,C,?,?");
  EXPECT_EQ(form(known.layout("sum")), "unknown");
}

}  // namespace
}  // namespace fovea::ops
