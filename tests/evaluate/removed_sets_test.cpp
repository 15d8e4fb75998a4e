#include "evaluate/removed_sets.hpp"

#include "fovea/error.hpp"
#include "fovea/measures.hpp"
#include "measure_fixture.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <set>

namespace fovea::test {
namespace {

/// Pearson's correlation, from its definition.
double correlation_by_hand(const std::vector<double>& a, const std::vector<double>& b) {
  const auto n = static_cast<double>(a.size());
  const double ma = std::accumulate(a.begin(), a.end(), 0.0) / n;
  const double mb = std::accumulate(b.begin(), b.end(), 0.0) / n;
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - ma) * (b[i] - mb);
    aa += (a[i] - ma) * (a[i] - ma);
    bb += (b[i] - mb) * (b[i] - mb);
  }
  return ab / std::sqrt(aa * bb);
}

/// The sum of the map over a set, and the fall of the score of a picture made anew.
std::pair<double, double> without(const LinearCase& c, const Tensor& map, const PixelSet& set) {
  Tensor changed = c.picture.clone();
  const auto pixels = static_cast<std::size_t>(map.elements());
  double sum = 0;
  for (const std::uint32_t pixel : set) {
    sum += static_cast<double>(map.data<float>()[pixel]);
    for (std::size_t i = pixel; i < static_cast<std::size_t>(changed.elements()); i += pixels)
      changed.data<float>()[i] = c.baseline.data<float>()[i];
  }
  return {sum, c.score(c.picture.data<float>(), 1)[0] - c.score(changed.data<float>(), 1)[0]};
}

TEST(MuFidelity, IsOneForContributionsAndMinusOneForTheirOpposites) {
  const LinearCase c(12, 15);
  EXPECT_NEAR(*mu_fidelity(c.picture, c.contributions(), c.baseline, c.score, {.cells = 4}), 1, 1e-4);
  EXPECT_NEAR(*mu_fidelity(c.picture, c.contributions(-2), c.baseline, c.score, {.cells = 4}), -1, 1e-4);
  const MuFidelityOptions ranks = {.cells = 4, .ranks = true};
  EXPECT_NEAR(*mu_fidelity(c.picture, c.contributions(), c.baseline, c.score, ranks), 1, 1e-9);
}

TEST(MuFidelity, AgreesWithPicturesMadeFromScratch) {
  const LinearCase c(11, 13);
  const Tensor map = random_map(11, 13, 5);
  const MuFidelityOptions options = {.cells = 5, .share = 0.3, .subsets = 40, .batch = 7, .seed = 3};
  std::vector<double> sums, falls;
  for (const PixelSet& set : random_cells(11, 13, options)) {
    const auto [sum, fall] = without(c, map, set);
    sums.push_back(sum);
    falls.push_back(fall);
  }
  EXPECT_NEAR(*mu_fidelity(c.picture, map, c.baseline, c.score, options), correlation_by_hand(sums, falls),
              1e-9);
}

TEST(MuFidelity, SetsHaveWholeCells) {
  const auto sets = random_cells(6, 9, {.cells = 3, .share = 0.34, .subsets = 20});
  ASSERT_EQ(sets.size(), 20U);
  for (const PixelSet& set : sets) {
    EXPECT_EQ(set.size(), 3U * 2 * 3);  // 3 of 9 cells of 2 x 3 pixels
    std::set<std::pair<std::uint32_t, std::uint32_t>> cells;
    for (const std::uint32_t pixel : set)
      cells.insert({pixel / 9 / 2, pixel % 9 / 3});
    EXPECT_EQ(cells.size(), 3U);
    EXPECT_EQ(std::set<std::uint32_t>(set.begin(), set.end()).size(), set.size());
  }
}

TEST(MuFidelity, RefusesGridsAndSetsThatAreNone) {
  const LinearCase c(6, 8);
  const Tensor map = random_map(6, 8, 1);
  const auto refused = [&](const MuFidelityOptions& options) {
    return message_of<InputError>([&] { (void)mu_fidelity(c.picture, map, c.baseline, c.score, options); });
  };
  EXPECT_EQ(refused({.cells = 7}), "a grid of 7 cells a side on a picture of 8x6: expected 1 to 6");
  EXPECT_NE(refused({.cells = 3, .share = 1}).find("expected a share within 0..1"), std::string::npos);
  EXPECT_NE(refused({.cells = 3, .subsets = 1}).find("expected at least 2"), std::string::npos);
  EXPECT_FALSE(mu_fidelity(c.picture, Tensor(DType::F32, {6, 8}), c.baseline, c.score, {.cells = 3}));
}

TEST(Infidelity, IsNoneForContributionsAndTheVarianceForNothing) {
  const LinearCase c(16, 16);
  EXPECT_NEAR(infidelity(c.picture, c.contributions(), c.baseline, c.score, {.scaled = false}), 0, 1e-8);
  // Scaling finds the unit, but cannot make a map right that is wrong.
  EXPECT_NEAR(infidelity(c.picture, c.contributions(1000), c.baseline, c.score), 0, 1e-8);
  const double of_nothing =
      infidelity(c.picture, Tensor(DType::F32, {16, 16}), c.baseline, c.score, {.scaled = false});
  EXPECT_GT(of_nothing, 0.01);
  const double of_noise = infidelity(c.picture, random_map(16, 16, 2), c.baseline, c.score);
  EXPECT_GT(of_noise, 0.001);
  EXPECT_LE(of_noise, of_nothing);
}

TEST(Infidelity, AgreesWithPicturesMadeFromScratch) {
  const LinearCase c(10, 14);
  const Tensor map = random_map(10, 14, 6);
  const InfidelityOptions options = {.samples = 30, .largest = 0.5, .scaled = false, .batch = 4, .seed = 9};
  double sum = 0;
  std::set<std::size_t> sizes;
  const auto squares = random_squares(10, 14, options);
  for (const PixelSet& square : squares) {
    const auto [expected, fall] = without(c, map, square);
    sum += (expected - fall) * (expected - fall);
    sizes.insert(square.size());
  }
  EXPECT_GT(sizes.size(), 2U);
  EXPECT_LE(*sizes.rbegin(), 25U);
  EXPECT_NEAR(infidelity(c.picture, map, c.baseline, c.score, options), sum / 30, 1e-9);
}

TEST(Infidelity, OfNoiseIsNoneForTheGradientOfALinearScore) {
  const LinearCase c(9, 9);
  EXPECT_NEAR(noise_infidelity(c.picture, c.weights, c.score, {.scaled = false}), 0, 1e-9);
  EXPECT_GT(noise_infidelity(c.picture, c.baseline, c.score, {.scaled = false}), 1e-4);
}

TEST(Infidelity, RefusesNoChanges) {
  const LinearCase c(6, 6);
  const Tensor map = random_map(6, 6, 1);
  EXPECT_THROW((void)infidelity(c.picture, map, c.baseline, c.score, {.samples = 0}), InputError);
  EXPECT_THROW((void)infidelity(c.picture, map, c.baseline, c.score, {.largest = 1.5}), InputError);
  EXPECT_THROW((void)noise_infidelity(c.picture, c.weights, c.score, {.noise = 0}), InputError);
  EXPECT_THROW((void)noise_infidelity(c.picture, map, c.score), InputError);
}

}  // namespace
}  // namespace fovea::test
