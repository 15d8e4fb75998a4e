#pragma once

#include "fovea/ground_truth.hpp"
#include "fovea/image.hpp"
#include "fovea/mask.hpp"

#include <optional>
#include <span>

/// Maps beside the truth of where objects are. A map is [H,W] of F32 or F64 and lies on a part of the photo;
/// coordinates are continuous: pixel (x, y) covers [x, x + 1) x [y, y + 1). InputError for other maps and for
/// values that are not finite.
namespace fovea {

/// As `RealBox`, in continuous coordinates.
struct RealPoint {
  double x = 0, y = 0;
};

/// Where a map is largest, in the map's pixels: the centre of that pixel, or, of several equal maxima, the
/// mean of their centres.
RealPoint peak_of(const Tensor& map);
/// A point of a map in the pixels of the photo, when the map covers `region` of it.
RealPoint to_photo(const RealPoint& point, const Tensor& map, const Rect& region);

/// The distance from a point to the nearest point of a box, 0 inside; infinite for no box.
double distance_to(std::span<const RealBox> boxes, const RealPoint& point);
/// The same for a mask's pixels, each taken as a square.
double distance_to(const Mask& mask, const RealPoint& point);

/// Zhang et al.'s tolerance, in pixels of the photo.
inline constexpr double kPointingTolerance = 15;

/// The pointing game (zhang2016top, section 4.1): whether the map's peak lies in the object or at most
/// `tolerance` pixels of the photo away from it. `region` is the part of the photo that the map covers.
bool points_into(std::span<const RealBox> boxes, const Tensor& map, const Rect& region,
                 double tolerance = kPointingTolerance);
bool points_into(const Mask& mask, const Tensor& map, const Rect& region,
                 double tolerance = kPointingTolerance);

/// The share of the map's energy on the object (wang2020scorecam, section 4.3): the sum of the values of
/// pixels whose centre lies in a box, or in the mask's pixels, over the sum of all; negative values count as
/// 0. 0..1; none where no value is positive.
std::optional<double> energy_inside(std::span<const RealBox> boxes, const Tensor& map, const Rect& region);
std::optional<double> energy_inside(const Mask& mask, const Tensor& map, const Rect& region);

/// The share of the map's pixels that lie on the object by the same rule: what `energy_inside` gives for a
/// flat map, and so what a map must beat.
double area_inside(std::span<const RealBox> boxes, const Tensor& map, const Rect& region);
double area_inside(const Mask& mask, const Tensor& map, const Rect& region);

}  // namespace fovea
