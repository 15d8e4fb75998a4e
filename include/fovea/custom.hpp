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

/// Functions supplied by the caller: operators for ONNX nodes that fovea does not know or should compute
/// differently (LoadOptions::operators), and rules for rectifiers in the backward pass
/// (ProgramOptions::rectifier_rule).
namespace fovea {

/// The attributes of one ONNX node. Asking for an attribute with another type than its own is an InputError;
/// within the function of a custom operator this becomes a ModelError that names the node.
class NodeAttributes {
public:
  using Value = std::variant<std::int64_t, double, std::string, std::vector<std::int64_t>,
                             std::vector<double>, std::vector<std::string>, Tensor>;

  NodeAttributes() = default;
  explicit NodeAttributes(std::map<std::string, Value, std::less<>> values) : values_(std::move(values)) {}

  bool has(std::string_view name) const { return values_.find(name) != values_.end(); }
  std::int64_t integer(std::string_view name, std::int64_t otherwise) const;
  /// A FLOAT attribute, which files store in single precision.
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

/// The ONNX node that a function is called for.
struct CustomNode {
  std::string name;           ///< the node's name, or that of its first output if it has none
  std::string operator_name;  ///< "com.example.Softsquare"; ONNX's own domain is omitted
  NodeAttributes attributes;
};

/// An array in row-major order. Custom functions compute in double whatever the program's precision: in
/// float32 programs their inputs are widened and their results rounded. Integers and bools (0 and 1) are
/// passed as doubles, too.
template <class Number>
struct CustomArray {
  Shape shape;
  std::span<Number> values;
};

struct CustomForward {
  const CustomNode& node;
  std::span<const CustomArray<const double>> inputs;
  CustomArray<double> output;  ///< to be filled; its initial content is undefined
};

struct CustomBackward {
  const CustomNode& node;
  std::span<const CustomArray<const double>> inputs;
  CustomArray<const double> output;
  CustomArray<const double> dy;  ///< d(score)/d(output), in the output's shape
  /// To be filled with d(score)/d(input): one array for each input, in its shape, initially zero. An array
  /// has no values where the gradient is not needed: for constants, and for inputs that do not depend on the
  /// picture.
  std::span<const CustomArray<double>> dx;
};

/// An operator with a fixed number of inputs, none of them optional, and one floating-point output. Its
/// functions must be deterministic and, in programs shared between threads, may be called concurrently. An
/// exception thrown by them becomes a ModelError that names file, node and operator; only Cancelled is passed
/// on unchanged.
struct CustomOperator {
  std::string domain;  ///< "com.example"; empty, or "ai.onnx": ONNX's own
  std::string type;    ///< the ONNX operator type: "Softsquare"
  std::size_t inputs = 1;
  /// Gives the output's shape; called several times while a program is compiled. Empty: the shape of the
  /// first input.
  std::function<Shape(const CustomNode& node, std::span<const Shape> inputs)> shape = {};
  std::function<void(const CustomForward& call)> forward = {};
  /// Empty: the operator is not differentiable, and a backward pass through such a node is an error.
  std::function<void(const CustomBackward& call)> backward = {};
};

/// A caller's rule for the backward pass through rectifiers. It replaces Rule::Gradient, Deconvnet or Guided
/// at the same nodes: those that compute max(x, 0) element by element. All other operators keep their own
/// gradients.
struct RectifierRule {
  std::string name;  ///< for notes and errors
  /// Computes dx from x, the rectifier's input, and dy, the gradient at its output; back-propagation is `x >
  /// 0 ? dy : 0`. If the rectifier has an upper bound, dy is 0 where x exceeds it. Called for each element in
  /// every run, concurrently in programs shared between threads. In float32 programs both arguments are
  /// float32 and the result is rounded. An exception ends the run with a ModelError that names the node.
  std::function<double(double x, double dy)> dx;
};

}  // namespace fovea
