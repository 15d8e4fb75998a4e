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

}  // namespace fovea::onnx_export
