#include "base/random.hpp"
#include "explain/sensitivity.hpp"
#include "explain/sobol_points.hpp"
#include "fovea/error.hpp"
#include "fovea/localize.hpp"
#include "slow_network.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

/// Sobol indices and HSIC, against their definitions written a second time and functions whose indices are
/// known.
namespace fovea::test {
namespace {

const Shape kPicture = {3, 14, 22};
constexpr std::size_t kCells = 3;

/// The picture, black to the degree that a mask of 3 x 3 cells hides it.
std::vector<double> behind(const std::vector<double>& x, const std::vector<double>& mask) {
  std::vector<double> result = x;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::size_t row = i % 308 / 22, column = i % 22;
    result[i] *= mask[row * kCells / 14 * kCells + column * kCells / 22];
  }
  return result;
}

std::vector<double> enlarged(const std::vector<double>& cells) {
  Tensor grid(DType::F32, {kCells, kCells});
  std::transform(cells.begin(), cells.end(), grid.data<float>().begin(),
                 [](double value) { return static_cast<float>(value); });
  return values_of(resize_map(grid, 22, 14));
}

TEST(SobolPoints, AreEvenForEverySeed) {
  for (const std::uint64_t seed : {0U, 5U}) {
    const std::size_t count = 64, dimensions = 98;
    const std::vector<double> points = sobol_points(count, dimensions, seed);
    for (std::size_t d = 0; d < dimensions; ++d) {
      std::set<std::size_t> intervals;
      for (std::size_t i = 0; i < count; ++i)
        intervals.insert(static_cast<std::size_t>(points[i * dimensions + d] * 64));
      EXPECT_EQ(intervals.size(), count) << d;
    }
    std::set<std::pair<int, int>> squares;
    for (std::size_t i = 0; i < count; ++i)
      squares.insert(
          {static_cast<int>(points[i * dimensions] * 8), static_cast<int>(points[i * dimensions + 1] * 8)});
    EXPECT_EQ(squares.size(), count);
  }
  EXPECT_NE(sobol_points(4, 3, 1), sobol_points(4, 3, 2));
}

/// Values of a function for the design of `total_sobol_indices`.
template <class Function>
std::vector<double> design_values(std::size_t points, std::size_t inputs, const Function& function) {
  const std::vector<double> drawn = sobol_points(points, 2 * inputs, 1);
  std::vector<double> values;
  for (std::size_t p = 0; p < points; ++p) {
    const auto first = drawn.begin() + static_cast<std::ptrdiff_t>(p * 2 * inputs);
    const std::vector<double> a(first, first + static_cast<std::ptrdiff_t>(inputs));
    values.push_back(function(a));
    for (std::size_t i = 0; i < inputs; ++i) {
      std::vector<double> changed = a;
      changed[i] = first[static_cast<std::ptrdiff_t>(inputs + i)];
      values.push_back(function(changed));
    }
  }
  return values;
}

/// Ishigami's function, whose indices are known: with a = 7 and b = 0.1 on -pi..pi.
TEST(TotalSobolIndices, OfIshigamisFunctionAreTheKnownOnes) {
  const auto ishigami = [](const std::vector<double>& x) {
    std::vector<double> z;
    for (const double value : x)
      z.push_back(std::numbers::pi * (2 * value - 1));
    return std::sin(z[0]) + 7 * std::pow(std::sin(z[1]), 2) + 0.1 * std::pow(z[2], 4) * std::sin(z[0]);
  };
  const std::vector<double> found = total_sobol_indices(design_values(4096, 3, ishigami), 3);
  EXPECT_NEAR(found[0], 0.5576, 0.01);
  EXPECT_NEAR(found[1], 0.4424, 0.01);
  EXPECT_NEAR(found[2], 0.2437, 0.01);
  const std::vector<double> constant = total_sobol_indices(std::vector<double>(8, 3), 3);
  EXPECT_EQ(constant, std::vector<double>(3, 0));
}

TEST(Sobol, IsJansensEstimateOverMaskedPictures) {
  const Model model = built(small_network(14, 22));
  const Tensor input = input_of(kPicture);
  const std::vector<double> x = values_of(input), points = sobol_points(5, 18, 2);
  SlowNetwork slow(model);
  std::vector<double> whole, sums(9, 0);
  for (std::size_t p = 0; p < 5; ++p) {
    const auto a = points.begin() + static_cast<std::ptrdiff_t>(18 * p);
    std::vector<double> mask(a, a + 9);
    whole.push_back(slow.scores(behind(x, mask))[2]);
    for (std::size_t i = 0; i < 9; ++i) {
      std::vector<double> other = mask;
      other[i] = a[static_cast<std::ptrdiff_t>(9 + i)];
      sums[i] += std::pow(whole.back() - slow.scores(behind(x, other))[2], 2);
    }
  }
  const double mean = std::accumulate(whole.begin(), whole.end(), 0.0) / 5;
  double variance = 0;
  for (const double value : whole)
    variance += (value - mean) * (value - mean) / 4;
  for (double& sum : sums)
    sum /= 2 * 5 * variance;
  Explainer explain =
      explainer_by(model, "sobol", {.samples = 5, .baseline = Baseline::Black, .cells = 3, .seed = 2});
  expect_near(explain.attribute(input, {2, {}}).relevance, enlarged(sums), 1e-3, "Sobol indices");
}

/// For score = sum a_i m_i the index of a cell is its share of the squares: a_i^2 / sum a^2.
TEST(Sobol, OfALinearNetworkAreTheSharesOfTheSquares) {
  const std::vector<float> weights = random_values(2 * 3 * 308, 6);
  const Model model = built(linear_model({-1, 3, 14, 22}, weights, {0, 0}));
  const Tensor input = input_of(kPicture);
  std::vector<double> squares(9, 0);
  for (std::size_t i = 0; i < 3 * 308; ++i)
    squares[i % 308 / 22 * 3 / 14 * 3 + i % 22 * 3 / 22] +=
        static_cast<double>(weights[i]) * static_cast<double>(input.data<float>()[i]);
  double total = 0;
  for (double& value : squares) {
    value *= value;
    total += value;
  }
  for (double& value : squares)
    value /= total;
  Explainer explain = explainer_by(model, "sobol", {.samples = 512, .baseline = Baseline::Black, .cells = 3});
  expect_near(explain.attribute(input, {0, {}}).relevance, enlarged(squares), 0.05, "shares");
}

/// Novello et al. 2022: tr(K H L H) / (n - 1)^2, with whole matrices.
std::vector<double> slow_hsic(const std::vector<std::uint8_t>& shown, const std::vector<double>& y) {
  const std::size_t n = y.size(), cells = shown.size() / n;
  std::vector<double> distances;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t k = 0; k < i; ++k)
      distances.push_back(std::abs(y[i] - y[k]));
  std::sort(distances.begin(), distances.end());
  const double width = distances[distances.size() / 2];
  const auto centred = [n](const auto& kernel) {  // H K H
    std::vector<double> matrix(n * n), rows(n, 0);
    double all = 0;
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t k = 0; k < n; ++k) {
        matrix[i * n + k] = kernel(i, k);
        rows[i] += matrix[i * n + k] / static_cast<double>(n);
        all += matrix[i * n + k] / static_cast<double>(n * n);
      }
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t k = 0; k < n; ++k)
        matrix[i * n + k] += all - rows[i] - rows[k];
    return matrix;
  };
  const std::vector<double> l = centred([&](std::size_t i, std::size_t k) {
    return std::exp(-(y[i] - y[k]) * (y[i] - y[k]) / (2 * width * width));
  });
  std::vector<double> result;
  for (std::size_t c = 0; c < cells; ++c) {
    const std::vector<double> k = centred([&](std::size_t i, std::size_t j) {
      return shown[i * cells + c] == shown[j * cells + c] ? 1.0 : 0.0;
    });
    result.push_back(std::inner_product(k.begin(), k.end(), l.begin(), 0.0) /
                     static_cast<double>((n - 1) * (n - 1)));
  }
  return result;
}

TEST(HsicOfBinary, IsTheTraceOfTheCentredMatrices) {
  Random random(3);
  std::vector<std::uint8_t> shown;
  std::vector<double> y;
  for (std::size_t i = 0; i < 41; ++i) {
    for (std::size_t c = 0; c < 4; ++c)
      shown.push_back(random.uniform() < 0.4 ? 1 : 0);
    y.push_back(3 * shown[4 * i] - shown[4 * i + 2] + random.normal());
  }
  const std::vector<double> found = hsic_of_binary(shown, y), expected = slow_hsic(shown, y);
  for (std::size_t c = 0; c < 4; ++c)
    EXPECT_NEAR(found[c], expected[c], 1e-7) << c;
  EXPECT_EQ(std::max_element(found.begin(), found.end()), found.begin());
  EXPECT_EQ(hsic_of_binary(shown, std::vector<double>(41, 2)), std::vector<double>(4, 0));
}

TEST(Hsic, IsThatOfTheScoreAndTheMasks) {
  const Model model = built(small_network(14, 22));
  const Tensor input = input_of(kPicture);
  const std::vector<double> x = values_of(input), points = sobol_points(23, 9, 4);
  SlowNetwork slow(model);
  std::vector<std::uint8_t> shown;
  std::vector<double> scores;
  for (std::size_t i = 0; i < 23; ++i) {
    std::vector<double> mask;
    for (std::size_t c = 0; c < 9; ++c) {
      shown.push_back(points[i * 9 + c] < 0.5 ? 0 : 1);
      mask.push_back(shown.back());
    }
    scores.push_back(slow.scores(behind(x, mask))[1]);
  }
  Explainer explain =
      explainer_by(model, "hsic", {.samples = 23, .baseline = Baseline::Black, .cells = 3, .seed = 4});
  expect_near(explain.attribute(input, {1, {}}).relevance, enlarged(slow_hsic(shown, scores)), 1e-3, "HSIC");
}

TEST(CellMethods, SayWhatWouldWork) {
  const Model model = built(small_network(14, 22));
  const auto message = [&](const char* method, const MethodOptions& options) {
    return test::message_of<InputError>([&] { explainer_by(model, method, options); });
  };
  for (const char* method : {"sobol", "hsic"})
    EXPECT_EQ(message(method, {.cells = 15}),
              "15 cells a side over pictures of 22x14 pixels: expected 1 to 14");
  EXPECT_EQ(message("sobol", {.samples = 1}),
            "Sobol indices of 49 cells from 1 samples, each of 50 pictures: expected 2 to 20000 samples");
  EXPECT_EQ(message("hsic", {.samples = 10001}), "HSIC of 10001 samples: expected 2 to 10000");
}

}  // namespace
}  // namespace fovea::test
