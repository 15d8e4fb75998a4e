#pragma once

#include "fovea/model.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace fovea::cli {

/// Height and width of a network's picture, in pixels.
struct PictureSize {
  std::int64_t height = 0;
  std::int64_t width = 0;
};

/// What --size takes: "224", or "HEIGHTxWIDTH". None for another text, or sides outside 1..65536.
std::optional<PictureSize> parse_picture_size(const std::string& text);

/// The size of a model's pictures: the file's; where it is open, what --size says (one number stands for
/// every open side), else the one that the network's layers fit, of which a note on stderr tells, else
/// `otherwise`. InputError where --size contradicts the file, and where nothing tells the size and
/// `otherwise` is 0.
PictureSize picture_size(const Model& model, const std::string& size_option, std::int64_t otherwise = 0);

}  // namespace fovea::cli
