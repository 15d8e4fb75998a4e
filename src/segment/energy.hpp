#pragma once

#include "fovea/segment.hpp"
#include "segment/contrast.hpp"
#include "segment/grid_cut.hpp"

#include <optional>
#include <vector>

namespace fovea {

/// The cost of labelling a photo, in nats, which a cut minimises.
class LabelEnergy {
public:
  /// Keeps references to all its arguments, which must outlive it. The guides' star may come later, before
  /// the first cut.
  LabelEnergy(const Image& rgb, const Trimap& seeds, const SegmentOptions& options,
              const SegmentGuides& guides);

  /// Takes colour costs from these models. Each half may run beside the other.
  void set_foreground(const GaussianMixture& model);
  void set_background(const GaussianMixture& model);
  /// The cost of a mask: a sum over pixels and neighbours. Hard seeds and star convexity are not checked.
  double of(const Mask& mask) const;
  /// Its two parts: what labels cost, and what neighbours of different labels cost, which depends on the
  /// photo alone.
  double of_labels(const Mask& mask) const;
  double of_outline(const Mask& mask) const;
  /// The mask of least energy (up to rounding to 20 bits of the largest cost) that obeys hard seeds and star.
  /// A second call goes on from the flow of the first where the costs allow it.
  Mask minimise();

private:
  void set_costs(const GaussianMixture& model, const std::vector<float>& fixed,
                 std::vector<float>& costs) const;
  void find_hard_pixels();
  double largest_cost() const;
  void start_flow(double largest);
  /// Capacities from the source (cost of background) and to the sink (cost of foreground).
  void set_terminals(std::vector<std::int32_t>& source, std::vector<std::int32_t>& sink) const;

  const Image& rgb_;
  const Trimap& seeds_;
  const SegmentOptions& options_;
  const SegmentGuides& guides_;
  EdgeWeights edges_;
  /// The costs of each label that do not depend on the models: soft seeds and prior.
  std::vector<float> fixed_foreground_, fixed_background_;
  std::vector<float> foreground_, background_;
  std::vector<Seed> hard_;  ///< labels that no cut contradicts
  double largest_edge_ = 0;
  double scale_ = 0;  ///< whole capacity of a nat; 0 before the first cut
  std::optional<GridFlow> flow_;
};

}  // namespace fovea
