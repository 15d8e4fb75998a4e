#pragma once

#include "base/json_fields.hpp"
#include "fovea/geometry.hpp"
#include "fovea/segment.hpp"

#include <cstdint>
#include <vector>

/// Brush strokes that a user paints over a photo.
namespace fovea::studio {

/// A line through points of a photo, in its pixels, as wide as twice the radius and round at its ends.
struct Stroke {
  Seed label = Seed::Foreground;  ///< Foreground or Background
  double radius = 0;              ///< 0 and above; a stroke is at least one pixel wide
  std::vector<RealPoint> points;  ///< at least one
};

/// The field "strokes", a list of {label: "object" | "background", radius, points: [[x, y], ...]}; empty
/// where it is not given. InputError that names what is not right.
std::vector<Stroke> read_strokes(JsonFields& fields);

/// The seeds that the strokes leave: a pixel whose middle lies within the radius of the line, and every pixel
/// that the line's points lie in. A later stroke covers earlier ones. What lies outside the picture is cut
/// off. InputError for a stroke of which nothing lies in the picture.
Trimap seeds_of(const std::vector<Stroke>& strokes, std::int64_t width, std::int64_t height);

}  // namespace fovea::studio
