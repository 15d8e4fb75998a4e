#include "segment/energy.hpp"

#include "segment/check.hpp"
#include "segment/grid_walk.hpp"
#include "segment/star_edges.hpp"

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

/// Costs are rounded to whole numbers up to this; eight edges of a pixel together stay below kMaxCapacity.
constexpr double kLargestCost = (1 << 24) - 1;
static_assert(8 * kLargestCost + 1 <= kMaxCapacity);

bool is_hard(Seed seed, const SegmentOptions& options) {
  return (seed == Seed::Foreground && options.foreground_seeds == SeedStrength::Hard) ||
         (seed == Seed::Background && options.background_seeds == SeedStrength::Hard);
}

/// Pixels whose way to their centre meets a hard background seed, which none of them can be foreground with.
std::vector<std::uint8_t> blocked_pixels(const StarForest& forest, const std::vector<Seed>& hard) {
  enum : std::uint8_t { kUnknown, kOpen, kBlocked };
  std::vector<std::uint8_t> state(hard.size(), kUnknown);
  std::vector<std::size_t> way;
  for (std::size_t i = 0; i < hard.size(); ++i) {
    way.clear();
    std::size_t pixel = i;
    std::uint8_t end = kOpen;
    while (state[pixel] == kUnknown) {
      way.push_back(pixel);
      state[pixel] = kOpen;
      if (hard[pixel] == Seed::Background) {
        end = kBlocked;
        break;
      }
      if (forest.parent[pixel] < 0)
        break;
      pixel = static_cast<std::size_t>(forest.parent[pixel]);
      end = state[pixel] == kUnknown ? end : state[pixel];
    }
    for (const std::size_t p : way)
      state[p] = end;
  }
  for (std::uint8_t& s : state)
    s = s == kBlocked ? 1 : 0;
  return state;
}

/// A power of two that makes the largest cost a whole number of 23 or 24 bits.
double scale_for(double largest) {
  return largest > 0 ? std::exp2(std::floor(std::log2(kLargestCost / largest))) : 1.0;
}

}  // namespace

LabelEnergy::LabelEnergy(const Image& rgb, const Trimap& seeds, const SegmentOptions& options,
                         const SegmentGuides& guides)
    : rgb_(rgb), seeds_(seeds), options_(options), guides_(guides), edges_(edge_weights(rgb, options)),
      fixed_foreground_(seeds.pixels.size(), 0.0F), fixed_background_(seeds.pixels.size(), 0.0F),
      foreground_(seeds.pixels.size()), background_(seeds.pixels.size()) {
  const auto soft_cost = static_cast<float>(options.soft_seed_cost);
  for (std::size_t i = 0; i < seeds.pixels.size(); ++i) {
    if (seeds.pixels[i] == Seed::Unknown || is_hard(seeds.pixels[i], options))
      continue;
    (seeds.pixels[i] == Seed::Foreground ? fixed_background_ : fixed_foreground_)[i] += soft_cost;
  }
  if (guides.prior.empty())
    return;
  const std::vector<float> prior = map_values(guides.prior, "the prior");
  const auto weight = static_cast<float>(options.prior_weight);
  for (std::size_t i = 0; i < prior.size(); ++i) {
    FOVEA_CHECK(prior[i] >= 0 && prior[i] <= 1, "the prior has a value of {}: expected 0..1", prior[i]);
    fixed_background_[i] += weight * prior[i];
    fixed_foreground_[i] += weight * (1 - prior[i]);
  }
}

void LabelEnergy::set_models(const GaussianMixture& foreground, const GaussianMixture& background) {
  foreground.negative_log(rgb_.pixels, foreground_);
  background.negative_log(rgb_.pixels, background_);
  const auto weight = static_cast<float>(options_.colour_weight);
  for (std::size_t i = 0; i < foreground_.size(); ++i) {
    foreground_[i] = weight * foreground_[i] + fixed_foreground_[i];
    background_[i] = weight * background_[i] + fixed_background_[i];
  }
}

double LabelEnergy::of(const Mask& mask) const {
  double sum = 0;
  for (std::size_t i = 0; i < mask.pixels.size(); ++i)
    sum += mask.pixels[i] ? foreground_[i] : background_[i];
  for (std::size_t e = 0; e < edge_count(options_.neighbourhood); ++e)
    for_each_pair(mask.width, mask.height, e, [&](std::int64_t p, std::int64_t q) {
      if (mask.pixels[static_cast<std::size_t>(p)] != mask.pixels[static_cast<std::size_t>(q)])
        sum += edges_[e][static_cast<std::size_t>(p)];
    });
  return sum;
}

std::vector<Seed> LabelEnergy::hard_seeds() const {
  std::vector<Seed> hard = seeds_.pixels;
  for (Seed& seed : hard)
    seed = is_hard(seed, options_) ? seed : Seed::Unknown;
  if (guides_.star) {
    const std::vector<std::uint8_t> blocked = blocked_pixels(*guides_.star, hard);
    for (std::size_t i = 0; i < hard.size(); ++i)
      if (blocked[i] && hard[i] == Seed::Foreground)
        hard[i] = Seed::Unknown;
  }
  return hard;
}

/// Capacities from the source (cost of background) and to the sink (cost of foreground); a hard seed's is
/// more than its edges together, so that no cut pays for it, or infinite under a star.
void LabelEnergy::add_terminals(double scale, const std::vector<Seed>& hard, GridProblem& problem) const {
  problem.source.assign(hard.size(), 0);
  problem.sink.assign(hard.size(), 0);
  const std::int32_t held =
      guides_.star ? kInfiniteCapacity : 8 * static_cast<std::int32_t>(kLargestCost) + 1;
  for (std::size_t i = 0; i < hard.size(); ++i) {
    if (hard[i] != Seed::Unknown) {
      (hard[i] == Seed::Foreground ? problem.source : problem.sink)[i] = held;
      continue;
    }
    const double difference = static_cast<double>(background_[i]) - foreground_[i];
    const auto cost = static_cast<std::int32_t>(std::lround(scale * std::abs(difference)));
    (difference > 0 ? problem.source : problem.sink)[i] = cost;
  }
}

Mask LabelEnergy::minimise() const {
  double largest = 0;
  for (const std::vector<float>& weights : edges_)
    for (const float weight : weights)
      largest = std::max(largest, static_cast<double>(weight));
  for (std::size_t i = 0; i < foreground_.size(); ++i)
    largest = std::max(largest, std::abs(static_cast<double>(background_[i]) - foreground_[i]));
  const double scale = scale_for(largest);

  GridProblem problem;
  problem.width = rgb_.width;
  problem.height = rgb_.height;
  for (std::size_t e = 0; e < edge_count(options_.neighbourhood); ++e) {
    problem.forward[e].resize(edges_[e].size());
    const auto factor = static_cast<float>(scale);
    std::transform(edges_[e].begin(), edges_[e].end(), problem.forward[e].begin(),
                   [factor](float weight) { return static_cast<std::int32_t>(factor * weight + 0.5F); });
  }
  add_terminals(scale, hard_seeds(), problem);
  if (guides_.star)
    add_star_edges(*guides_.star, problem);
  return {rgb_.width, rgb_.height, solve_grid_cut(problem).source_side};
}

}  // namespace fovea
