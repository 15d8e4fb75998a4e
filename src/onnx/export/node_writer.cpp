#include "onnx/export/node_writer.hpp"

#include "onnx/export/element_type.hpp"

namespace fovea::onnx_export {

const Tensor& NodeWriter::constant(std::size_t i) const {
  const auto& constant = graph_.value(node_.inputs[i]).constant;
  FOVEA_CHECK(constant.has_value(), "{} whose input {} is computed has no ONNX form here", node_.op->name, i);
  return *constant;
}

std::string NodeWriter::x(std::size_t i) const {
  return has(i) ? names_[static_cast<std::size_t>(node_.inputs[i])] : std::string();
}

std::vector<std::string> NodeWriter::all_inputs() const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < node_.inputs.size(); ++i)
    names.push_back(x(i));
  while (!names.empty() && names.back().empty())
    names.pop_back();
  return names;
}

std::string NodeWriter::y(std::size_t i) const {
  return names_[static_cast<std::size_t>(node_.outputs[i])];
}

std::string NodeWriter::reshape(const std::string& x, const Shape& shape) const {
  return emit("Reshape", {x, integers({shape.begin(), shape.end()})});
}

std::string NodeWriter::as_number(const std::string& mask) const {
  return emit("Cast", {mask}, {{"to", static_cast<std::int64_t>(element_type(dtype(0)))}});
}

std::string NodeWriter::first_along(const std::string& mask, std::int64_t axis, std::int64_t extent,
                                    std::int64_t rank) const {
  // The first element has the highest rank, the last one has 1.
  std::vector<std::int64_t> along(static_cast<std::size_t>(rank), 1);
  along[static_cast<std::size_t>(axis)] = extent;
  Tensor ranks(DType::F64, Shape(along));
  for (std::int64_t k = 0; k < extent; ++k)
    ranks.data<double>()[static_cast<std::size_t>(k)] = static_cast<double>(extent - k);
  const std::string order = model_.constant(ranks.cast(dtype(0)), "ranks");
  const std::string ranked = emit("Where", {mask, order, number(0)});
  const std::string highest =
      emit("ReduceMax", {ranked}, {{"axes", std::vector<std::int64_t>{axis}}, {"keepdims", std::int64_t{1}}});
  return emit("Equal", {highest, order});
}

}  // namespace fovea::onnx_export
