#pragma once

#include "fovea.h"

#include <cstdint>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

namespace fovea::test {

struct Free {
  void operator()(fovea_model* model) const { fovea_model_free(model); }
  void operator()(fovea_session* session) const { fovea_session_free(session); }
  void operator()(fovea_map* map) const { fovea_map_free(map); }
  void operator()(fovea_image* image) const { fovea_image_free(image); }
  void operator()(fovea_result* result) const { fovea_result_free(result); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

inline std::string bundled() {
  return std::string(FOVEA_SOURCE_DIR) + "/models/imagenette-resnet.onnx";
}
inline std::string golf_ball() {
  return std::string(FOVEA_SOURCE_DIR) + "/samples/golf-ball.jpg";
}

inline Owned<fovea_model> load_model(const std::string& path) {
  fovea_model* model = nullptr;
  EXPECT_EQ(fovea_model_load(path.c_str(), &model), FOVEA_OK) << fovea_last_error();
  return Owned<fovea_model>(model);
}

/// One thread, which gives the same bits every time; null as method: scores only.
inline fovea_session_options options_of(const char* method, std::int64_t batch = 1) {
  fovea_session_options options = {};
  options.size = sizeof options;
  options.method = method;
  options.batch = batch;
  options.threads = 1;
  return options;
}

inline Owned<fovea_session> make_session(const fovea_model* model, const fovea_session_options& options) {
  fovea_session* session = nullptr;
  EXPECT_EQ(fovea_session_create(model, &options, &session), FOVEA_OK) << fovea_last_error();
  return Owned<fovea_session>(session);
}

inline fovea_session_info describe(const fovea_session* session) {
  fovea_session_info info = {};
  EXPECT_EQ(fovea_session_describe(session, &info), FOVEA_OK);
  return info;
}

/// Calls a function of fovea.h that gives a result through its last argument.
template <class... Parameters, class... Arguments>
Owned<fovea_result> result_of(fovea_status (*function)(Parameters...), Arguments... arguments) {
  fovea_result* result = nullptr;
  EXPECT_EQ(function(arguments..., &result), FOVEA_OK) << fovea_last_error();
  return Owned<fovea_result>(result);
}

inline fovea_array array_of(const Owned<fovea_result>& result, const char* name) {
  fovea_array array = {};
  EXPECT_EQ(fovea_result_array(result.get(), name, &array), FOVEA_OK) << fovea_last_error();
  return array;
}

inline std::vector<std::int64_t> shape_of(const fovea_array& array) {
  return {array.shape, array.shape + array.rank};
}

/// The elements of an array, which must be of that type.
template <class T>
std::vector<T> elements_of(const fovea_array& array, fovea_type type) {
  EXPECT_EQ(array.type, type);
  std::size_t count = 1;
  for (std::int32_t axis = 0; axis < array.rank; ++axis)
    count *= static_cast<std::size_t>(array.shape[axis]);
  const T* data = static_cast<const T*>(array.data);
  return {data, data + count};
}

inline std::vector<std::int64_t> integers_of(const Owned<fovea_result>& result, const char* name) {
  return elements_of<std::int64_t>(array_of(result, name), FOVEA_INT64);
}
inline std::vector<double> numbers_of(const Owned<fovea_result>& result, const char* name) {
  return elements_of<double>(array_of(result, name), FOVEA_FLOAT64);
}
inline std::vector<float> floats_of(const Owned<fovea_result>& result, const char* name) {
  return elements_of<float>(array_of(result, name), FOVEA_FLOAT32);
}
inline std::vector<std::uint8_t> bytes_of(const Owned<fovea_result>& result, const char* name) {
  return elements_of<std::uint8_t>(array_of(result, name), FOVEA_UINT8);
}

inline std::string text_of(const Owned<fovea_result>& result, const char* name) {
  const char* text = nullptr;
  EXPECT_EQ(fovea_result_text(result.get(), name, &text), FOVEA_OK) << fovea_last_error();
  return text ? text : "";
}

inline Owned<fovea_model> load_model_with(const std::string& path, const char* json) {
  fovea_model_options options = {};
  options.size = sizeof options;
  options.options = json;
  fovea_model* model = nullptr;
  EXPECT_EQ(fovea_model_load_with(path.c_str(), &options, &model), FOVEA_OK) << fovea_last_error();
  return Owned<fovea_model>(model);
}

/// A wave over the elements of some pictures, and the shape that goes with it.
struct Input {
  Input(const fovea_session_info& info, std::int64_t count)
      : shape{count, info.channels, info.height, info.width},
        values(static_cast<std::size_t>(count * info.channels * info.height * info.width)) {
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = static_cast<float>(i % 251) / 125.0F - 1.0F;
  }
  std::int64_t shape[4];
  std::vector<float> values;
};

}  // namespace fovea::test
