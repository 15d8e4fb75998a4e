#include "explain/shapley_coalitions.hpp"

#include "base/check.hpp"
#include "base/random.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

namespace fovea {
namespace {

/// The coalitions of `size` regions and those of all but `size`.
struct SizePair {
  std::size_t size = 1;
  double coalitions = 0;
  double weight = 0;  ///< of all of them together
};

std::vector<SizePair> size_pairs(std::size_t regions) {
  std::vector<SizePair> pairs;
  double binomial = 1;
  for (std::size_t size = 1; 2 * size <= regions; ++size) {
    binomial *= static_cast<double>(regions - size + 1) / static_cast<double>(size);
    const double both = 2 * size == regions ? 1 : 2;
    pairs.push_back({size, std::round(both * binomial),
                     both * static_cast<double>(regions - 1) / static_cast<double>(size * (regions - size))});
  }
  return pairs;
}

RegionMask complement(RegionMask mask) {
  mask.flip();
  return mask;
}

void add_all(std::vector<Coalition>& coalitions, const SizePair& pair, std::size_t regions) {
  const double weight = pair.weight / pair.coalitions;
  RegionMask mask(regions, false);
  std::fill_n(mask.begin(), pair.size, true);
  do {
    coalitions.push_back({mask, weight});
    if (2 * pair.size != regions)
      coalitions.push_back({complement(mask), weight});
  } while (std::prev_permutation(mask.begin(), mask.end()));
}

/// Draws pairs of a coalition and its complement until `samples` of them differ. What is drawn again weighs
/// more instead.
void add_random(std::vector<Coalition>& coalitions, std::span<const SizePair> pairs, std::size_t regions,
                std::size_t samples, std::uint64_t seed) {
  constexpr std::size_t most_draws_each = 8;
  Random random(seed);
  double total = 0;
  for (const SizePair& pair : pairs)
    total += pair.weight;
  std::vector<std::size_t> order(regions);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::map<RegionMask, double> drawn;
  double draws = 0;
  for (std::size_t i = 0; i < most_draws_each * samples && drawn.size() + 2 <= samples; ++i) {
    double at = random.uniform() * total;
    std::size_t chosen = 0;
    while (chosen + 1 < pairs.size() && at >= pairs[chosen].weight)
      at -= pairs[chosen++].weight;
    random.draw_to_front(order, pairs[chosen].size);
    RegionMask mask(regions, false);
    for (std::size_t k = 0; k < pairs[chosen].size; ++k)
      mask[order[k]] = true;
    ++drawn[mask];
    ++drawn[complement(std::move(mask))];
    draws += 2;
  }
  for (const auto& [mask, times] : drawn)
    coalitions.push_back({mask, total * times / draws});
}

}  // namespace

std::int64_t least_coalitions(std::int64_t regions) {
  return regions == 2 ? 2 : 2 * regions;
}

std::vector<Coalition> shapley_coalitions(std::int64_t regions, std::int64_t samples, std::uint64_t seed) {
  FOVEA_ASSERT(regions >= 2 && samples >= least_coalitions(regions));
  const auto count = static_cast<std::size_t>(regions);
  const std::vector<SizePair> pairs = size_pairs(count);
  double rest_weight = 0, rest_coalitions = 0;
  for (const SizePair& pair : pairs) {
    rest_weight += pair.weight;
    rest_coalitions += pair.coalitions;
  }
  std::vector<Coalition> coalitions;
  auto left = static_cast<double>(samples);
  std::size_t whole = 0;
  for (; whole < pairs.size(); ++whole) {
    const SizePair& pair = pairs[whole];
    const bool all_fit = rest_coalitions <= left;
    if (whole > 0 && !all_fit && left * pair.weight / rest_weight < pair.coalitions)
      break;
    add_all(coalitions, pair, count);
    left -= pair.coalitions;
    rest_weight -= pair.weight;
    rest_coalitions -= pair.coalitions;
  }
  if (whole < pairs.size())
    add_random(coalitions, std::span(pairs).subspan(whole), count, static_cast<std::size_t>(left), seed);
  return coalitions;
}

}  // namespace fovea
