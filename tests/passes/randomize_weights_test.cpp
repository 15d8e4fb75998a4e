#include "passes/randomize_weights.hpp"

#include "ir/text.hpp"
#include "passes/pass_checks.hpp"
#include "support/tensors.hpp"

#include <algorithm>

namespace fovea::test {
namespace {

const char* const kNetwork = R"(
    input x f64[1,2,5,5]
    const w f64[3,2,3,3] {random 1}
    const b f64[3] {1 2 3}
    const scale f64[3] {11 12 13}
    const shift f64[3] {21 22 23}
    const mean f64[3] {31 32 33}
    const variance f64[3] {41 42 43}
    const added f64[3] {5 6 7}
    const m f64[3,4] {random 2}
    first = Conv(x, w, b)
    norm = BatchNormalization(first, scale, shift, mean, variance) epsilon=1
    pooled = GlobalAveragePool(norm)
    flat = Reshape(pooled) shape=[1,3]
    sum = Add(flat, added)
    last = MatMul(sum, m)
    output y = last)";

std::vector<double> values(const Tensor& tensor) {
  return {tensor.data<double>().begin(), tensor.data<double>().end()};
}
std::vector<double> sorted(const Tensor& tensor) {
  std::vector<double> list = values(tensor);
  std::sort(list.begin(), list.end());
  return list;
}

const Tensor& operand(const ir::Graph& graph, const std::string& node, std::size_t i) {
  const auto found = std::find_if(graph.nodes().begin(), graph.nodes().end(),
                                  [&](const ir::Node& n) { return n.name == node; });
  return *graph.value(found->inputs[i]).constant;
}

TEST(LayersWithWeights, goes_from_the_outputs_back) {
  EXPECT_EQ(passes::layers_with_weights(parse(kNetwork)),
            (std::vector<std::string>{"last", "norm", "first"}));
}

TEST(RandomizeWeights, shuffles_the_named_layers_and_nothing_else) {
  const ir::Graph before = parse(kNetwork);
  const std::vector<std::string> layers = {"last", "norm", "absent"};
  const ir::Graph after = passes::randomize_weights(before, layers, 1);
  ir::verify(after, "randomize_weights");
  EXPECT_NE(values(operand(after, "last", 1)), values(operand(before, "last", 1)));
  EXPECT_EQ(sorted(operand(after, "last", 1)), sorted(operand(before, "last", 1)));
  EXPECT_EQ(values(operand(after, "first", 1)), values(operand(before, "first", 1)));
  EXPECT_EQ(values(operand(after, "sum", 1)), values(operand(before, "sum", 1)));
  EXPECT_EQ(after.output_names(), before.output_names());
  EXPECT_EQ(after.value(after.outputs()[0]).name, "last");
}

TEST(RandomizeWeights, keeps_what_belongs_to_one_channel_together) {
  const ir::Graph before = parse(kNetwork);
  const std::vector<std::string> layers = {"norm"};
  bool moved = false;
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    const ir::Graph after = passes::randomize_weights(before, layers, seed);
    for (std::size_t c = 0; c < 3; ++c)
      for (std::size_t i = 2; i <= 4; ++i)
        EXPECT_EQ(values(operand(after, "norm", i))[c],
                  values(operand(after, "norm", 1))[c] + 10 * double(i - 1));
    moved = moved || values(operand(after, "norm", 1))[0] != 11;
  }
  EXPECT_TRUE(moved);
}

TEST(RandomizeWeights, gives_a_layer_the_same_weights_alone_and_with_others) {
  const ir::Graph before = parse(kNetwork);
  const std::vector<std::string> one = {"first"}, all = {"last", "norm", "first"};
  const ir::Graph alone = passes::randomize_weights(before, one, 7);
  const ir::Graph together = passes::randomize_weights(before, all, 7);
  EXPECT_EQ(values(operand(alone, "first", 1)), values(operand(together, "first", 1)));
  EXPECT_EQ(values(operand(alone, "first", 2)), values(operand(together, "first", 2)));
  const ir::Graph other = passes::randomize_weights(before, one, 8);
  EXPECT_NE(values(operand(alone, "first", 1)), values(operand(other, "first", 1)));
}

TEST(RandomizeWeights, of_no_layer_changes_nothing) {
  const ir::Graph before = parse(kNetwork);
  EXPECT_EQ(ir::print(passes::randomize_weights(before, {}, 1)), ir::print(before));
}

}  // namespace
}  // namespace fovea::test
