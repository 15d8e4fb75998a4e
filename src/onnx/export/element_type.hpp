#pragma once

#include "base/check.hpp"
#include "fovea/tensor.hpp"

#include <onnx/onnx_pb.h>

namespace fovea::onnx_export {

inline onnx::TensorProto::DataType element_type(DType dtype) {
  switch (dtype) {
  case DType::F32:
    return onnx::TensorProto::FLOAT;
  case DType::F64:
    return onnx::TensorProto::DOUBLE;
  case DType::I32:
    return onnx::TensorProto::INT32;
  case DType::I64:
    return onnx::TensorProto::INT64;
  case DType::Bool:
    return onnx::TensorProto::BOOL;
  }
  FOVEA_ASSERT(!"unknown element type");
}

}  // namespace fovea::onnx_export
