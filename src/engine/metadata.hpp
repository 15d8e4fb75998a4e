#pragma once

#include "fovea/labels.hpp"
#include "fovea/preprocessing.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fovea {

/// A model file's metadata_props.
using Metadata = std::vector<std::pair<std::string, std::string>>;

/// From the key `labels`: one label a line, in class order. Labels without a WordNet id get ImageNet's where
/// exactly one class there has the same name.
Labels labels_from_metadata(const Metadata& metadata, const std::string& path);

/// From the keys `mean`, `std` (numbers separated by commas, in red, green, blue order, of pixels scaled to
/// 0..1), `resize_short_side` and `channel_order` (RGB or BGR). Nothing when none of them is there;
/// ModelError when one does not parse.
std::optional<Preprocessing> preprocessing_from_metadata(const Metadata& metadata, const std::string& path);

}  // namespace fovea
