#pragma once

#include "fovea/classes.hpp"
#include "fovea/preprocessing.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fovea {

/// A model file's metadata_props.
using Metadata = std::vector<std::pair<std::string, std::string>>;

/// The labels under the key `labels`: one label a line, or a list of strings as JSON and Python write it, in
/// class order. Labels without a WordNet id get ImageNet's if exactly one class there has the same name.
/// Empty, with a line in `warnings`, if the text is something else: other programs use the same key. Without
/// that key, those of the key `names` in the form of Ultralytics' detectors, {0: 'person', 1: 'bicycle'}.
Labels labels_from_metadata(const Metadata& metadata, std::vector<std::string>& warnings);

/// The preprocessing under the keys `mean`, `std` (1 to 4 numbers in red, green, blue order, of pixels scaled
/// to 0..1, separated by commas or as a JSON list), `resize_short_side` and `channel_order` (RGB or BGR).
/// None if no key is present, and none with a line in `warnings` if one has another meaning.
std::optional<Preprocessing> preprocessing_from_metadata(const Metadata& metadata,
                                                         std::vector<std::string>& warnings);

}  // namespace fovea
