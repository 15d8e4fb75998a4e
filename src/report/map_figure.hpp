#pragma once

#include "fovea/detect.hpp"
#include "fovea/explain.hpp"
#include "fovea/image.hpp"

#include <optional>
#include <span>
#include <string>

/// Figures that show why a network gave a photo a class.
namespace fovea {

/// A box of a detector, or a side of it, that a map explains.
struct ExplainedBox {
  RealBox box;  ///< in the photo's pixels
  std::optional<BoxSide> side = {};
};

/// The picture, which shows a rectangle of the photo, with a frame around the box, whose side is thicker.
Image mark_box(const Image& picture, const Rect& shown, const ExplainedBox& explained);

struct MapFigureOptions {
  std::string network = {};  ///< its name, for the line below the heading
  MethodOptions method_options = {};
  Crops crops = Crops::One;
  DisplayRange range = {};
  OverlayStyle overlay = {};  ///< its colour map is also that of the maps
  std::string photo = {};     ///< the photo's name
  /// Shown beside the photo; none: nothing.
  const Panel* class_model = nullptr;
  bool is_target = false;                ///< what is explained is a number of the network, not a class
  std::optional<ExplainedBox> box = {};  ///< marked on the photo
};

/// The photo, the class model, the map and the map on the photo; of several methods, which explain the same
/// class of the same photo, the maps side by side and each on the photo below, beside the class model or what
/// the network was given; of more than seven, each on the photo alone, in rows. Photos are in their own
/// pixels (`region_of`). Captions say in words what the methods and the brightest colours are. InputError
/// without results, and if the photo does not contain their region.
Figure map_figure(std::span<const Explanation> results, const Image& photo, const MapFigureOptions& options);

}  // namespace fovea
