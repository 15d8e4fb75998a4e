#pragma once

#include "fovea/image.hpp"

#include <cstdint>
#include <vector>

namespace fovea {

/// The indices y * width + x of a region's pixels, rising.
using Region = std::vector<std::uint32_t>;

/// Cuts a colour picture into about `count` regions that follow its edges, by OpenCV's watershed
/// (meyer1994topographic): a marker in every cell of a regular grid, at the pixel with the least contrast
/// there, floods its surroundings. Regions are connected, disjoint and cover the picture; they differ in
/// size, and each holds its marker. InputError unless the picture is RGB and 1 <= count <= pixels.
std::vector<Region> watershed_regions(const Image& image, std::int64_t count);

/// The number of those regions, at most: that of the cells, which follows from the picture's size.
std::int64_t watershed_region_count(std::int64_t width, std::int64_t height, std::int64_t count);

/// The region with all pixels within `radius` of it.
Region grown(const Region& region, std::int64_t width, std::int64_t height, std::int64_t radius);

}  // namespace fovea
