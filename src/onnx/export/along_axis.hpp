#pragma once

#include "onnx/export/node_writer.hpp"

#include <string>

namespace fovea::onnx_export {

/// A linear map along one axis, as a matrix: [to,from].
class AxisMatrix {
public:
  /// Zeros. InputError for more elements than a file should hold.
  AxisMatrix(std::int64_t to, std::int64_t from);
  void add(std::int64_t row, std::int64_t column, double value);
  AxisMatrix transposed() const;
  const Tensor& elements() const { return elements_; }
  std::int64_t to() const { return elements_.shape()[0]; }

private:
  Tensor elements_;
};

/// y[..., i, ...] = sum over k of m[i,k] * x[..., k, ...]. The result has m.to() along the axis.
std::string multiply_along(const NodeWriter& w, const std::string& x, const Shape& shape, std::int64_t axis,
                           const AxisMatrix& m);

}  // namespace fovea::onnx_export
