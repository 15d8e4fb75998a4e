#include "studio/request_fields.hpp"

#include "base/closest_names.hpp"
#include "fovea/evaluate_maps.hpp"
#include "report/option_fields.hpp"
#include "studio/used_options.hpp"

#include <algorithm>
#include <limits>

namespace fovea::studio {
namespace {

constexpr std::int64_t kMostClasses = std::numeric_limits<std::int32_t>::max();

}  // namespace

std::shared_ptr<const StudioModel> read_model(Studio& studio, JsonFields& fields) {
  return studio.models().get(fields.text("model"));
}

StudioPhoto read_photo(Studio& studio, JsonFields& fields) {
  return studio.photos().get(fields.text("photo"));
}

MethodChoice read_method_choice(JsonFields& fields) {
  MethodChoice choice;
  choice.method = fields.text("method");
  std::vector<std::string> names = method_names();
  names.insert(names.end(), kControlMaps.begin(), kControlMaps.end());
  if (std::find(names.begin(), names.end(), choice.method) == names.end())
    fields.fail("method", unknown_name("method", choice.method, names));
  const MethodOptions options = read_method_options(fields);
  if (is_control(choice.method))
    choice.options.seed = options.seed;
  else
    choice.options = only_used(choice.method, options);
  choice.crops = read_crops(fields, Crops::One);
  return choice;
}

ExplainTarget read_target(JsonFields& fields) {
  ExplainTarget target;
  if (!fields.is_text("class") || fields.text("class") != "auto")
    target.target = fields.whole_number_if_given("class", 0, kMostClasses);
  target.against = fields.whole_number_if_given("against", 0, kMostClasses);
  return target;
}

MapRequest read_map_request(Studio& studio, JsonFields& fields) {
  MapRequest request;
  request.model = read_model(studio, fields);
  request.photo = read_photo(studio, fields);
  request.choice = read_method_choice(fields);
  request.target = read_target(fields);
  return request;
}

std::optional<Rect> read_rect(JsonFields& fields, const PhotoSize& size) {
  if (!fields.has("x") && !fields.has("y") && !fields.has("width") && !fields.has("height"))
    return {};
  Rect rect;
  rect.x = fields.whole_number("x", 0, size.width - 1);
  rect.y = fields.whole_number("y", 0, size.height - 1);
  rect.width = fields.whole_number("width", 1, size.width - rect.x);
  rect.height = fields.whole_number("height", 1, size.height - rect.y);
  return rect;
}

nlohmann::ordered_json rect_json(const Rect& rect) {
  return {{"x", rect.x}, {"y", rect.y}, {"width", rect.width}, {"height", rect.height}};
}

std::string text_of(const Rect& rect) {
  return fmt::format("{},{},{},{}", rect.x, rect.y, rect.width, rect.height);
}

}  // namespace fovea::studio
