#include "onnx/write/node_writer.hpp"

#include "onnx/write/element_type.hpp"
#include "onnx/write/families.hpp"

#include <unordered_map>

namespace fovea::onnx_write {

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

WriteNode find_writer(const ir::Operator& op) {
  static const auto writers = [] {
    std::unordered_map<const ir::Operator*, WriteNode> all;
    for (const auto& family : {elementwise_family(), activation_family(), window_family(), arrange_family(),
                               reduce_family(), normalization_family()})
      all.insert(family.begin(), family.end());
    return all;
  }();
  const auto at = writers.find(&op);
  return at == writers.end() ? nullptr : at->second;
}

}  // namespace fovea::onnx_write
