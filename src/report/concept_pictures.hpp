#pragma once

#include "fovea/image.hpp"
#include "fovea/tensor.hpp"

#include <optional>
#include <string>
#include <vector>

/// Figures of concepts.
namespace fovea {

/// A channel of a photo as a row or a panel of a figure.
struct ConceptView {
  std::string title, caption;
  Tensor map;                  ///< [height,width], not negative
  std::vector<Panel> patches;  ///< beside it
};

/// A map, of any size, over the photo that it is of; white is its 99th percentile, or the given value.
Image map_over(const Image& photo, const Tensor& map, std::optional<double> white = {});

/// Photo and map of the class, then each channel's map; with patches a row for each channel.
Figure concept_figure(const Image& photo, const Tensor& whole, const std::vector<ConceptView>& views,
                      const std::string& heading, const std::string& details);

}  // namespace fovea
