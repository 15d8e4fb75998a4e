#include "studio/strokes.hpp"

#include "base/check.hpp"
#include "report/option_fields.hpp"

#include <algorithm>
#include <cmath>

namespace fovea::studio {
namespace {

/// Points and radii beyond this are no places of a photo.
constexpr double kFarthest = 1e6;
constexpr std::size_t kMostStrokes = 10000;

/// The squared distance of a point from the line between two others.
double squared_distance(const RealPoint& p, const RealPoint& a, const RealPoint& b) {
  const double dx = b.x - a.x, dy = b.y - a.y;
  const double length = dx * dx + dy * dy;
  const double t = length > 0 ? std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / length, 0.0, 1.0) : 0.0;
  const double x = p.x - a.x - t * dx, y = p.y - a.y - t * dy;
  return x * x + y * y;
}

/// The whole numbers from floor(low) to floor(high) that are in 0 ... size - 1, as first and last + 1.
std::pair<std::int64_t, std::int64_t> range(double low, double high, std::int64_t size) {
  const auto first = static_cast<std::int64_t>(std::floor(std::clamp(low, 0.0, static_cast<double>(size))));
  const auto last = static_cast<std::int64_t>(std::floor(std::clamp(high, -1.0, static_cast<double>(size))));
  return {first, std::min(last + 1, size)};
}

/// Marks one piece of a stroke and returns how many pixels of it lie in the picture.
std::int64_t mark(Trimap& seeds, const Stroke& stroke, const RealPoint& a, const RealPoint& b) {
  std::int64_t marked = 0;
  const auto [x0, x1] =
      range(std::min(a.x, b.x) - stroke.radius, std::max(a.x, b.x) + stroke.radius, seeds.width);
  const auto [y0, y1] =
      range(std::min(a.y, b.y) - stroke.radius, std::max(a.y, b.y) + stroke.radius, seeds.height);
  const double squared = std::max(stroke.radius * stroke.radius, 0.25);  // a line has no holes
  for (std::int64_t y = y0; y < y1; ++y)
    for (std::int64_t x = x0; x < x1; ++x)
      if (squared_distance({static_cast<double>(x) + 0.5, static_cast<double>(y) + 0.5}, a, b) <= squared) {
        seeds.at(x, y) = stroke.label;
        ++marked;
      }
  for (const RealPoint& p : {a, b}) {
    const double x = std::floor(p.x), y = std::floor(p.y);
    if (x < 0 || y < 0 || x >= static_cast<double>(seeds.width) || y >= static_cast<double>(seeds.height))
      continue;
    seeds.at(static_cast<std::int64_t>(x), static_cast<std::int64_t>(y)) = stroke.label;
    ++marked;
  }
  return marked;
}

}  // namespace

std::vector<Stroke> read_strokes(JsonFields& fields) {
  std::vector<Stroke> strokes;
  if (!fields.has("strokes"))
    return strokes;
  for (JsonFields& given : fields.objects("strokes")) {
    Stroke stroke;
    given.text("label");  // it has to be there
    stroke.label = given.word_if_given("label", {"object", "background"}) == "object" ? Seed::Foreground
                                                                                      : Seed::Background;
    stroke.radius = number_within(given, "radius", 0, kFarthest).value_or(stroke.radius);
    for (const auto& [x, y] : given.pairs("points")) {
      if (!(std::abs(x) <= kFarthest && std::abs(y) <= kFarthest))
        given.fail("points", fmt::format("({:g}, {:g}) is no place of a photo", x, y));
      stroke.points.push_back({x, y});
    }
    if (stroke.points.empty())
      given.fail("points", "is empty");
    given.expect_no_others();
    strokes.push_back(std::move(stroke));
  }
  if (strokes.size() > kMostStrokes)
    fields.fail("strokes", fmt::format("at most {}, found {}", kMostStrokes, strokes.size()));
  return strokes;
}

Trimap seeds_of(const std::vector<Stroke>& strokes, std::int64_t width, std::int64_t height) {
  Trimap seeds = Trimap::blank(width, height);
  for (std::size_t i = 0; i < strokes.size(); ++i) {
    const Stroke& stroke = strokes[i];
    std::int64_t marked = mark(seeds, stroke, stroke.points.front(), stroke.points.front());
    for (std::size_t p = 1; p < stroke.points.size(); ++p)
      marked += mark(seeds, stroke, stroke.points[p - 1], stroke.points[p]);
    FOVEA_CHECK(marked > 0, "strokes[{}] lies outside the photo of {} x {} pixels", i, width, height);
  }
  return seeds;
}

}  // namespace fovea::studio
