#include "passes/conv_transpose_to_conv.hpp"
#include "passes/fuse_conv.hpp"
#include "passes/pass_checks.hpp"
#include "passes/save_masks.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace fovea::test {
namespace {

/// The names of the operators that a pass leaves, which changes no number.
std::vector<std::string> expect_same_values(RunPass pass, const std::string& text) {
  const ir::Graph after = same_values_after(pass, text);
  std::vector<std::string> operators;
  for (const ir::Node& node : after.nodes())
    operators.emplace_back(node.op->name);
  return operators;
}

using Names = std::vector<std::string>;

TEST(SaveMasks, looks_at_activations_as_soon_as_they_are_there) {
  expect_pass(passes::save_masks, R"(
    input x f64[2]
    input dy f64[2]
    y = Relu(x)
    z = Exp(y)
    dx = ReluGradient(dy, y)
    output z = z
    output dx = dx)",
              R"(
    input x f64[2]
    input dy f64[2]
    y = Relu(x)
    dx/mask = ReluMask(y)
    z = Exp(y)
    dx = Masked(dy, dx/mask)
    output z = z
    output dx = dx)");
}

TEST(SaveMasks, makes_one_mask_for_two_gradients_and_keeps_the_bounds_of_clips) {
  const Names names = expect_same_values(passes::save_masks, R"(
    input x f64[7]
    input dy f64[7]
    y = Relu(x)
    a = ReluGradient(dy, y)
    b = ReluGradient(a, y)
    c = ClipGradient(b, x) min=-0.5 max=0.75
    d = ClipGradient(b, x) min=-0.1 max=0.2
    output c = c
    output d = d)");
  EXPECT_EQ(std::count(names.begin(), names.end(), "ReluMask"), 1);
  EXPECT_EQ(std::count(names.begin(), names.end(), "ClipMask"), 2);
  EXPECT_EQ(std::count(names.begin(), names.end(), "Masked"), 4);
}

/// Odd sizes, unequal pads, groups and dilations: stride 1 turns into a convolution.
TEST(ConvTransposeToConv, replaces_stride_one) {
  for (const char* geometry :
       {"x=5 w=5,3,3,3 a=pads=[1,1,1,1]", "x=4 w=4,2,3,5 a=pads=[0,2,1,3]",
        "x=6 w=6,2,3,3 a=pads=[1,0,2,1],groups=3", "x=2 w=2,3,2,3 a=pads=[1,2,0,3],dilations=[2,3]",
        "x=3 w=3,4,1,1 a=pads=[0,0,0,0]"}) {
    const std::string line = geometry;
    const auto field = [&](char key) {
      const auto at = line.find(std::string(1, key) + "=") + 2;
      return line.substr(at, line.find(' ', at) - at);
    };
    std::string attributes = field('a');
    for (const char* name : {"groups", "dilations"})
      if (const auto at = attributes.find(fmt::format(",{}", name)); at != std::string::npos)
        attributes[at] = ' ';
    const Names names = expect_same_values(
        passes::conv_transpose_to_conv,
        fmt::format(
            "input x f64[2,{},7,6]\nconst w f64[{}] {{random 3}}\ny = ConvTranspose(x, w) {}\noutput y = y",
            field('x'), field('w'), attributes));
    EXPECT_EQ(names, (Names{"FlippedWeights", "Conv"})) << geometry;
  }
}

/// Every way in which a strided first layer may lie over its picture.
TEST(ConvTransposeToConv, takes_strides_with_few_channels_apart_into_phases) {
  int flipped = 0;
  for (int kernel : {1, 2, 3, 5, 7, 8})
    for (int stride : {2, 3, 4})
      for (int pad = 0; pad < std::min(kernel, 4); ++pad)
        for (int extra = 0; extra < stride; ++extra) {
          const std::string text = fmt::format("input x f64[2,5,4,3]\nconst w f64[5,3,{0},{0}] {{random 3}}\n"
                                               "y = ConvTranspose(x, w) strides=[{1},{1}] "
                                               "pads=[{2},{2},{2},{2}] output_padding=[{3},0]\noutput y = y",
                                               kernel, stride, pad, extra);
          ir::Graph graph;
          try {
            graph = parse(text);
          } catch (const InputError&) {
            continue;  // nothing would be left of the result
          }
          const Names names = expect_same_values(passes::conv_transpose_to_conv, text);
          flipped += names == Names{"Conv", "DepthToSpace"};
        }
  EXPECT_GT(flipped, 100);
}

TEST(ConvTransposeToConv, leaves_large_strided_and_computed_ones) {
  const char* text = "input x f64[1,4,5,5]\nconst w f64[4,9,3,3] {random 3}\n"
                     "y = ConvTranspose(x, w) strides=[2,2]\noutput y = y";
  EXPECT_EQ(expect_same_values(passes::conv_transpose_to_conv, text), Names{"ConvTranspose"});
}

TEST(ConvTransposeToConv, adds_the_bias_of_strided_ones_behind_them) {
  EXPECT_EQ(expect_same_values(passes::conv_transpose_to_conv,
                               "input x f64[1,4,5,5]\nconst w f64[4,9,3,3] {random 3}\n"
                               "const b f64[9] {random 4}\n"
                               "y = ConvTranspose(x, w, b) strides=[2,2]\noutput y = y"),
            (Names{"ConvTranspose", "Add"}));
  EXPECT_EQ(expect_same_values(passes::conv_transpose_to_conv,
                               "input x f64[2,4,5,5]\nconst w f64[4,3,2,2] {random 3}\n"
                               "const b f64[3] {random 4}\n"
                               "y = ConvTranspose(x, w, b) strides=[2,2]\noutput y = y"),
            (Names{"Conv", "DepthToSpace", "Add"}));
}

TEST(FuseConv, joins_sum_and_relu) {
  const Names names = expect_same_values(passes::fuse_conv, R"(
    input x f64[1,3,5,4]
    const w f64[3,3,3,3] {random 3}
    const b f64[3] {random 4}
    c = Conv(x, w, b) pads=[1,1,1,1]
    s = Add(c, x)
    y = Relu(s)
    output y = y)");
  EXPECT_EQ(names, Names{"FusedConv"});
}

TEST(FuseConv, lets_the_later_of_two_convolutions_take_the_other) {
  const Names names = expect_same_values(passes::fuse_conv, R"(
    input x f64[1,3,5,4]
    const w f64[3,3,1,1] {random 3}
    const v f64[3,3,1,1] {random 4}
    a = Conv(x, w)
    b = Conv(x, v)
    s = Add(a, b)
    y = Relu(s)
    output y = y)");
  EXPECT_EQ(names, (Names{"Conv", "FusedConv"}));
}

TEST(FuseConv, leaves_what_something_else_reads_or_what_stretches) {
  EXPECT_EQ(expect_same_values(passes::fuse_conv, R"(
    input x f64[1,3,5,4]
    const w f64[3,3,1,1] {random 3}
    c = Conv(x, w)
    y = Relu(c)
    output y = y
    output c = c)"),
            (Names{"Conv", "Relu"}));
  EXPECT_EQ(expect_same_values(passes::fuse_conv, R"(
    input x f64[1,3,5,4]
    input z f64[1,3,1,1]
    const w f64[3,3,1,1] {random 3}
    c = Conv(x, w)
    y = Add(c, z)
    output y = y)"),
            (Names{"Conv", "Add"}));
}

/// A second sum has no place in the epilogue; nor has a sum behind the Relu.
TEST(FuseConv, takes_one_sum_before_the_relu) {
  EXPECT_EQ(expect_same_values(passes::fuse_conv, R"(
    input x f64[1,3,5,4]
    input z f64[1,3,5,4]
    const w f64[3,3,1,1] {random 3}
    c = Conv(x, w)
    s = Add(c, x)
    t = Add(s, z)
    r = Relu(t)
    y = Add(r, x)
    output y = y)"),
            (Names{"FusedConv", "Add", "Relu", "Add"}));
}

}  // namespace
}  // namespace fovea::test
