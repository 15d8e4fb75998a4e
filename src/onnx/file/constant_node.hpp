#pragma once

#include "onnx/file/stored_tensor.hpp"

#include <optional>
#include <string>

namespace fovea::onnx_import {

class ExternalFiles;
class NodeReader;

/// Why the value of a Constant node cannot be had (strings, sparse tensors); empty when it can.
std::string constant_why_not(const NodeReader& node, std::int64_t opset);

/// The value of a Constant node in any of its forms: value, value_int, value_ints, value_float, value_floats.
/// None where constant_why_not has a reason. InputError when there is no value or more than one.
std::optional<StoredTensor> read_constant(const NodeReader& node, ExternalFiles& external);

}  // namespace fovea::onnx_import
