#pragma once

#include "onnx/file/stored_tensor.hpp"

#include <optional>
#include <string>

namespace fovea::onnx_import {

class ExternalFiles;
class NodeReader;

/// The reason why the value of a Constant node cannot be used (strings, sparse tensors); empty if it can.
std::string constant_why_not(const NodeReader& node, std::int64_t opset);

/// The value of a Constant node in any of its forms: value, value_int, value_ints, value_float, value_floats.
/// None if constant_why_not gives a reason. InputError when there is no value or more than one.
std::optional<StoredTensor> read_constant(const NodeReader& node, ExternalFiles& external);

}  // namespace fovea::onnx_import
