#pragma once

#include "fovea/image.hpp"
#include "fovea/model.hpp"

#include <vector>

namespace fovea {

/// Height and width of a network's picture, in pixels.
struct InputSize {
  std::int64_t channels = 3;
  std::int64_t height = 0;
  std::int64_t width = 0;
};

/// A photo as a network sees it: resized once, then cut into crops of the network's size.
struct Framing {
  /// One crop: where it lies in the resized photo, and whether it is looked at in a mirror.
  struct Crop {
    Rect rect;
    enum class Mirror { No, Yes } mirror = Mirror::No;
  };
  Image resized;
  std::vector<Crop> crops;
  InputSize size;
  /// A rectangle of the resized photo in the pixels of the photo itself.
  Rect in_photo(const Rect& rect) const;
  std::int64_t photo_width = 0, photo_height = 0;
};

/// What is taken of the photo: all of it, squeezed to the network's size whatever its proportions; the centre
/// crop; all of it and its mirror image; or the four corners and the centre with their mirror images.
enum class Crops { Whole = 0, One = 1, WholeAndMirror = 2, Ten = 10 };

/// Resizes and cuts a photo as `preprocessing` says, except that Whole and
/// WholeAndMirror know neither short side nor crop.
/// Where a network's input is not square, the short side is as long as its crop needs at least.
/// InputError when the crop does not fit into the resized photo.
Framing frame(const Image& photo, const Preprocessing& preprocessing, const InputSize& size, Crops crops);

/// Writes the network's input for one crop: [channels, height, width].
void write_crop(const Framing& framing, std::size_t crop, const Preprocessing& preprocessing,
                float* destination);

}  // namespace fovea
