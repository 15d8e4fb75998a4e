#include "report/box_maps.hpp"

#include "fovea/error.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <system_error>
#include <utility>

namespace fovea {

BoxChoice BoxChoice::parse(std::string_view text) {
  if (text == "all")
    return {};
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [read, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || read != end || number < 1)
    throw InputError(fmt::format("expected the number of a box, 1 for the best, or all, found '{}'", text));
  return {number};
}

std::vector<Detection> BoxChoice::of(const std::vector<Detection>& found, const std::string& path) const {
  if (!number)
    return found;
  for (const Detection& one : found)
    if (one.number == *number)
      return {one};
  throw InputError(found.empty() ? "no object is found: --min-score may be lower"
                                 : fmt::format("{} {} found, and no number {}", found.size(),
                                               found.size() == 1 ? "object is" : "objects are", *number),
                   path);
}

BoxMaps explain_boxes(const Model& model, const Detector& detector, const Image& photo,
                      std::vector<Detection> boxes, std::optional<BoxSide> side,
                      const ExplainOptions& options) {
  BoxMaps result;
  result.boxes = std::move(boxes);
  result.side = side;
  if (result.boxes.empty())
    return result;
  ExplainOptions of_boxes = detector.explain_options(result.boxes, side);
  result.labels = *of_boxes.labels;
  const std::string layer = of_boxes.method_options.layer;
  of_boxes.method = options.method;
  of_boxes.further_methods = options.further_methods;
  of_boxes.method_options = options.method_options;
  if (of_boxes.method_options.layer.empty())
    of_boxes.method_options.layer = layer;
  of_boxes.program.threads = options.program.threads;
  Explainer explain(model, of_boxes);
  result.notes = explain.notes();
  const FramedPhoto framed = explain.frame(photo);
  for (std::size_t k = 0; k < result.boxes.size(); ++k)
    result.maps.push_back(explain.all(framed, {.target = static_cast<std::int64_t>(k)}));
  return result;
}

}  // namespace fovea
