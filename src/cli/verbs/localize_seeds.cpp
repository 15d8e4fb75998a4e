#include "base/make_folder.hpp"
#include "cli/kit/progress_bar.hpp"
#include "cli/kit/usage_error.hpp"
#include "cli/verbs/localize.hpp"
#include "fovea/batch.hpp"
#include "fovea/error.hpp"
#include "report/result_text.hpp"

#include <fmt/format.h>

#include <charconv>

namespace fovea::cli {
namespace {

/// "120,80" as a point; UsageError for anything else.
Point parse_point(const std::string& text, const char* option) {
  Point point;
  const char* const end = text.data() + text.size();
  const auto [comma, bad_x] = std::from_chars(text.data(), end, point.x);
  if (bad_x == std::errc() && comma != end && *comma == ',') {
    const auto [rest, bad_y] = std::from_chars(comma + 1, end, point.y);
    if (bad_y == std::errc() && rest == end)
      return point;
  }
  throw UsageError(fmt::format("{}: expected a point as x,y in pixels, found '{}'", option, text));
}

std::vector<Point> parse_points(const std::vector<std::string>& texts, const char* option) {
  std::vector<Point> points;
  for (const std::string& text : texts)
    points.push_back(parse_point(text, option));
  return points;
}

Trimap read_strokes(const std::string& path, const Image& photo) {
  const Image strokes = read_image(path);
  try {
    return seeds_from_strokes(strokes, photo.width, photo.height);
  } catch (const InputError& error) {
    throw InputError(error.what(), path);  // the strokes are at fault, not the photo
  }
}

}  // namespace

int localize_by_seeds(const LocalizeArguments& arguments) {
  const LocalizeOptions options = localize_options(arguments);
  const std::vector<Point> foreground = parse_points(arguments.foreground, "--foreground");
  const std::vector<Point> background = parse_points(arguments.background, "--background");
  if (!ends_with_png(arguments.output))
    make_folder(arguments.output);
  const Labels none;
  LocalizeReport report(arguments, none);
  report.begin();
  const std::string& path = arguments.images.front();
  const int code = run_files(arguments.images, 1, [&]() -> FileWorker {
    return [&](std::size_t) -> DeliverResult {
      const Image photo = read_image(path);
      const Trimap seeds = arguments.strokes.empty() ? seeds_from_points(foreground, background, photo.width,
                                                                         photo.height, arguments.radius)
                                                     : read_strokes(arguments.strokes, photo);
      const FoundObject found{path, std::nullopt, 0, localize(photo, seeds, options)};
      const std::string base = report.base_for(path);
      report.write(found, base, photo);
      return [&report, found, base] { report.add(found, base); };
    };
  });
  report.end();
  return code;
}

}  // namespace fovea::cli
