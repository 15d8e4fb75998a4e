#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fovea {

/// The text of cuda_operators.csv, which tools/make_cuda_operators.py writes, embedded in the library by
/// cmake/embed_text.cmake.
std::string cuda_operators_csv();

}  // namespace fovea

namespace fovea::onnx_export {

/// An operator in a range of operator sets that ONNX Runtime's CUDA provider runs.
struct CudaOperator {
  std::int64_t first_opset = 0, last_opset = 0;
  /// Whether ONNX Runtime replaces it by other operators, which the provider has.
  bool is_function = false;
  /// The type of each input and output: a name of `types`, or an element type; one that ends in `*` is that
  /// of all that follow. Empty where the list has no signature.
  std::vector<std::string> inputs, outputs;
  /// The element types (ModelPort::element_type) that the provider has for a type parameter.
  std::map<std::string, std::vector<std::string>> types;

  /// The type parameter, or element type, of the i-th of `inputs` or `outputs`; empty if unknown.
  static std::string_view type_of(const std::vector<std::string>& signature, std::size_t i);
};

/// The operators that one release of ONNX Runtime lists for its CUDA provider.
class CudaOperators {
public:
  static const CudaOperators& get();

  const std::string& version() const { return version_; }
  const std::string& date() const { return date_; }  ///< of the release: "2025-03-06"
  std::int64_t last_opset() const { return last_opset_; }

  /// Rows of an operator, the oldest operator sets first; `domain` is empty for ONNX's own.
  const std::vector<CudaOperator>& rows(const std::string& domain, const std::string& type) const;
  /// The row for an operator set; nullptr where the provider has none.
  const CudaOperator* find(const std::string& domain, const std::string& type, std::int64_t opset) const;

private:
  CudaOperators();

  std::string version_, date_;
  std::int64_t last_opset_ = 0;
  std::map<std::pair<std::string, std::string>, std::vector<CudaOperator>> rows_;
};

}  // namespace fovea::onnx_export
