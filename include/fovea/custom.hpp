#pragma once

#include "fovea/tensor.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// Functions of one's own in the place of fovea's: operators for ONNX nodes that fovea does not know, or is
/// to compute in another way (LoadOptions::operators), and a rule for rectifiers
/// (ProgramOptions::rectifier_rule).
namespace fovea {

/// The attributes of one ONNX node. A value of another type than the one asked for is an InputError; within a
/// function of an operator that becomes a ModelError which names the node.
class NodeAttributes {
public:
  using Value = std::variant<std::int64_t, double, std::string, std::vector<std::int64_t>,
                             std::vector<double>, std::vector<std::string>, Tensor>;

  NodeAttributes() = default;
  explicit NodeAttributes(std::map<std::string, Value, std::less<>> values) : values_(std::move(values)) {}

  bool has(std::string_view name) const { return values_.find(name) != values_.end(); }
  std::int64_t integer(std::string_view name, std::int64_t otherwise) const;
  /// Of a FLOAT attribute, which is stored in single precision.
  double number(std::string_view name, double otherwise) const;
  std::string text(std::string_view name, std::string otherwise) const;
  std::vector<std::int64_t> integers(std::string_view name, std::vector<std::int64_t> otherwise) const;
  std::vector<double> numbers(std::string_view name, std::vector<double> otherwise) const;
  std::vector<std::string> texts(std::string_view name, std::vector<std::string> otherwise) const;
  Tensor tensor(std::string_view name, Tensor otherwise) const;
  const std::map<std::string, Value, std::less<>>& all() const { return values_; }

private:
  template <class T>
  T get(std::string_view name, T otherwise) const;

  std::map<std::string, Value, std::less<>> values_;
};

/// The node that a function is called for.
struct CustomNode {
  std::string name;           ///< the name of its first output where it has none
  std::string operator_name;  ///< "com.example.Softsquare"; without a domain if that is ONNX's own
  NodeAttributes attributes;
};

/// One array in row-major order. Functions compute in double whatever the program's precision is: in float32
/// programs what they read has been widened and what they write is rounded. Integers arrive as doubles, too,
/// and bools as 0 and 1.
template <class Number>
struct CustomArray {
  Shape shape;
  std::span<Number> values;
};

struct CustomForward {
  const CustomNode& node;
  std::span<const CustomArray<const double>> inputs;
  CustomArray<double> output;  ///< to be filled: what it holds at first is undefined
};

struct CustomBackward {
  const CustomNode& node;
  std::span<const CustomArray<const double>> inputs;
  CustomArray<const double> output;
  CustomArray<const double> dy;  ///< d(score)/d(output), in the output's shape
  /// To be filled with d(score)/d(input), one for each input, in its shape; zeros at first. Without values
  /// where the gradient is not wanted: of constants, and of inputs that do not depend on the picture.
  std::span<const CustomArray<double>> dx;
};

/// An operator with a fixed number of inputs, none of them optional, and one floating output. Its functions
/// must give the same for the same operands, and may be called by several threads at once where a program is
/// shared. What they throw becomes a ModelError that names file, node and operator; only Cancelled passes as
/// it is.
struct CustomOperator {
  std::string domain;  ///< "com.example"; empty, or "ai.onnx": ONNX's own
  std::string type;    ///< the ONNX operator type: "Softsquare"
  std::size_t inputs = 1;
  /// The output's shape. Called several times while a program is compiled. Empty: that of the first input.
  std::function<Shape(const CustomNode& node, std::span<const Shape> inputs)> shape = {};
  std::function<void(const CustomForward& call)> forward = {};
  /// Empty: not differentiable, which is an error where the backward pass would meet such a node.
  std::function<void(const CustomBackward& call)> backward = {};
};

/// A rule of one's own for the backward pass through rectifiers, in place of the first three of Rule and at
/// the same nodes: those that compute max(x, 0), element by element. All other operators pass back their own
/// gradient.
struct RectifierRule {
  std::string name;  ///< for notes and errors
  /// dx from x, the rectifier's input, and dy, what arrives at its output: back-propagation is
  /// `x > 0 ? dy : 0`. Where a rectifier has an upper bound, dy is 0 where x is above that. Called once for
  /// each element in every run, by several threads at once where a program is shared; in float32 programs
  /// both numbers are float32 and the result is rounded. What it throws ends the run as a ModelError that
  /// names the node.
  std::function<double(double x, double dy)> dx;
};

}  // namespace fovea
