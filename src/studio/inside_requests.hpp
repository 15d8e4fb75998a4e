#pragma once

#include "fovea/features.hpp"
#include "studio/studio.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

/// What requests about the units of layers ask for. InputError for fields that are missing or not right.
namespace fovea::studio {

/// Whose layer, and of which photo.
struct LayerRequest {
  std::shared_ptr<const StudioModel> model;
  StudioPhoto photo;
  std::string layer;
};

LayerRequest read_layer_request(Studio& studio, JsonFields& fields);

/// What of a layer is sent back to the picture, and how it is shown.
struct ReconstructionRequest {
  LayerRequest of;
  std::int64_t channel = 0;
  std::optional<Unit> unit;  ///< none: the channel's strongest one
  bool is_whole = false;     ///< all units of the channel together
  Rule rule = Rule::Gradient;
  bool is_cut = false;  ///< only the receptive field
};

ReconstructionRequest read_reconstruction(Studio& studio, JsonFields& fields);

}  // namespace fovea::studio
