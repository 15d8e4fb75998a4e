#include "autodiff/backward.hpp"
#include "backend/onednn/onednn.hpp"
#include "backend/reference/reference.hpp"
#include "engine/run_graph.hpp"
#include "ir/text.hpp"
#include "ops/table.hpp"
#include "support/tensors.hpp"

#include <array>

namespace fovea::test {
namespace {

struct RuleCase {
  autodiff::RuleSet rules;
  Tensor gradient;
};

class Toy : public testing::TestWithParam<const backend::Backend*> {
protected:
  /// Scores and gradient for a seed of ones.
  static std::vector<Tensor> run(const std::string& text, const autodiff::RuleSet& rules, const Tensor& x) {
    const ir::Graph forward = ir::parse(text, ops::find);
    const auto made = autodiff::differentiate(forward, forward.outputs()[0], forward.inputs()[0], rules);
    Tensor seed(DType::F32, made.graph.shape(made.seed));
    for (float& value : seed.data<float>())
      value = 1;
    return run_graph(*GetParam(), made.graph, {x, seed});
  }
};

Tensor counting(Shape shape) {
  Tensor tensor(DType::F32, std::move(shape));
  for (std::size_t i = 0; i < tensor.data<float>().size(); ++i)
    tensor.data<float>()[i] = static_cast<float>(i);
  return tensor;
}

/// A network of two filters, worked by hand. The sums of the 3x3 windows are 45 54 81 90: behind the biases
/// and the ReLU 0 4 31 40 and 0 0 6 15. A window sends its weight to the nine pixels under it: +1 for the
/// first filter's four and the second's first, -1 for the others.
TEST_P(Toy, tells_the_three_rules_apart) {
  const std::string text = R"(
    input image f32[1,1,4,4]
    const w f32[2,1,3,3] {1}
    const b f32[2] {-50 -75}
    const m f32[1,8] {1 1 1 1 1 -1 -1 -1}
    filtered = Conv(image, w, b)
    rectified = Relu(filtered)
    flat = Reshape(rectified) shape=[1,8]
    scores = Gemm(flat, m) trans_b=1
    output scores = scores)";
  const std::array cases = {
      RuleCase{autodiff::gradient_rules(),
               f32({1, 1, 4, 4}, {0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0})},
      RuleCase{autodiff::guided_rules(), f32({1, 1, 4, 4}, {0, 1, 1, 1, 1, 3, 3, 2, 1, 3, 3, 2, 1, 2, 2, 1})},
      RuleCase{autodiff::deconvnet_rules(),
               f32({1, 1, 4, 4}, {2, 3, 3, 1, 3, 5, 5, 2, 3, 5, 5, 2, 1, 2, 2, 1})}};
  for (const RuleCase& c : cases) {
    const std::vector<Tensor> results = run(text, c.rules, counting({1, 1, 4, 4}));
    EXPECT_TRUE(near(results[0], f32({1, 1}, {54}), 0)) << c.rules.name;
    EXPECT_TRUE(near(results[1], c.gradient, 0)) << c.rules.name;
  }
}

TEST_P(Toy, gives_the_weights_of_a_linear_model) {
  const std::string text = R"(
    input image f32[1,3,5,4]
    const w f32[1,60] {random 3}
    const b f32[1] {7}
    flat = Reshape(image) shape=[1,60]
    scores = Gemm(flat, w, b) trans_b=1
    output scores = scores)";
  const ir::Graph graph = ir::parse(text, ops::find);
  const Tensor w = graph.value(graph.find("w")).constant->reshaped({1, 3, 5, 4});
  for (const auto& rules :
       {autodiff::gradient_rules(), autodiff::guided_rules(), autodiff::deconvnet_rules()})
    EXPECT_TRUE(near(run(text, rules, counting({1, 3, 5, 4})).back(), w, 0)) << rules.name;
}

INSTANTIATE_TEST_SUITE_P(backends, Toy, testing::Values(&backend::reference(), &backend::onednn()),
                         [](const auto& row) { return std::string(row.param->name); });

}  // namespace
}  // namespace fovea::test
