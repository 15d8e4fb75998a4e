#include "c_api/result.hpp"

#include "base/check.hpp"
#include "base/json.hpp"

#include <fmt/ranges.h>

#include <algorithm>

namespace fovea::c_api {
namespace {

/// The entry of that name. InputError that lists all names where there is none.
template <class Map>
const auto& entry_of(const Map& entries, const char* kind, const char* name) {
  const auto found = entries.find(std::string_view(&not_null(name, "name")));
  if (found != entries.end())
    return found->second;
  std::vector<std::string> names;
  for (const auto& entry : entries)
    names.push_back(entry.first);
  throw InputError(fmt::format("the result has no {} '{}'; there are {}", kind, name,
                               names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "))));
}

void set_shape(fovea_array& array, std::span<const std::int64_t> shape) {
  FOVEA_ASSERT(shape.size() <= std::size(array.shape));
  array.rank = static_cast<std::int32_t>(shape.size());
  std::copy(shape.begin(), shape.end(), array.shape);
}

}  // namespace

fovea_array array_of(const Tensor& tensor) {
  fovea_array array = {};
  array.data = tensor.data<float>().data();
  array.type = FOVEA_FLOAT32;
  set_shape(array, tensor.shape().dims());
  return array;
}

}  // namespace fovea::c_api

using namespace fovea::c_api;

template <class T>
void fovea_result::keep(const std::string& name, fovea_type type, std::vector<std::int64_t> shape,
                        std::vector<T> elements) {
  FOVEA_ASSERT(fovea::Shape(shape).elements() == static_cast<std::int64_t>(elements.size()));
  const auto kept = std::make_shared<const std::vector<T>>(std::move(elements));
  Array array;
  array.view.data = kept->data();
  array.view.type = type;
  set_shape(array.view, shape);
  array.elements = kept;
  arrays[name] = std::move(array);
}

void fovea_result::add(const std::string& name, std::vector<std::int64_t> shape,
                       std::vector<std::uint8_t> elements) {
  keep(name, FOVEA_UINT8, std::move(shape), std::move(elements));
}

void fovea_result::add(const std::string& name, std::vector<std::int64_t> shape,
                       std::vector<std::int64_t> elements) {
  keep(name, FOVEA_INT64, std::move(shape), std::move(elements));
}

void fovea_result::add(const std::string& name, std::vector<std::int64_t> shape,
                       std::vector<double> elements) {
  keep(name, FOVEA_FLOAT64, std::move(shape), std::move(elements));
}

void fovea_result::add(const std::string& name, const fovea::Tensor& tensor) {
  const auto values = tensor.data<float>();
  keep(name, FOVEA_FLOAT32, tensor.shape().dims(), std::vector<float>(values.begin(), values.end()));
}

void fovea_result::add(const std::string& name, const fovea::Image& image) {
  FOVEA_ASSERT(image.channels == 3);
  add(name, {image.height, image.width, 3}, image.pixels);
}

void fovea_result::add(const std::string& name, const fovea::Mask& mask) {
  add(name, {mask.height, mask.width}, mask.pixels);
}

void fovea_result::add(const std::string& name, std::span<const fovea::Box> boxes) {
  std::vector<std::int64_t> corners;
  for (const fovea::Box& box : boxes)
    corners.insert(corners.end(), {box.x0, box.y0, box.x1, box.y1});
  add(name, {static_cast<std::int64_t>(boxes.size()), 4}, std::move(corners));
}

void fovea_result::add_list(const std::string& name, std::span<const std::string> list) {
  auto json = nlohmann::ordered_json::array();
  for (const std::string& text : list)
    json.push_back(text);
  add_text(name, fovea::json_text(json));
}

fovea_status fovea_result_array(const fovea_result* result, const char* name, fovea_array* array) {
  return guarded([&] {
    const fovea_result& from = not_null(result, "result");
    not_null(array, "array") = entry_of(from.arrays, "array", name).view;
  });
}

fovea_status fovea_result_text(const fovea_result* result, const char* name, const char** text) {
  return guarded([&] {
    const fovea_result& from = not_null(result, "result");
    not_null(text, "text") = entry_of(from.texts, "text", name).c_str();
  });
}

void fovea_result_free(fovea_result* result) {
  delete result;
}
