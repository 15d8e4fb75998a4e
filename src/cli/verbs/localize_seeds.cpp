#include "base/number_list.hpp"
#include "base/shown_path.hpp"
#include "cli/kit/progress_bar.hpp"
#include "cli/kit/usage_error.hpp"
#include "cli/verbs/localize.hpp"
#include "fovea/batch.hpp"
#include "fovea/error.hpp"
#include "report/result_text.hpp"

#include <fmt/format.h>

namespace fovea::cli {
namespace {

/// Points as "120,80"; UsageError for anything else.
std::vector<Point> parse_points(const std::vector<std::string>& texts, const char* option) {
  std::vector<Point> points;
  for (const std::string& text : texts) {
    const auto numbers = parse_number_list(text);
    if (!numbers || numbers->size() != 2)
      throw UsageError(fmt::format("{}: expected a point as x,y in pixels, found '{}'", option, text));
    points.push_back({(*numbers)[0], (*numbers)[1]});
  }
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
  const Labels none;
  LocalizeReport report(arguments, none);
  const std::string& path = arguments.images.front();
  const std::string base = result_paths(arguments.output, {path}).front();
  report.prepare({base});
  report.begin();
  const int code = run_files(arguments.images, 1, [&]() -> FileWorker {
    return [&](std::size_t) -> DeliverResult {
      const Image photo = read_image(path);
      const Trimap seeds = arguments.strokes.empty() ? seeds_from_points(foreground, background, photo.width,
                                                                         photo.height, arguments.radius)
                                                     : read_strokes(arguments.strokes, photo);
      const FoundObject found{name_of_input(path), std::nullopt, 0, localize(photo, seeds, options)};
      report.write(found, base, photo);
      return [&report, found, &base] { report.add(found, base); };
    };
  });
  report.end();
  return code;
}

}  // namespace fovea::cli
