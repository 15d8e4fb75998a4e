#include "segment/energy.hpp"

#include "segment/check.hpp"
#include "segment/grid_walk.hpp"
#include "segment/star_edges.hpp"

#include <algorithm>
#include <array>
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

/// A power of two that makes the largest cost a whole number of 22 or 23 bits, so that later costs may be
/// twice as large.
double scale_for(double largest) {
  return largest > 0 ? std::exp2(std::floor(std::log2(kLargestCost / (2 * largest)))) : 1.0;
}

}  // namespace

LabelEnergy::LabelEnergy(const Image& rgb, const Trimap& seeds, const SegmentOptions& options,
                         const SegmentGuides& guides)
    : rgb_(rgb), seeds_(seeds), options_(options), guides_(guides), edges_(edge_weights(rgb, options)),
      fixed_foreground_(seeds.pixels.size(), 0.0F), fixed_background_(seeds.pixels.size(), 0.0F),
      foreground_(seeds.pixels.size()), background_(seeds.pixels.size()) {
  for (const std::vector<float>& weights : edges_)
    for (const float weight : weights)
      largest_edge_ = std::max(largest_edge_, static_cast<double>(weight));
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

void LabelEnergy::set_foreground(const GaussianMixture& model) {
  set_costs(model, fixed_foreground_, foreground_);
}

void LabelEnergy::set_background(const GaussianMixture& model) {
  set_costs(model, fixed_background_, background_);
}

void LabelEnergy::set_costs(const GaussianMixture& model, const std::vector<float>& fixed,
                            std::vector<float>& costs) const {
  model.negative_log(rgb_.pixels, costs);
  const auto weight = static_cast<float>(options_.colour_weight);
  for (std::size_t i = 0; i < costs.size(); ++i)
    costs[i] = weight * costs[i] + fixed[i];
}

double LabelEnergy::of(const Mask& mask) const {
  return of_labels(mask) + of_outline(mask);
}

double LabelEnergy::of_labels(const Mask& mask) const {
  double sum = 0;
  for (std::size_t i = 0; i < mask.pixels.size(); ++i)
    sum += mask.pixels[i] ? foreground_[i] : background_[i];
  return sum;
}

double LabelEnergy::of_outline(const Mask& mask) const {
  double sum = 0;
  for (std::size_t e = 0; e < edge_count(options_.neighbourhood); ++e)
    for_each_pair(mask.width, mask.height, e, [&](std::int64_t p, std::int64_t q) {
      if (mask.pixels[static_cast<std::size_t>(p)] != mask.pixels[static_cast<std::size_t>(q)])
        sum += edges_[e][static_cast<std::size_t>(p)];
    });
  return sum;
}

/// Hard seeds; under a star also the pixels that hard background seeds cut off from their centres. Of those,
/// foreground seeds cannot be obeyed.
void LabelEnergy::find_hard_pixels() {
  hard_ = seeds_.pixels;
  for (Seed& seed : hard_)
    seed = is_hard(seed, options_) ? seed : Seed::Unknown;
  if (!guides_.star)
    return;
  const std::vector<std::uint8_t> blocked = blocked_pixels(*guides_.star, hard_);
  for (std::size_t i = 0; i < hard_.size(); ++i)
    hard_[i] = blocked[i] ? Seed::Background : hard_[i];
}

/// A hard seed's capacity is more than its edges together, so that no cut pays for it, or infinite under a
/// star.
void LabelEnergy::set_terminals(std::vector<std::int32_t>& source, std::vector<std::int32_t>& sink) const {
  source.assign(hard_.size(), 0);
  sink.assign(hard_.size(), 0);
  const std::int32_t held =
      guides_.star ? kInfiniteCapacity : 8 * static_cast<std::int32_t>(kLargestCost) + 1;
  for (std::size_t i = 0; i < hard_.size(); ++i) {
    if (hard_[i] != Seed::Unknown) {
      (hard_[i] == Seed::Foreground ? source : sink)[i] = held;
      continue;
    }
    const double difference = static_cast<double>(background_[i]) - foreground_[i];
    const auto cost = static_cast<std::int32_t>(scale_ * std::abs(difference) + 0.5);
    source[i] = difference > 0 ? cost : 0;
    sink[i] = difference > 0 ? 0 : cost;
  }
}

double LabelEnergy::largest_cost() const {
  // Several maxima at once: each waits for the one before it.
  std::array<double, 4> largest = {largest_edge_, 0, 0, 0};
  for (std::size_t i = 0; i < foreground_.size(); ++i) {
    double& lane = largest[i % largest.size()];
    lane = std::max(lane, std::abs(static_cast<double>(background_[i]) - foreground_[i]));
  }
  return *std::max_element(largest.begin(), largest.end());
}

void LabelEnergy::start_flow(double largest) {
  find_hard_pixels();
  scale_ = scale_for(largest);
  GridProblem problem;
  problem.width = rgb_.width;
  problem.height = rgb_.height;
  for (std::size_t e = 0; e < edge_count(options_.neighbourhood); ++e) {
    problem.forward[e].resize(edges_[e].size());
    const auto factor = static_cast<float>(scale_);
    std::transform(edges_[e].begin(), edges_[e].end(), problem.forward[e].begin(),
                   [factor](float weight) { return static_cast<std::int32_t>(factor * weight + 0.5F); });
  }
  set_terminals(problem.source, problem.sink);
  if (guides_.star) {
    // A pixel that is background anyway needs no edge that says so, which flow would have to follow.
    StarForest free = *guides_.star;
    for (std::size_t i = 0; i < hard_.size(); ++i)
      free.parent[i] = hard_[i] == Seed::Background ? -1 : free.parent[i];
    add_star_edges(free, problem);
  }
  flow_.emplace(problem);
}

Mask LabelEnergy::minimise() {
  const double largest = largest_cost();
  const double scaled = scale_ * largest;
  constexpr double smallest = kLargestCost / 16;
  bool goes_on = flow_ && scaled <= kLargestCost && scaled >= smallest;
  if (goes_on) {
    std::vector<std::int32_t> source, sink;
    set_terminals(source, sink);
    goes_on = flow_->set_terminals(source, sink);
  }
  if (!goes_on)
    start_flow(largest);
  return {rgb_.width, rgb_.height, flow_->cut().source_side};
}

}  // namespace fovea
