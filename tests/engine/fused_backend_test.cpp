#include "autodiff/backward.hpp"
#include "backend/onednn/onednn.hpp"
#include "backend/reference/reference.hpp"
#include "engine/run_graph.hpp"
#include "ir/text.hpp"
#include "ops/table.hpp"
#include "passes/pipeline.hpp"
#include "support/tensors.hpp"

#include <gtest/gtest.h>

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
};

ir::Graph parse_block(const char* body) {
  const std::string text = std::string("input x f32[2,3,11,9]\n") +
                           "const w1 f32[3,3,3,3] {random 1}\nconst w2 f32[3,3,3,3] {random 2}\n"
                           "const w3 f32[3,3,1,1] {random 3}\nconst bias f32[3] {random 4}\n"
                           "const wide f32[5,6,3,3] {random 5}\nconst stem f32[20,3,7,7] {random 6}\n"
                           "const deep f32[17,20,3,3] {random 7}\n" +
                           body + "\noutput y = y";
  return ir::parse(text, ops::find);
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

class FusedBlock : public testing::TestWithParam<const char*> {};

TEST_P(FusedBlock, equals_its_plain_twin_both_ways) {
  const ir::Graph forward = parse_block(GetParam());
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

INSTANTIATE_TEST_SUITE_P(all, FusedBlock, testing::ValuesIn(kBlocks));

}  // namespace
}  // namespace fovea::test
