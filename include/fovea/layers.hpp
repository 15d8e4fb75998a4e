#pragma once

#include "fovea/image.hpp"
#include "fovea/layer_layout.hpp"
#include "fovea/model.hpp"

#include <optional>
#include <string>
#include <vector>

namespace fovea {

/// The receptive fields of a layer's units along one axis, in pixels of the network's input: unit i depends
/// on no pixel outside offset + i * stride <= p <= offset + i * stride + size - 1. Offsets are negative where
/// fields reach into padding. All three are whole numbers but behind transposed convolutions and resizes,
/// whose units see a little less than that, each by its place.
struct FieldAxis {
  double size = 1;
  double stride = 1;
  double offset = 0;
  friend bool operator==(const FieldAxis&, const FieldAxis&) = default;
};

/// The receptive fields of a layer, and which axes of its shape run along the picture's height and width.
struct ReceptiveField {
  FieldAxis height, width;
  std::int64_t height_axis = 2;
  std::int64_t width_axis = 3;
  friend bool operator==(const ReceptiveField&, const ReceptiveField&) = default;
};

/// One floating value that a model computes from its picture.
struct LayerInfo {
  std::string name;                     ///< the ONNX value's: what ProgramOptions::target takes
  std::string node;                     ///< the ONNX node's; its first output's where the file gives none
  std::string operator_name;            ///< ONNX's
  Shape shape;                          ///< for a batch of 1
  std::optional<ReceptiveField> field;  ///< none: every unit may depend on the whole picture
  /// Height and width of the network's input.
  std::int64_t picture_height = 0, picture_width = 0;
  /// What each axis counts: "N" pictures, "C" channels, "H" rows, "W" columns, "T" positions in one row (the
  /// tokens of a transformer), several letters for an axis of several ("HW"), "?" where it is not known.
  std::vector<std::string> axes = {};
  /// Where channels and positions lie; as TensorInfo::layout.
  std::optional<LayerLayout> layout = {};

  /// The pixels of the network's input that the unit in row y and column x may depend on: the smallest such
  /// rectangle that fovea knows, cut to the picture. Empty for a unit that looks at padding alone.
  Rect field_of(std::int64_t y, std::int64_t x) const;
};

/// The axes of a layer as text: "[N,C,H,W]", "[N,H,W,C]", "[N,T,C]".
std::string axes_text(const LayerInfo& layer);

/// All layers in the order of computation. `height` and `width` are the picture's where the model leaves them
/// open. Values that the file names but that are the same as an earlier one (a Reshape to the shape that is
/// there) are left out. ModelError as for Program::compile.
std::vector<LayerInfo> layers(const Model& model, std::int64_t height = 0, std::int64_t width = 0);

/// Where several things of the model have that name, nodes or a value and another node: a sentence that says
/// which one is taken as a layer and by what names the others can be had. Else empty. A Program that is
/// compiled for a layer has it among its notes.
std::string layer_name_note(const Model& model, const std::string& name);

/// The layer with that value's name, or else that of the node with that name; InputError that lists the
/// nearest names.
const LayerInfo& find_layer(const std::vector<LayerInfo>& layers, const std::string& name);

}  // namespace fovea
