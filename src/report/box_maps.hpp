#pragma once

#include "fovea/detect.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Maps of the boxes that a detector finds in a photo.
namespace fovea {

/// Which of the boxes found in a photo are explained: all, or the one of a number.
struct BoxChoice {
  std::optional<std::int64_t> number = {};  ///< from 1, which is the best box; none: all boxes

  /// "all" or a whole number above 0. InputError for any other text.
  static BoxChoice parse(std::string_view text);
  /// The chosen ones of those found. InputError with the photo's path if there is none of the number.
  std::vector<Detection> of(const std::vector<Detection>& found, const std::string& path) const;
};

/// The explained boxes of one photo.
struct BoxMaps {
  std::vector<Detection> boxes;
  std::optional<BoxSide> side;  ///< the side whose position is explained; none: the class's score
  Labels labels;                ///< of the maps' classes, which are places in `boxes`: "2 dog, left"
  std::vector<std::vector<Explanation>> maps;  ///< maps[k][m]: of boxes[k], by the m-th method
  std::vector<Note> notes;                     ///< of the explainer
};

/// Explains boxes found in a photo by the methods of `options`; the detector sets preprocessing, targets and
/// labels, and the layer where the options name none. No boxes have no maps.
BoxMaps explain_boxes(const Model& model, const Detector& detector, const Image& photo,
                      std::vector<Detection> boxes, std::optional<BoxSide> side,
                      const ExplainOptions& options);

}  // namespace fovea
