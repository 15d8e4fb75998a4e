#include "fovea/evaluate_maps.hpp"

#include "base/check.hpp"
#include "fovea/measures.hpp"

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

/// The number of layers of each stage of the cascade.
std::vector<std::size_t> stage_sizes(std::size_t layers, std::int64_t most) {
  FOVEA_CHECK(most >= 0, "{} stages: expected at least 0", most);
  const std::size_t stages = most == 0 ? layers : std::min(layers, static_cast<std::size_t>(most));
  std::vector<std::size_t> sizes;
  for (std::size_t i = 1; i <= stages; ++i)
    sizes.push_back((i * layers + stages - 1) / stages);
  return sizes;
}

}  // namespace

std::vector<SanityStage> cascading_stages(std::span<const std::string> layers, std::int64_t most) {
  std::vector<SanityStage> stages;
  for (const std::size_t size : stage_sizes(layers.size(), most))
    stages.push_back(
        {layers[size - 1], {layers.begin(), layers.begin() + static_cast<std::ptrdiff_t>(size)}});
  return stages;
}

std::vector<SanityStage> independent_stages(std::span<const std::string> layers, std::int64_t most) {
  std::vector<SanityStage> stages;
  for (const std::size_t size : stage_sizes(layers.size(), most))
    stages.push_back({layers[size - 1], {layers[size - 1]}});
  return stages;
}

MapLikeness likeness(const JudgedMap& a, const JudgedMap& b) {
  return {rank_correlation(a.map, b.map), rank_correlation(a.relevance, b.relevance),
          structural_similarity(a.map, b.map),
          efficient_randomisation(histogram_entropy(a.map), histogram_entropy(b.map))};
}

MeanLikeness mean_likeness(std::span<const MapLikeness> images, const BootstrapOptions& options) {
  std::vector<double> ranks, signed_ranks, similarities, rises;
  for (const MapLikeness& image : images) {
    if (image.rank)
      ranks.push_back(*image.rank);
    if (image.signed_rank)
      signed_ranks.push_back(*image.signed_rank);
    similarities.push_back(image.similarity);
    if (image.complexity_rise)
      rises.push_back(*image.complexity_rise);
  }
  return {bootstrap_mean(ranks, options), bootstrap_mean(signed_ranks, options),
          bootstrap_mean(similarities, options), bootstrap_mean(rises, options)};
}

std::string_view name_of(SanityVerdict verdict) {
  switch (verdict) {
  case SanityVerdict::Passes:
    return "passes";
  case SanityVerdict::Unclear:
    return "unclear";
  case SanityVerdict::Fails:
    return "fails";
  }
  FOVEA_ASSERT(!"unknown verdict");
}

MeanInterval cascade_rank(std::span<const std::vector<std::optional<double>>> ranks,
                          const BootstrapOptions& options) {
  std::vector<double> means;
  for (const auto& image : ranks) {
    double sum = 0;
    int count = 0;
    for (const auto& rank : image)
      if (rank) {
        sum += *rank;
        ++count;
      }
    if (count > 0)
      means.push_back(sum / count);
  }
  return bootstrap_mean(means, options);
}

SanityVerdict verdict_on(const MeanInterval& cascade_rank) {
  if (cascade_rank.count == 0)
    return SanityVerdict::Unclear;
  if (std::abs(cascade_rank.mean) > kSanityFails)
    return SanityVerdict::Fails;
  return std::max(std::abs(cascade_rank.low), std::abs(cascade_rank.high)) < kSanityPasses
             ? SanityVerdict::Passes
             : SanityVerdict::Unclear;
}

std::optional<bool> tells_classes_apart(const MeanLikeness& other_class) {
  if (other_class.rank.count == 0)
    return std::nullopt;
  return other_class.rank.mean < kSameForClasses;
}

}  // namespace fovea
