#pragma once

#include "fovea/tensor.hpp"
#include "onnx/file/stored_tensor.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace onnx {
class TensorProto;
}

namespace fovea::onnx_import {

class ExternalFiles;

/// The largest number of elements of a tensor: a shape beyond it is a mistake in the model.
inline constexpr std::int64_t kMaxElements = std::int64_t{1} << 31;

/// The shape of those extents; InputError naming `what` when one is negative or the product, in which 0
/// counts as 1, exceeds kMaxElements.
Shape checked_shape(std::vector<std::int64_t> dims, const std::string& what);

/// fovea's element type for an ONNX one (TensorProto::DataType): float, half and bfloat16 become F32, all
/// integers I64. None for strings, complex numbers and newer types.
std::optional<DType> stored_type(int onnx_type);

/// ONNX's name of an element type: "float32", "uint8", ...
std::string type_name(int onnx_type);

/// The tensor of a message; `raw` replaces its raw_data if that was left in the file. InputError naming the
/// tensor when sizes disagree, an element type is not supported, an external file is missing, short or
/// outside the model's folder, or a value is NaN.
StoredTensor read_tensor(const onnx::TensorProto& message, const std::optional<FileBytes>& raw,
                         ExternalFiles& external);
/// The tensor of a message that contains all its elements itself.
Tensor read_tensor(const onnx::TensorProto& message);

}  // namespace fovea::onnx_import
