#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace onnx {
class TensorProto;
}

namespace fovea::onnx_import {

/// The bytes of a tensor that a model keeps in a file beside it. The file must lie inside `folder`, also
/// after following symbolic links. `expected` is the number of bytes that the tensor's shape asks for.
/// InputError otherwise, naming the file.
std::string read_external_data(const onnx::TensorProto& message, const std::filesystem::path& folder,
                               std::uint64_t expected);

}  // namespace fovea::onnx_import
