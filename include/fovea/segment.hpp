#pragma once

#include "fovea/components.hpp"
#include "fovea/mixture.hpp"
#include "fovea/seeds.hpp"
#include "fovea/star_convexity.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace fovea {

/// Hard: the pixel keeps the seed's label. Soft: seeds train the colour models and cost `soft_seed_cost` when
/// contradicted.
enum class SeedStrength : std::uint8_t { Hard, Soft };
enum class Neighbourhood : std::uint8_t { Four, Eight };

struct SegmentOptions {
  MixtureOptions mixture = {};
  double colour_weight = 1.0;  ///< of -log p(colour | label), in nats
  /// Weight of the contrast term between neighbours of different labels:
  /// smoothness * exp(-beta |I_p - I_q|^2) / |p - q|.
  double smoothness = 50.0;
  /// beta = contrast / (2 * mean of |I_p - I_q|^2 over all neighbours); 0: every edge costs the same.
  double contrast = 1.0;
  Neighbourhood neighbourhood = Neighbourhood::Eight;
  SeedStrength foreground_seeds = SeedStrength::Hard;
  SeedStrength background_seeds = SeedStrength::Hard;
  double soft_seed_cost = 0.0;  ///< nats for a soft seed that gets the other label
  double prior_weight = 0.0;    ///< of the prior map, see SegmentGuides
  /// Cuts, at most. 1: one cut with models of the seeds (Simonyan 2013). More: models are fitted again to the
  /// pixels of each label after each cut (`rother2004grabcut`), until the energy falls no more.
  std::int64_t iterations = 1;
};

/// What may lead the cut besides colours and seeds.
struct SegmentGuides {
  /// Belief in foreground for each pixel, [H,W], F32 or F64, 0..1: background costs prior_weight * prior,
  /// foreground prior_weight * (1 - prior). Empty: none.
  Tensor prior = {};
  /// The foreground is made star-convex along this forest. Hard foreground seeds whose way crosses a hard
  /// background seed become soft, since they could not be both.
  std::optional<StarForest> star = {};
};

struct Segmentation {
  Mask mask;
  /// Sum of all costs of the mask, in nats: colour, soft seeds, prior, neighbours.
  double energy = 0;
  /// The energy after each cut: never rises.
  std::vector<double> energies;
  GaussianMixture foreground;
  GaussianMixture background;
};

/// Splits a photo into object and background by a minimal cut (`boykov2001interactive`). The seeds must have
/// the photo's size and hold both kinds; a photo of one colour falls to the contrast term alone, and may
/// come out all background but for hard seeds. Costs are rounded to 2^-23 of the largest one
/// before the cut, which is then exact. InputError for other sizes, missing seeds, a prior outside 0..1 or
/// not finite, and options out of range.
Segmentation segment(const Image& photo, const Trimap& seeds, const SegmentOptions& options = {},
                     const SegmentGuides& guides = {});

}  // namespace fovea
