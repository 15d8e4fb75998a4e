#pragma once

#include "fovea/image.hpp"
#include "fovea/model.hpp"

#include <string>
#include <string_view>
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

/// What of a photo the network sees, the same for every method and verb.
enum class Crops {
  Whole = 0,           ///< "whole": all of it, squeezed to the network's size whatever its proportions
  One = 1,             ///< "1": the centre crop
  WholeAndMirror = 2,  ///< "2": all of it, and its mirror image
  Ten = 10,            ///< "10": the four corners and the centre, and their mirror images
};
/// "whole", "1", "2" or "10".
std::string_view name_of(Crops crops);
/// InputError that lists all names for any other text.
Crops parse_crops(std::string_view name);
std::vector<std::string> crops_names();
/// How many pictures the network sees of one photo: 1, 1, 2 or 10.
std::int64_t crop_count(Crops crops);

/// Resizes and cuts a photo as `preprocessing` says, except that Whole and
/// WholeAndMirror know neither short side nor crop.
/// Where a network's input is not square, the short side is as long as its crop needs at least.
/// InputError when the crop does not fit into the resized photo.
Framing frame(const Image& photo, const Preprocessing& preprocessing, const InputSize& size, Crops crops);

/// Writes the network's input for one crop: [channels, height, width].
void write_crop(const Framing& framing, std::size_t crop, const Preprocessing& preprocessing,
                float* destination);

}  // namespace fovea
