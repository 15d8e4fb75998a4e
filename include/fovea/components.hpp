#pragma once

#include "fovea/mask.hpp"

#include <cstdint>
#include <vector>

namespace fovea {

/// Pixels that share an edge belong together (Four), or also those that share a corner (Eight).
enum class Connectivity : std::uint8_t { Four, Eight };

struct Component {
  std::int64_t area = 0;  ///< pixels
  Box box;                ///< the smallest that holds them
};

struct Components {
  std::int64_t width = 0;
  std::int64_t height = 0;
  /// For each pixel the number of its component, counted from 1; 0 outside the mask.
  std::vector<std::int32_t> labels;
  /// Component i + 1 at [i], largest first; of equal areas, the one met first from the top left.
  std::vector<Component> components;
};

/// The connected components of a mask.
Components connected_components(const Mask& mask, Connectivity connectivity = Connectivity::Eight);

/// Component numbers as a grey picture: 0 outside, 1..254 by size, 255 for all from the 255th on.
Image label_image(const Components& components);
/// The pixels of component `number` (from 1). InputError when there is none.
Mask component_mask(const Components& components, std::int32_t number);

/// The box of the largest component (Simonyan 2013, section 3.2). An empty mask gives an empty box.
Box largest_component_box(const Mask& mask, Connectivity connectivity = Connectivity::Eight);
/// One box for each component of at least `min_fraction` of the largest one's area, largest first.
/// InputError unless 0 <= min_fraction <= 1.
std::vector<Box> component_boxes(const Mask& mask, double min_fraction = 0.0,
                                 Connectivity connectivity = Connectivity::Eight);
/// The box around all components of at least `min_fraction` of the largest one's area: 0 is the whole mask's
/// box, 1 the largest component's. An empty mask gives an empty box.
Box sizeable_components_box(const Mask& mask, double min_fraction = 0.1,
                            Connectivity connectivity = Connectivity::Eight);

}  // namespace fovea
