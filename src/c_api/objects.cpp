#include "c_api/objects.hpp"

#include "c_api/options.hpp"
#include "c_api/pixels.hpp"
#include "fovea/error.hpp"

namespace fovea::c_api {
namespace {

/// Points as "x, y, x, y, ...".
std::vector<Point> read_points(JsonFields& fields, const std::string& field) {
  const std::vector<std::int64_t> numbers = whole_numbers(fields, field);
  if (numbers.size() % 2 != 0)
    fields.fail(field, "expected x, y of each point");
  std::vector<Point> points;
  for (std::size_t i = 0; i < numbers.size(); i += 2)
    points.push_back({numbers[i], numbers[i + 1]});
  return points;
}

/// The seeds of a picture of one channel: 0 unknown, 1 object, 2 background.
Trimap to_trimap(const fovea_pixels& pixels, const Image& photo) {
  not_null(pixels.data, "seeds.data");
  if (pixels.height != photo.height || pixels.width != photo.width)
    throw InputError(fmt::format("seeds: {}x{} pixels for a picture of {}x{}", pixels.width, pixels.height,
                                 photo.width, photo.height));
  const std::int64_t stride = pixels.stride == 0 ? pixels.width : pixels.stride;
  if (stride < pixels.width)
    throw UsageError(fmt::format("seeds.stride is {}, expected at least {}", stride, pixels.width));
  Trimap seeds = Trimap::blank(pixels.width, pixels.height);
  for (std::int64_t y = 0; y < pixels.height; ++y)
    for (std::int64_t x = 0; x < pixels.width; ++x) {
      const std::uint8_t value = pixels.data[y * stride + x];
      if (value > 2)
        throw InputError(fmt::format("seeds: {} at row {}, column {}: expected 0 (unknown), 1 (object) or 2 "
                                     "(background)",
                                     value, y, x));
      seeds.at(x, y) = static_cast<Seed>(value);
    }
  return seeds;
}

/// The seeds that the caller gives: as a picture of labels or of strokes, else as points.
Trimap seeds_of(const fovea_pixels* seeds, JsonFields& fields, const Image& photo) {
  const std::vector<Point> foreground = read_points(fields, "foreground");
  const std::vector<Point> background = read_points(fields, "background");
  const std::int64_t radius = fields.whole_number_if_given("radius", 0, 65536).value_or(3);
  if (!seeds)
    return seeds_from_points(foreground, background, photo.width, photo.height, radius);
  if (!foreground.empty() || !background.empty())
    fields.fail(foreground.empty() ? "background" : "foreground", "does not go with seeds: give one of them");
  if (seeds->channels != 1 && seeds->channels != 3)
    throw UsageError(fmt::format("seeds has {} channels, expected 1 or 3", seeds->channels));
  if (seeds->channels == 3)
    return seeds_from_strokes(to_image(*seeds), photo.width, photo.height);
  return to_trimap(*seeds, photo);
}

std::vector<std::uint8_t> bytes_of(const Trimap& seeds) {
  std::vector<std::uint8_t> bytes(seeds.pixels.size());
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<std::uint8_t>(seeds.pixels[i]);
  return bytes;
}

}  // namespace

void add_object(fovea_result& result, const Image& photo, const Localization& object,
                const LocalizeOptions& options) {
  const std::vector<Box> boxes = component_boxes(object.mask, options.min_fraction);
  result.add("mask", object.mask);
  result.add("box", {4},
             std::vector<std::int64_t>{object.box.x0, object.box.y0, object.box.x1, object.box.y1});
  result.add("boxes", boxes);
  result.add("seeds", {object.seeds.height, object.seeds.width}, bytes_of(object.seeds));
  result.add("contour", draw_object(photo, object, {&object.box, 1}));
}

}  // namespace fovea::c_api

using namespace fovea::c_api;

fovea_status fovea_segment(const fovea_pixels* picture, const fovea_pixels* seeds, const char* options,
                           fovea_result** result) {
  return give_result(result, [&](fovea_result& out) {
    const fovea::Image photo = to_image(not_null(picture, "picture"));
    fovea::JsonFields fields = read_options(options);
    const fovea::Trimap marked = seeds_of(seeds, fields, photo);
    const fovea::LocalizeOptions chosen = read_localize_options(fields, fovea::stroke_localize_options());
    fields.expect_no_others();
    const fovea::Localization object = fovea::localize(photo, marked, chosen);
    add_object(out, photo, object, chosen);
    out.add("energy", object.energy);
  });
}
