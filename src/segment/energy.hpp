#pragma once

#include "fovea/segment.hpp"
#include "segment/contrast.hpp"
#include "segment/grid_cut.hpp"

#include <vector>

namespace fovea {

/// The cost of labelling a photo, in nats, which a cut minimises.
class LabelEnergy {
public:
  /// Keeps references to all its arguments, which must outlive it.
  LabelEnergy(const Image& rgb, const Trimap& seeds, const SegmentOptions& options,
              const SegmentGuides& guides);

  /// Takes colour costs from these models.
  void set_models(const GaussianMixture& foreground, const GaussianMixture& background);
  /// The cost of a mask: a sum over pixels and neighbours. Hard seeds and star convexity are not checked.
  double of(const Mask& mask) const;
  /// The mask of least energy (up to rounding to 23 bits) that obeys hard seeds and star.
  Mask minimise() const;

private:
  std::vector<Seed> hard_seeds() const;
  void add_terminals(double scale, const std::vector<Seed>& hard, GridProblem& problem) const;

  const Image& rgb_;
  const Trimap& seeds_;
  const SegmentOptions& options_;
  const SegmentGuides& guides_;
  EdgeWeights edges_;
  /// The costs of each label that do not depend on the models: soft seeds and prior.
  std::vector<float> fixed_foreground_, fixed_background_;
  std::vector<float> foreground_, background_;
};

}  // namespace fovea
