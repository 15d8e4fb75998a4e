#include "ops/batch_normalization.hpp"
#include "ops/layer_normalization.hpp"
#include "ops/lrn.hpp"
#include "ops/table.hpp"
#include "support/problem.hpp"
#include "support/tensors.hpp"

#include <cmath>

namespace fovea::test {
namespace {

TEST(BatchNormalization, uses_the_stored_statistics_of_the_channel) {
  const std::vector<Tensor> operands{f64({2, 2, 1, 2}, {1, 2, 3, 4, 5, 6, 7, 8}), f64({2}, {2, 1}),
                                     f64({2}, {10, 0}), f64({2}, {1, 4}), f64({2}, {3, 0})};
  const Tensor y =
      ops::evaluate(ops::batch_normalization(), ops::BatchNormalizationAttributes{.epsilon = 1}, operands)[0];
  EXPECT_TRUE(near(y, f64({2, 2, 1, 2}, {10, 11, -1, 0, 14, 15, 3, 4})));
}

TEST(BatchNormalization, rejects_operands_of_other_lengths) {
  const Tensor two = f32({2}, {1, 1}), three = f32({3}, {1, 1, 1}), x(DType::F32, {1, 2, 3, 3});
  const ops::BatchNormalizationAttributes a;
  EXPECT_NO_THROW(ops::evaluate(ops::batch_normalization(), a, std::vector{x, two, two, two, two}));
  EXPECT_THROW(ops::evaluate(ops::batch_normalization(), a, std::vector{x, two, two, three, two}),
               InputError);
  EXPECT_THROW(
      ops::evaluate(ops::batch_normalization(), a, std::vector{x, two, two, two, two.cast(DType::F64)}),
      InputError);
  EXPECT_THROW(ops::evaluate(ops::batch_normalization(), a, std::vector{two, two, two, two, two}),
               InputError);
  EXPECT_THROW(ops::evaluate(ops::batch_normalization(), a, std::vector{x, two, two, two}), InputError);
}

/// LRN written down from the definition, element by element.
Tensor slow_lrn(const Tensor& x, const ops::LrnAttributes& a) {
  const std::int64_t N = x.shape()[0], C = x.shape()[1], plane = x.elements() / (N * C);
  Tensor y(DType::F64, x.shape());
  for (std::int64_t n = 0; n < N; ++n)
    for (std::int64_t c = 0; c < C; ++c)
      for (std::int64_t p = 0; p < plane; ++p) {
        auto at = [&](std::int64_t channel) {
          return static_cast<std::size_t>((n * C + channel) * plane + p);
        };
        const auto size = static_cast<double>(a.size);
        double squares = 0;
        for (std::int64_t i = 0; i < C; ++i)
          if (static_cast<double>(i) >= static_cast<double>(c) - std::floor((size - 1) / 2) &&
              static_cast<double>(i) <= static_cast<double>(c) + std::ceil((size - 1) / 2))
            squares += x.data<double>()[at(i)] * x.data<double>()[at(i)];
        y.data<double>()[at(c)] =
            x.data<double>()[at(c)] / std::pow(a.bias + a.alpha / size * squares, a.beta);
      }
  return y;
}

TEST(LRN, agrees_with_the_definition) {
  for (std::int64_t size : {1, 2, 3, 4, 5, 20}) {
    const ops::LrnAttributes a{.size = size, .alpha = 0.7, .beta = 0.6, .bias = 1.5};
    const Tensor x = parse_problem("LRN x=2x7x3x2").values()[0];
    EXPECT_TRUE(near(ops::evaluate(ops::lrn(), a, std::vector{x})[0], slow_lrn(x, a), 1e-12))
        << "size " << size;
  }
}

TEST(LayerNormalization, takes_mean_and_biased_variance_of_every_row) {
  const ops::LayerNormalizationAttributes a{.axis = 1, .epsilon = 0};
  const Tensor x = f64({2, 4}, {1, 3, 1, 3, -5, -5, 5, 5});
  EXPECT_TRUE(near(ops::evaluate(ops::layer_normalization(), a, std::vector{x})[0],
                   f64({2, 4}, {-1, 1, -1, 1, -1, -1, 1, 1})));
  const std::vector<Tensor> operands{x, f64({4}, {1, 2, 3, 4}), f64({4}, {0, 0, 10, 20})};
  EXPECT_TRUE(near(ops::evaluate(ops::layer_normalization(), a, operands)[0],
                   f64({2, 4}, {-1, 2, 7, 24, -1, -2, 13, 24})));
}

TEST(LayerNormalization, leaves_zeros_where_a_row_is_constant) {
  const Tensor x = f32({1, 3}, {7, 7, 7}), dy = f32({1, 3}, {1, 2, 3});
  const ops::LayerNormalizationAttributes a;
  EXPECT_TRUE(near(ops::evaluate(ops::layer_normalization(), a, std::vector{x})[0], f32({1, 3}, {0, 0, 0})));
  EXPECT_TRUE(near(ops::evaluate(ops::layer_normalization_gradient(), a, std::vector{dy, x})[0],
                   f32({1, 3}, {-316.2277F, 0, 316.2277F}), 1e-3));
}

TEST(LayerNormalization, rejects_what_it_cannot_normalize) {
  const Tensor x = f32({2, 3}, {1, 2, 3, 4, 5, 6}), two = f32({2}, {1, 1});
  const auto run = [](const std::vector<Tensor>& operands, std::int64_t axis) {
    ops::evaluate(ops::layer_normalization(), ops::LayerNormalizationAttributes{.axis = axis}, operands);
  };
  EXPECT_THROW(run({x, two}, 1), InputError);
  EXPECT_THROW(run({x}, 2), InputError);
  EXPECT_THROW(run({x, f64({3}, {1, 1, 1})}, 1), InputError);
}

TEST(LRN, reaches_one_channel_further_ahead_for_an_even_size) {
  const ops::LrnAttributes a{.size = 2, .alpha = 2, .beta = 1, .bias = 1};
  const Tensor y = ops::evaluate(ops::lrn(), a, std::vector{f64({1, 3, 1, 1}, {1, 2, 3})})[0];
  EXPECT_TRUE(near(y, f64({1, 3, 1, 1}, {1.0 / 6, 2.0 / 14, 3.0 / 10})));
}

TEST(LRN, rejects_what_it_cannot_normalize) {
  EXPECT_THROW(ops::evaluate(ops::lrn(), ops::LrnAttributes{.size = 0}, std::vector{f32({1, 1}, {1})}),
               InputError);
  EXPECT_THROW(ops::evaluate(ops::lrn(), ops::LrnAttributes{}, std::vector{f32({1}, {1})}), InputError);
}

}  // namespace
}  // namespace fovea::test
