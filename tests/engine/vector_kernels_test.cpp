#include "backend/onednn/vector_kernels.hpp"

#include "backend/onednn/memory_order.hpp"
#include "backend/onednn/strided_copy.hpp"
#include "engine/at_vector_level.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>
#include <numeric>
#include <random>
#include <vector>

namespace fovea::test {
namespace {

using namespace backend::onednn_detail;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

class VectorKernelsAt : public AtVectorLevel {
protected:
  static std::vector<float> curve(Curve which, const std::vector<float>& a, const std::vector<float>& b,
                                  float p = 0, float q = 0) {
    std::vector<float> y(a.size());
    vector_kernels().curves[static_cast<std::size_t>(which)](a.data(), b.data(), y.data(),
                                                             static_cast<std::int64_t>(a.size()), p, q);
    return y;
  }
};

INSTANTIATE_TEST_SUITE_P(Levels, VectorKernelsAt, testing::Values(kPlain, kAvx2, kAvx512), vector_level_name);

/// Numbers between the bounds, closely enough that no interval of a polynomial is left out.
std::vector<float> between(float low, float high) {
  std::vector<float> numbers;
  constexpr int kCount = 100003;
  for (int i = 0; i < kCount; ++i)
    numbers.push_back(low + (high - low) * static_cast<float>(i) / (kCount - 1));
  return numbers;
}

std::vector<float> normal(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> distribution;
  std::vector<float> numbers(count);
  for (float& number : numbers)
    number = distribution(random);
  return numbers;
}

/// The error of a float in units of its last place.
double units_off(float found, double right) {
  const auto nearest = std::abs(static_cast<float>(right));
  const double unit = static_cast<double>(std::nextafter(nearest, kInfinity)) - static_cast<double>(nearest);
  return std::abs(static_cast<double>(found) - right) / unit;
}

TEST_P(VectorKernelsAt, compute_erf_to_three_units_in_the_last_place) {
  const std::vector<float> x = between(-5, 5);
  const std::vector<float> y = curve(Curve::Erf, x, x);
  for (std::size_t i = 0; i < x.size(); ++i)
    ASSERT_LE(units_off(y[i], std::erf(static_cast<double>(x[i]))), 3) << "erf(" << x[i] << ")";
}

TEST_P(VectorKernelsAt, know_what_erf_is_at_the_ends_of_the_numbers) {
  const std::vector<float> x = {0, -0.0F, kInfinity, -kInfinity, kNan, 1e-42F, 1e-30F, 1e30F};
  const std::vector<float> y = curve(Curve::Erf, x, x);
  EXPECT_EQ(y[0], 0);
  EXPECT_TRUE(std::signbit(y[1]));
  EXPECT_EQ(y[2], 1);
  EXPECT_EQ(y[3], -1);
  EXPECT_TRUE(std::isnan(y[4]));
  EXPECT_NEAR(y[5], 1.128e-42F, 2e-45F);
  EXPECT_FLOAT_EQ(y[6], 1.12837917e-30F);
  EXPECT_EQ(y[7], 1);
}

TEST_P(VectorKernelsAt, compute_the_gradient_of_erf) {
  const std::vector<float> x = between(-5, 5), dy = normal(x.size(), 1);
  const std::vector<float> dx = curve(Curve::ErfGradient, dy, x);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double right = dy[i] * 2 / std::sqrt(std::numbers::pi) * std::exp(-double{x[i]} * double{x[i]});
    // The square is rounded before it becomes an exponent.
    ASSERT_NEAR(dx[i], right, std::abs(right) * 1e-7 * (3 + double{x[i]} * double{x[i]})) << x[i];
  }
}

TEST_P(VectorKernelsAt, compute_the_simple_curves) {
  const std::vector<float> x = between(-3, 3.01F), dy = normal(x.size(), 2);
  const auto expect = [&](Curve which, float p, float q, const std::function<float(float, float)>& right) {
    const bool has_gradient = which == Curve::ReciprocalGradient || which == Curve::SqrtGradient ||
                              which == Curve::HardSigmoidGradient;
    const std::vector<float> y = has_gradient ? curve(which, dy, x, p, q) : curve(which, x, x, p, q);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const float expected = right(dy[i], x[i]);
      if (std::isnan(expected))
        ASSERT_TRUE(std::isnan(y[i])) << x[i];
      else
        ASSERT_FLOAT_EQ(y[i], expected) << "curve " << static_cast<int>(which) << " at " << x[i];
    }
  };
  expect(Curve::Neg, 0, 0, [](float, float v) { return -v; });
  expect(Curve::Reciprocal, 0, 0, [](float, float v) { return 1 / v; });
  expect(Curve::ReciprocalGradient, 0, 0, [](float d, float v) { return -d * v * v; });
  expect(Curve::SqrtGradient, 0, 0, [](float d, float v) { return d * 0.5F / v; });
  expect(Curve::Square, 0, 0, [](float, float v) { return v * v; });
  expect(Curve::Twice, 0, 0, [](float, float v) { return 2 * v; });
  expect(Curve::Round, 0, 0, [](float, float v) { return std::nearbyint(v); });
  expect(Curve::Floor, 0, 0, [](float, float v) { return std::floor(v); });
  expect(Curve::Ceil, 0, 0, [](float, float v) { return std::ceil(v); });
  expect(Curve::Power, 3, 0, [](float, float v) { return std::pow(v, 3.0F); });
  expect(Curve::PowerBaseDerivative, 1.5F, 0, [](float, float v) { return 1.5F * std::pow(v, 0.5F); });
  expect(Curve::HardSigmoid, 0.25F, 0.5F,
         [](float, float v) { return std::min(1.0F, std::max(0.0F, 0.25F * v + 0.5F)); });
  expect(Curve::HardSigmoidGradient, 0.25F, 0,
         [](float d, float v) { return v > 0 && v < 1 ? d * 0.25F : 0; });
}

/// A curve that is computed for p = 0.5 and q = 1.5, and what is right.
struct ActivationRow {
  Curve which;
  bool has_gradient;
  double (*right)(double dy, double x);
  /// The largest term of which the result is a sum or difference: its rounding is the error that no one can
  /// avoid.
  double (*term)(double dy, double x);
};

double logistic(double x) {
  return 1 / (1 + std::exp(-x));
}

const std::vector<ActivationRow>& activation_rows() {
  static const auto result = [](double, double) { return 0.0; };
  static const auto size_of_dy = [](double dy, double) { return std::abs(dy); };
  static const auto size_of_x = [](double, double x) { return std::abs(x); };
  static const auto slope_of_logistic = [](double dy, double y) {
    return std::abs(dy * y) * (1 + std::abs(y));
  };
  static const std::vector<ActivationRow> rows = {
      {Curve::Abs, false, [](double, double x) { return std::abs(x); }, result},
      {Curve::AbsGradient, true, [](double dy, double x) { return x > 0   ? dy
                                                                  : x < 0 ? -dy
                                                                          : 0; }, result},
      {Curve::Exp, false, [](double, double x) { return std::exp(x); }, result},
      {Curve::Relu, false, [](double, double x) { return std::max(x, 0.0); }, result},
      {Curve::ReluGradient, true, [](double dy, double x) { return x > 0 ? dy : 0; }, result},
      {Curve::LeakyRelu, false, [](double, double x) { return x < 0 ? x / 2 : x; }, result},
      {Curve::LeakyReluGradient, true, [](double dy, double x) { return x > 0 ? dy : dy / 2; }, result},
      {Curve::Clip, false, [](double, double x) { return std::clamp(x, 0.5, 1.5); }, result},
      {Curve::ClipGradient, true, [](double dy, double x) { return x >= 0.5 && x <= 1.5 ? dy : 0; }, result},
      {Curve::Elu, false, [](double, double x) { return x > 0 ? x : std::expm1(x) / 2; }, result},
      {Curve::EluGradient, true, [](double dy, double x) { return dy * (x > 0 ? 1 : std::exp(x) / 2); },
       result},
      {Curve::Sigmoid, false, [](double, double x) { return logistic(x); }, result},
      {Curve::SigmoidGradient, true, [](double dy, double y) { return dy * (y * (1 - y)); },
       slope_of_logistic},
      {Curve::Tanh, false, [](double, double x) { return std::tanh(x); }, result},
      {Curve::TanhGradient, true, [](double dy, double y) { return dy * (1 - y * y); },
       [](double dy, double y) { return std::abs(dy) * (1 + y * y); }},
      {Curve::HardSwish, false, [](double, double x) { return x * std::clamp(x / 6 + 0.5, 0.0, 1.0); },
       size_of_x},
      {Curve::HardSwishGradient, true,
       [](double dy, double x) { return dy * (x <= -3  ? 0
                                              : x >= 3 ? 1
                                                       : x / 3 + 0.5); }, size_of_dy},
      {Curve::Softplus, false,
       [](double, double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }, result},
      {Curve::SoftplusGradient, true, [](double dy, double x) { return dy * logistic(x); }, result},
  };
  return rows;
}

TEST_P(VectorKernelsAt, compute_activations_and_their_gradients) {
  const std::vector<float> x = between(-9, 9.01F), dy = normal(x.size(), 2);
  for (const ActivationRow& row : activation_rows()) {
    const std::vector<float> y = curve(row.which, row.has_gradient ? dy : x, x, 0.5F, 1.5F);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double right = row.right(double{dy[i]}, double{x[i]});
      const double size = std::max(std::abs(right), row.term(double{dy[i]}, double{x[i]}));
      ASSERT_NEAR(y[i], right, 5 * 1.2e-7 * size + 1e-44)
          << "curve " << static_cast<int>(row.which) << " at " << x[i] << ", " << dy[i];
    }
  }
}

TEST_P(VectorKernelsAt, compute_logarithms_and_roots_of_all_sizes) {
  std::vector<float> x;
  for (float exponent = -44.5F; exponent < 38.4F; exponent += 0.0037F)
    x.push_back(std::pow(10.0F, exponent));
  for (const float near_one : between(0.5F, 2))
    x.push_back(near_one);
  const std::vector<float> logarithms = curve(Curve::Log, x, x), roots = curve(Curve::Sqrt, x, x);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double right = std::log(double{x[i]});
    ASSERT_NEAR(logarithms[i], right, 4e-7 * std::abs(right)) << "log " << x[i];
    ASSERT_FLOAT_EQ(roots[i], std::sqrt(x[i]));
  }
}

TEST_P(VectorKernelsAt, know_what_curves_are_at_the_ends_of_the_numbers) {
  const std::vector<float> x = {0, -0.0F, kInfinity, -kInfinity, kNan, 1e-30F, -1e-30F};
  const auto expect = [&](Curve which, const std::vector<float>& right) {
    const std::vector<float> y = curve(which, x, x, 0.5F, 1);
    for (std::size_t i = 0; i < x.size(); ++i)
      EXPECT_TRUE(y[i] == right[i] || (std::isnan(y[i]) && std::isnan(right[i])))
          << "curve " << static_cast<int>(which) << " at " << x[i] << ": " << y[i] << ", right: " << right[i];
  };
  expect(Curve::Exp, {1, 1, kInfinity, 0, kNan, 1, 1});
  expect(Curve::Log, {-kInfinity, -kInfinity, kInfinity, kNan, kNan, -69.0775528F, kNan});
  expect(Curve::Tanh, {0, 0, 1, -1, kNan, 1e-30F, -1e-30F});
  expect(Curve::Sigmoid, {0.5F, 0.5F, 1, 0, kNan, 0.5F, 0.5F});
  expect(Curve::Elu, {0, 0, kInfinity, -0.5F, kNan, 1e-30F, -5e-31F});
  expect(Curve::Softplus, {0.693147182F, 0.693147182F, kInfinity, 0, kNan, 0.693147182F, 0.693147182F});
  expect(Curve::Relu, {0, 0, kInfinity, 0, kNan, 1e-30F, 0});
  expect(Curve::Clip, {0.5F, 0.5F, 1, 0.5F, kNan, 0.5F, 0.5F});
}

TEST_P(VectorKernelsAt, add_with_every_kind_of_step) {
  const std::vector<float> a = normal(200, 3), b = normal(200, 4);
  for (const std::int64_t a_step : {0, 1, 3})
    for (const std::int64_t b_step : {0, 1, 2})
      for (const std::int64_t count : {1, 7, 16, 33, 61}) {
        std::vector<float> z(61, 99);
        vector_kernels().binaries[static_cast<std::size_t>(Binary::Sub)](a.data(), a_step, b.data(), b_step,
                                                                         z.data(), count);
        for (std::int64_t i = 0; i < 61; ++i)
          EXPECT_EQ(z[static_cast<std::size_t>(i)], i < count ? a[static_cast<std::size_t>(i * a_step)] -
                                                                    b[static_cast<std::size_t>(i * b_step)]
                                                              : 99);
      }
}

TEST_P(VectorKernelsAt, take_a_nan_for_the_larger_and_the_smaller_one) {
  const std::vector<float> a = {1, kNan, 2, -kInfinity}, b = {2, 3, kNan, 1};
  std::vector<float> z(4);
  for (const Binary which : {Binary::Max, Binary::Min}) {
    vector_kernels().binaries[static_cast<std::size_t>(which)](a.data(), 1, b.data(), 1, z.data(), 4);
    EXPECT_EQ(z[0], which == Binary::Max ? 2 : 1);
    EXPECT_TRUE(std::isnan(z[1]));
    EXPECT_TRUE(std::isnan(z[2]));
    EXPECT_EQ(z[3], which == Binary::Max ? 1 : -kInfinity);
  }
}

TEST_P(VectorKernelsAt, compute_softmax_of_any_count_without_overflow) {
  for (const std::size_t count : {1, 5, 31, 32, 33, 197, 1000}) {
    std::vector<float> x = normal(3 * count, 5), y(3 * count);
    for (float& value : x)
      value = value * 30 + 300;
    vector_kernels().softmax(x.data(), y.data(), 3, static_cast<std::int64_t>(count));
    for (std::size_t row = 0; row < 3; ++row) {
      double sum = 0;
      for (std::size_t i = 0; i < count; ++i)
        sum += std::exp(double{x[row * count + i]} - 300);
      for (std::size_t i = 0; i < count; ++i) {
        const double right = std::exp(double{x[row * count + i]} - 300) / sum;
        ASSERT_NEAR(y[row * count + i], right, right * 3e-5 + 1e-44) << count;
      }
    }
  }
}

TEST_P(VectorKernelsAt, keep_a_row_of_softmax_that_holds_infinities) {
  const std::vector<float> x = {-kInfinity, 0, 0, -kInfinity};
  std::vector<float> y(4);
  vector_kernels().softmax(x.data(), y.data(), 1, 4);
  EXPECT_EQ(y, (std::vector<float>{0, 0.5F, 0.5F, 0}));
}

TEST_P(VectorKernelsAt, sum_rows_and_columns) {
  for (const std::int64_t count : {1, 31, 32, 100, 769}) {
    const std::vector<float> x = normal(static_cast<std::size_t>(count * count), 6);
    std::vector<float> rows(static_cast<std::size_t>(count)), columns(rows.size());
    vector_kernels().sum_rows(x.data(), rows.data(), count, count, 0.5F);
    vector_kernels().sum_columns(x.data(), columns.data(), count, count, count, 2);
    for (std::int64_t i = 0; i < count; ++i) {
      double row = 0, column = 0;
      for (std::int64_t k = 0; k < count; ++k) {
        row += double{x[static_cast<std::size_t>(i * count + k)]};
        column += double{x[static_cast<std::size_t>(k * count + i)]};
      }
      ASSERT_NEAR(rows[static_cast<std::size_t>(i)], row / 2, 1e-4);
      ASSERT_NEAR(columns[static_cast<std::size_t>(i)], column * 2, 1e-3);
    }
  }
}

TEST_P(VectorKernelsAt, write_over_an_operand) {
  const std::vector<float> x = normal(5 * 67, 7);
  std::vector<float> y(x.size()), in_place = x;
  vector_kernels().layer_normalization(x.data(), nullptr, nullptr, y.data(), 5, 67, 1e-5F);
  vector_kernels().layer_normalization(in_place.data(), nullptr, nullptr, in_place.data(), 5, 67, 1e-5F);
  EXPECT_EQ(in_place, y);
  in_place = x;
  vector_kernels().softmax(x.data(), y.data(), 5, 67);
  vector_kernels().softmax(in_place.data(), in_place.data(), 5, 67);
  EXPECT_EQ(in_place, y);
}

TEST(MemoryOrder, tells_channels_last_from_row_major) {
  const Shape shape({2, 3, 4, 5});
  EXPECT_EQ(memory_order(desc_in_order(shape, {0, 1, 2, 3})), (MemoryOrder{0, 1, 2, 3}));
  EXPECT_EQ(memory_order(desc_in_order(shape, {0, 2, 3, 1})), (MemoryOrder{0, 2, 3, 1}));
  const Desc padded({2, 3}, Type::f32, Dims{8, 1});
  EXPECT_FALSE(memory_order(padded).has_value());
}

TEST(MemoryOrder, leaves_axes_of_extent_one_where_they_are_in_row_major_order) {
  EXPECT_EQ(memory_order(desc_in_order(Shape({1, 7, 1, 5}), {0, 1, 2, 3})), (MemoryOrder{0, 1, 2, 3}));
  const Desc odd_strides({1, 7, 1}, Type::f32, Dims{1, 1, 1});
  EXPECT_EQ(memory_order(odd_strides), (MemoryOrder{0, 1, 2}));
}

TEST(MemoryOrder, is_the_same_for_what_was_made_in_it) {
  const Shape shape({3, 1, 4, 1, 5});
  MemoryOrder order = row_major_order(5);
  do {
    const auto found = memory_order(desc_in_order(shape, order));
    ASSERT_TRUE(found.has_value());
    // The elements lie in the same places, whatever the strides of axes that have one index are.
    std::vector<std::int64_t> wide_before, wide_after;
    for (std::size_t i = 0; i < 5; ++i) {
      if (shape[order[i]] != 1)
        wide_before.push_back(order[i]);
      if (shape[(*found)[i]] != 1)
        wide_after.push_back((*found)[i]);
    }
    EXPECT_EQ(wide_before, wide_after);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(StridedCopy, merges_axes_that_both_memories_run_through_evenly) {
  const StridedCopy copy = StridedCopy{{2, 1, 3, 4}, {12, 5, 4, 1}, {24, 9, 4, 1}, 1, 2}.merged();
  EXPECT_EQ(copy.extents, (std::vector<std::int64_t>{2, 12}));
  EXPECT_EQ(copy.from_strides, (std::vector<std::int64_t>{12, 1}));
  EXPECT_EQ(copy.to_strides, (std::vector<std::int64_t>{24, 1}));
}

TEST(StridedCopy, goes_backwards_repeats_and_leaves_the_rest_alone) {
  std::vector<float> src(12), dst(12, -1);
  std::iota(src.begin(), src.end(), 0.0F);
  run_copy(StridedCopy{{2, 3}, {0, -2}, {6, 1}, 8, 1}, src.data(), dst.data());
  EXPECT_EQ(dst, (std::vector<float>{-1, 8, 6, 4, -1, -1, -1, 8, 6, 4, -1, -1}));
}

TEST(StridedCopy, copies_large_blocks_by_several_threads) {
  std::vector<float> src(300 * 400), dst(300 * 400, -1);
  std::iota(src.begin(), src.end(), 0.0F);
  run_copy(StridedCopy{{300, 400}, {1, 300}, {400, 1}, 0, 0}.merged(), src.data(), dst.data());
  for (std::size_t i = 0; i < 300; ++i)
    for (std::size_t k = 0; k < 400; ++k)
      ASSERT_EQ(dst[i * 400 + k], src[k * 300 + i]);
}

TEST(StridedCopy, of_nothing_does_nothing) {
  std::vector<float> dst(4, -1);
  run_copy(StridedCopy{{0, 4}, {4, 1}, {4, 1}, 0, 0}.merged(), nullptr, dst.data());
  EXPECT_EQ(dst, std::vector<float>(4, -1));
}

}  // namespace
}  // namespace fovea::test
