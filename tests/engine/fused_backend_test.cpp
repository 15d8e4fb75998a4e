#include "autodiff/backward.hpp"
#include "backend/onednn/onednn.hpp"
#include "backend/reference/reference.hpp"
#include "engine/run_graph.hpp"
#include "ir/text.hpp"
#include "ops/table.hpp"
#include "passes/pipeline.hpp"
#include "support/tensors.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <random>

namespace fovea::test {
namespace {

/// Graphs in which sums meet in every way that memory is re-used for.
constexpr const char* kBlocks[] = {
    // a residual block with a convolution on its shortcut, as ResNet has them
    R"(r = Relu(x)
       a = Conv(r, w1) pads=[1,1,1,1]
       b = Relu(a)
       c = Conv(b, w2, bias) pads=[1,1,1,1]
       d = Conv(r, w3)
       s = Add(c, d)
       y = Relu(s))",
    // one with an identity, twice
    R"(c = Conv(x, w1) pads=[1,1,1,1]
       r = Relu(c)
       a = Conv(r, w2) pads=[1,1,1,1]
       s = Add(a, r)
       t = Relu(s)
       e = Conv(t, w1) pads=[1,1,1,1]
       f = Add(t, e)
       y = Relu(f))",
    // the convolved picture is the sum, too, and is read later on
    R"(c = Conv(x, w3)
       a = Conv(c, w1) pads=[1,1,1,1]
       s = Add(c, a)
       g = Relu(s)
       y = Add(g, c))",
    // clips, leaks and branches that are joined
    R"(c = Conv(x, w3)
       l = LeakyRelu(c) alpha=0.2
       k = Clip(l) min=-0.5 max=0.75
       j = Concat(l, k) axis=1
       p, switches = MaxPool(j) kernel=[3,3] strides=[2,2] pads=[1,1,1,1]
       y = Conv(p, wide) strides=[2,2])",
    // a strided first layer of three channels
    R"(c = Conv(x, stem) strides=[2,2] pads=[3,3,3,3]
       r = Relu(c)
       y = Conv(r, deep) pads=[1,1,1,1])",
    // groups of few channels, one of them with a stride
    R"(a = Conv(x, small, bias) pads=[1,1,1,1] groups=$GROUPS
       r = Relu(a)
       b = Conv(r, small) pads=[1,1,1,1] strides=[2,2] groups=$GROUPS
       s = Relu(b)
       y = Conv(s, w1) pads=[1,1,1,1])",
};

/// Pictures of 3 channels, and of 24: wide enough for Winograd's kernels, and for groups of 4 that are
/// merged.
constexpr int kChannels[] = {3, 24};

ir::Graph parse_block(std::string body, int channels) {
  const int group = channels % 4 == 0 ? 4 : 1;
  for (std::size_t at = 0; (at = body.find("$GROUPS")) != std::string::npos;)
    body.replace(at, 7, std::to_string(channels / group));
  return ir::parse(fmt::format(R"(
input x f32[2,{0},11,9]
const w1 f32[{0},{0},3,3] {{random 1}}
const w2 f32[{0},{0},3,3] {{random 2}}
const w3 f32[{0},{0},1,1] {{random 3}}
const bias f32[{0}] {{random 4}}
const wide f32[5,{1},3,3] {{random 5}}
const stem f32[20,{0},7,7] {{random 6}}
const deep f32[17,20,3,3] {{random 7}}
const small f32[{0},{2},3,3] {{random 8}}
{3}
output y = y)",
                               channels, 2 * channels, group, body),
                   ops::find);
}

double relative_error(const Tensor& found, const Tensor& expected) {
  double error = 0, size = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(expected.elements()); ++i) {
    const double a = found.data<float>()[i], b = expected.data<float>()[i];
    error += (a - b) * (a - b);
    size += b * b;
  }
  return std::sqrt(error / size);
}

class FusedBlock : public testing::TestWithParam<std::tuple<const char*, int>> {};

TEST_P(FusedBlock, equals_its_plain_twin_both_ways) {
  const ir::Graph forward = parse_block(std::get<0>(GetParam()), std::get<1>(GetParam()));
  const ir::ValueId y = forward.outputs()[0], x = forward.inputs()[0];
  for (const auto& rules :
       {autodiff::gradient_rules(), autodiff::deconvnet_rules(), autodiff::guided_rules()}) {
    passes::Notes notes;
    const ir::Graph plain = autodiff::differentiate(forward, y, x, rules).graph;
    const ir::Graph fused = passes::run(backend::onednn().passes(), plain, notes);
    EXPECT_NE(ir::print(fused), ir::print(plain));
    std::mt19937 random(7);
    std::normal_distribution<float> normal;
    std::vector<Tensor> feeds;
    for (ir::ValueId id : plain.inputs()) {
      feeds.emplace_back(DType::F32, plain.shape(id));
      for (float& value : feeds.back().data<float>())
        value = normal(random);
    }
    const auto expected = run_graph(backend::reference(), plain, feeds);
    const auto found = run_graph(backend::onednn(), fused, feeds);
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i)
      EXPECT_LE(relative_error(found[i], expected[i]), 1e-5) << rules.name << "\n" << ir::print(fused);
  }
}

INSTANTIATE_TEST_SUITE_P(all, FusedBlock,
                         testing::Combine(testing::ValuesIn(kBlocks), testing::ValuesIn(kChannels)));

}  // namespace
}  // namespace fovea::test
