#include "onnx/import/input_shapes.hpp"

#include "base/check.hpp"
#include "onnx/file/tensor_proto.hpp"
#include "onnx/import/picture_form.hpp"

#include <algorithm>

namespace fovea::onnx_import {
namespace {

/// The index of the picture input, or the number of inputs when there is none. Where no input is needed, the
/// file's only one is the picture all the same.
std::size_t find_picture(const OnnxFile& file, const std::vector<bool>& needed) {
  std::vector<std::size_t> candidates;
  for (std::size_t i = 0; i < needed.size(); ++i)
    if (needed[i])
      candidates.push_back(i);
  if (candidates.size() == 1)
    return candidates.front();
  if (candidates.empty())
    return file.inputs.size() == 1 ? 0 : file.inputs.size();
  for (std::size_t i : candidates)
    if (file.inputs[i].dims.size() == 4)
      return i;
  return file.inputs.size();
}

/// The shape of an input that is no picture.
Shape declared_shape(const ModelPort& port, const ImportOptions& options, bool is_first) {
  std::vector<std::int64_t> dims = port.dims;
  for (std::size_t axis = 0; axis < dims.size(); ++axis) {
    if (axis == 0 && (dims[axis] < 0 || is_first))
      dims[axis] = options.batch;
    FOVEA_CHECK(dims[axis] > 0, "the input '{}' is declared as {}: axis {} needs an extent", port.name,
                dims_text(port), axis);
  }
  return checked_shape(std::move(dims), fmt::format("the input '{}'", port.name));
}

const Shape* given_shape(const OnnxFile& file, const ImportOptions& options, const std::string& name) {
  for (const auto& [given, shape] : options.shapes)
    if (given == name || (given.empty() && file.inputs.size() == 1))
      return &shape;
  return nullptr;
}

void check_given_names(const OnnxFile& file, const ImportOptions& options) {
  std::vector<std::string> names;
  for (const ModelPort& port : file.inputs)
    names.push_back(port.name);
  for (const auto& [name, shape] : options.shapes)
    FOVEA_CHECK(
        (name.empty() && names.size() == 1) || std::find(names.begin(), names.end(), name) != names.end(),
        "a shape is given for the input '{}', but the model's inputs are: {}", name, fmt::join(names, ", "));
}

}  // namespace

InputShapes resolve_input_shapes(const OnnxFile& file, const ImportOptions& options,
                                 const std::vector<bool>& needed) {
  FOVEA_CHECK(options.batch >= 1, "the batch must be 1 or more, found {}", options.batch);
  check_given_names(file, options);
  InputShapes result;
  const std::size_t picture = result.picture = find_picture(file, needed);
  for (std::size_t i = 0; i < file.inputs.size(); ++i) {
    if (!needed[i] && i != picture) {
      result.shapes.emplace_back();
      continue;
    }
    const ModelPort& port = file.inputs[i];
    bool batched = true;
    const bool has_shape = file.contents().inputs_without_shape.count(port.name) == 0;
    if (const Shape* given = given_shape(file, options, port.name)) {
      FOVEA_CHECK(!has_shape || given->rank() == static_cast<std::int64_t>(port.dims.size()),
                  "the input '{}' is declared as {}, but given as {}", port.name, dims_text(port),
                  to_string(*given));
      result.shapes.push_back(checked_shape(given->dims(), fmt::format("the input '{}'", port.name)));
    } else if (const PictureForm* form = i == picture ? file.picture_form(i) : nullptr) {
      result.shapes.push_back(shape_in_file(*form, port, options.batch, options.height, options.width));
      batched = form->holds(PictureAxis::Batch);
    } else {
      FOVEA_CHECK(has_shape, "the input '{}' is declared without a shape: give one", port.name);
      result.shapes.push_back(declared_shape(port, options, i == picture));
    }
    const Shape& shape = result.shapes.back();
    if (i == picture && shape.rank() > 0 && has_shape && batched && port.dims[0] > 0)
      result.rebatch = {port.dims[0], shape[0]};
  }
  return result;
}

}  // namespace fovea::onnx_import
