#pragma once

#include "fovea/features.hpp"
#include "studio/explanations.hpp"
#include "studio/studio.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

/// What the units of a layer make of a photo.
namespace fovea::studio {

/// All layers of a model, kept with the results.
std::shared_ptr<const std::vector<LayerInfo>> layers_of(Studio& studio, const StudioModel& model);
/// The layer of that name, with units in rows and columns. InputError where it has none, or there is no such
/// layer.
LayerInfo layer_with_units(Studio& studio, const StudioModel& model, const std::string& name);
/// The program whose first output is the layer, kept with the results.
std::shared_ptr<const Program> layer_program(Studio& studio, const StudioModel& model,
                                             const std::string& layer, Direction direction, Rule rule);

/// The activations of a layer for the centre crop of a photo.
struct LayerLook {
  LayerInfo layer;
  Tensor activations;  ///< [C,H,W] of F32, whatever the order of the layer's axes is
  Rect region;         ///< the part of the photo that the network saw
  std::int64_t seen_width = 0, seen_height = 0;  ///< the network's input

  /// The receptive field of a unit in the photo's pixels; the whole region where every unit may depend on it.
  Rect field_of(std::int64_t row, std::int64_t column) const;
  UnitActivation at(const Unit& unit) const;
  /// The largest activation of a channel; of equal ones the first from the top left.
  UnitActivation strongest(std::int64_t channel) const;
  /// The unit whose receptive field has its middle nearest to a place of the photo: a row and a column as
  /// Unit::y and Unit::x. InputError for a place that the network did not see.
  Unit unit_at(double x, double y) const;
  /// The channels that are most active in one place, or anywhere, given by their units, the strongest first.
  /// Only positive activations.
  std::vector<UnitActivation> top_channels(std::int64_t count, const std::optional<Unit>& place) const;
};

/// Runs the photo forward to the layer; kept with the results. Runs on the caller's thread.
std::shared_ptr<const LayerLook> layer_look(Studio& studio, const std::shared_ptr<const StudioModel>& model,
                                            const StudioPhoto& photo, const std::string& layer,
                                            const std::stop_token& stop);

}  // namespace fovea::studio
