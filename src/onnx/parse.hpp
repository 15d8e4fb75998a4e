#pragma once

#include <memory>
#include <string>

namespace onnx {
class ModelProto;
}

namespace fovea::onnx_import {

/// The messages of an ONNX file of up to 2 GB. ModelError when it cannot be read, is empty, is of another
/// kind (which is named where it is recognised), ends too early, or has no graph, no nodes or no operator
/// set.
std::shared_ptr<onnx::ModelProto> parse_model(const std::string& path);

}  // namespace fovea::onnx_import
