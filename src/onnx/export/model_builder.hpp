#pragma once

#include "fovea/tensor.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace onnx {
class ModelProto;
}

namespace fovea::onnx_export {

using AttributeValue = std::variant<std::int64_t, double, std::string, std::vector<std::int64_t>>;
using NodeAttributes = std::vector<std::pair<std::string, AttributeValue>>;

/// An ONNX model under construction: nodes of the standard domain in the order in which they are added.
class ModelBuilder {
public:
  explicit ModelBuilder(std::int64_t opset);
  ~ModelBuilder();

  std::int64_t opset() const { return opset_; }

  void add_input(const std::string& name, DType dtype, const Shape& shape);
  void add_output(const std::string& name, DType dtype, const Shape& shape);
  void add_metadata(const std::string& key, const std::string& value);

  /// Adds an initializer under that name, with a number if it is taken. Returns the name.
  std::string constant(const Tensor& tensor, const std::string& name);
  std::string scalar(double value, DType dtype);
  std::string integers(const std::vector<std::int64_t>& values);

  /// Adds a node with one output and returns the output's name: `output`, or one made from the operator if it
  /// is empty.
  std::string node(const std::string& type, const std::vector<std::string>& inputs,
                   const NodeAttributes& attributes = {}, std::string output = {});
  /// Adds a node with several outputs.
  void node(const std::string& type, const std::vector<std::string>& inputs, const NodeAttributes& attributes,
            const std::vector<std::string>& outputs);

  /// Reserves a name, so that nothing else gets it.
  void reserve(const std::string& name) { ++names_[name]; }
  std::string unique_name(const std::string& wanted);

  /// The file's bytes. InputError when they are more than ONNX allows in one file (2 GiB).
  std::string bytes() const;

private:
  std::int64_t opset_;
  std::unique_ptr<onnx::ModelProto> model_;
  std::map<std::string, int> names_;
  std::map<std::vector<std::int64_t>, std::string> integers_;
  std::map<std::pair<double, DType>, std::string> scalars_;
};

}  // namespace fovea::onnx_export
