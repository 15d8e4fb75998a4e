#include "autodiff/backward.hpp"
#include "backend/onednn/bit_kernels.hpp"
#include "engine/run_graph.hpp"
#include "ir/text.hpp"
#include "ops/table.hpp"
#include "passes/pipeline.hpp"
#include "support/tensors.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

namespace fovea::test {
namespace {

using namespace backend::onednn_detail;

float value_of(Bf16 x) {
  const std::uint32_t bits = static_cast<std::uint32_t>(x.bits) << 16;
  float value = 0;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

/// Normal numbers with zeros of both signs, infinities and NaN among them.
std::vector<float> awkward_numbers(std::int64_t count) {
  std::mt19937 random(3);
  std::normal_distribution<float> normal;
  std::vector<float> numbers(static_cast<std::size_t>(count));
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const std::array special = {0.0F,   -0.0F,   kInfinity, -kInfinity, std::numeric_limits<float>::quiet_NaN(),
                              1e-42F, -1e-42F, 0.5F,      -0.25F};
  for (std::size_t i = 0; i < numbers.size(); ++i)
    numbers[i] = i % 5 == 2 ? special[i / 5 % special.size()] : normal(random);
  return numbers;
}

bool bit(const std::vector<std::uint8_t>& bits, std::size_t i) {
  return (bits[i / 8] >> (i % 8) & 1) != 0;
}

/// Counts around every block of the kernels, and some that are shared between threads.
TEST(BitKernels, agree_with_their_definition) {
  for (std::int64_t count : {1, 7, 8, 15, 16, 17, 31, 33, 511, 4096, 4097, 20001, 40007}) {
    const std::vector<float> x = awkward_numbers(count);
    std::vector<std::uint8_t> positive(bytes_for_bits(count)), inside(positive), again(positive);
    std::vector<Bf16> rounded(x.size()), kept_rounded(x.size());
    std::vector<float> kept(x.size());
    bits_positive(x.data(), positive.data(), count);
    bits_inside(x.data(), -0.25F, 0.5F, inside.data(), count);
    bits_positive(x.data(), again.data(), rounded.data(), count);
    keep_where(x.data(), inside.data(), kept.data(), kept_rounded.data(), count);
    for (std::size_t i = 0; i < x.size(); ++i) {
      ASSERT_EQ(bit(positive, i), x[i] > 0) << x[i];
      ASSERT_EQ(bit(again, i), x[i] > 0) << x[i];
      ASSERT_EQ(bit(inside, i), x[i] >= -0.25F && x[i] <= 0.5F) << x[i];
      ASSERT_EQ(kept[i], bit(inside, i) ? x[i] : 0.0F);
      if (std::isnan(x[i]))
        ASSERT_TRUE(std::isnan(value_of(rounded[i])));
      else if (std::isinf(x[i]) || std::abs(x[i]) < 1e-30F)
        ASSERT_LE(std::abs(value_of(rounded[i])), std::abs(x[i]));
      else
        ASSERT_LE(std::abs(value_of(rounded[i]) - x[i]), std::abs(x[i]) / 256) << x[i];
      ASSERT_EQ(value_of(kept_rounded[i]), bit(inside, i) ? value_of(rounded[i]) : 0.0F);
    }
    std::vector<float> in_place = x;
    keep_where(in_place.data(), inside.data(), in_place.data(), count);
    EXPECT_EQ(in_place, kept);
    std::vector<std::uint8_t> short_positive(positive.size()), short_inside(positive.size());
    bits_positive(rounded.data(), short_positive.data(), count);
    bits_inside(rounded.data(), -0.25F, 0.5F, short_inside.data(), count);
    std::vector<Bf16> short_kept(x.size());
    keep_where(rounded.data(), short_inside.data(), short_kept.data(), count);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const float value = value_of(rounded[i]);
      ASSERT_EQ(bit(short_positive, i), value > 0) << value;
      ASSERT_EQ(bit(short_inside, i), value >= -0.25F && value <= 0.5F) << value;
      ASSERT_EQ(value_of(short_kept[i]), bit(short_inside, i) ? value : 0.0F);
    }
  }
}

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
    const ir::Graph fused = passes::run(passes::fusion_passes(), plain, notes);
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
