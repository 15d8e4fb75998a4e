#include "image/orient.hpp"

#include <algorithm>

namespace fovea {

Image orient(Image stored, int orientation) {
  if (orientation == 1)
    return stored;
  // 2: mirrored, 3: half turn, 4: upside down; 5 to 8 have rows for columns: 5: transposed, 6: to be turned
  // clockwise, 7: transposed along the other diagonal, 8: to be turned anticlockwise.
  const bool swapped = orientation >= 5;
  const bool flip_x = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool flip_y = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  Image upright = swapped ? Image::blank(stored.height, stored.width, stored.channels, 0)
                          : Image::blank(stored.width, stored.height, stored.channels, 0);
  for (std::int64_t y = 0; y < upright.height; ++y)
    for (std::int64_t x = 0; x < upright.width; ++x) {
      const std::int64_t from_x = swapped ? y : x;
      const std::int64_t from_y = swapped ? x : y;
      std::copy_n(stored.at(flip_x ? stored.width - 1 - from_x : from_x,
                            flip_y ? stored.height - 1 - from_y : from_y),
                  stored.channels, upright.at(x, y));
    }
  return upright;
}

}  // namespace fovea
