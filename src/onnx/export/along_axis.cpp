#include "onnx/export/along_axis.hpp"

namespace fovea::onnx_export {

AxisMatrix::AxisMatrix(std::int64_t to, std::int64_t from) {
  constexpr std::int64_t most = std::int64_t{1} << 24;
  FOVEA_CHECK(to * from <= most,
              "an axis of {} elements that is made of {} has no ONNX form here: its matrix would take more "
              "than {} elements",
              to, from, most);
  elements_ = Tensor(DType::F64, {to, from});
}

void AxisMatrix::add(std::int64_t row, std::int64_t column, double value) {
  elements_.data<double>()[static_cast<std::size_t>(row * elements_.shape()[1] + column)] += value;
}

AxisMatrix AxisMatrix::transposed() const {
  AxisMatrix result(elements_.shape()[1], elements_.shape()[0]);
  for (std::int64_t i = 0; i < elements_.shape()[0]; ++i)
    for (std::int64_t k = 0; k < elements_.shape()[1]; ++k)
      result.add(k, i, elements_.data<double>()[static_cast<std::size_t>(i * elements_.shape()[1] + k)]);
  return result;
}

std::string multiply_along(const NodeWriter& w, const std::string& x, const Shape& shape, std::int64_t axis,
                           const AxisMatrix& m) {
  std::int64_t outer = 1, inner = 1;
  for (std::int64_t i = 0; i < shape.rank(); ++i)
    (i < axis ? outer : inner) *= i == axis ? 1 : shape[i];
  Shape result = shape;
  result[axis] = m.to();
  const std::string matrix = w.model().constant(m.elements().cast(w.dtype(0)), "axis_matrix");
  const std::string product = w.emit("MatMul", {matrix, w.reshape(x, {outer, shape[axis], inner})});
  return w.reshape(product, result);
}

}  // namespace fovea::onnx_export
