#include "onnx/export/cuda_operators.hpp"

#include "base/check.hpp"
#include "base/csv.hpp"

#include <algorithm>
#include <sstream>

namespace fovea::onnx_export {
namespace {

/// The parts of a text between separators; none of an empty text.
std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);)
    parts.push_back(part);
  return parts;
}

CudaOperator parse_row(const std::vector<std::string>& fields) {
  CudaOperator row;
  row.first_opset = std::stoll(fields[2]);
  row.last_opset = std::stoll(fields[3]);
  row.is_function = fields[4] == "function";
  row.inputs = split(fields[5], ' ');
  row.outputs = split(fields[6], ' ');
  for (const std::string& types : split(fields[7], ';')) {
    const std::size_t equals = types.find('=');
    FOVEA_ASSERT(equals != std::string::npos);
    row.types[types.substr(0, equals)] = split(types.substr(equals + 1), ' ');
  }
  return row;
}

}  // namespace

std::string_view CudaOperator::type_of(const std::vector<std::string>& signature, std::size_t i) {
  if (signature.empty() || (i >= signature.size() && !signature.back().ends_with('*')))
    return {};
  std::string_view type = signature[std::min(i, signature.size() - 1)];
  if (type.ends_with('*'))
    type.remove_suffix(1);
  return type;
}

const CudaOperators& CudaOperators::get() {
  static const CudaOperators operators;
  return operators;
}

CudaOperators::CudaOperators() {
  std::size_t number = 0;
  for (const std::string& line : split(cuda_operators_csv(), '\n')) {
    const std::vector<std::string> fields = split_csv(line, ++number, "cuda_operators.csv");
    if (fields[0] == "version")
      version_ = fields[1];
    else if (fields[0] == "date")
      date_ = fields[1];
    else if (fields[0] == "last_opset")
      last_opset_ = std::stoll(fields[1]);
    else if (fields[0] != "domain")
      rows_[{fields[0], fields[1]}].push_back(parse_row(fields));
  }
}

const std::vector<CudaOperator>& CudaOperators::rows(const std::string& domain,
                                                     const std::string& type) const {
  static const std::vector<CudaOperator> none;
  const auto at = rows_.find({domain, type});
  return at == rows_.end() ? none : at->second;
}

const CudaOperator* CudaOperators::find(const std::string& domain, const std::string& type,
                                        std::int64_t opset) const {
  for (const CudaOperator& row : rows(domain, type))
    if (row.first_opset <= opset && opset <= row.last_opset)
      return &row;
  return nullptr;
}

}  // namespace fovea::onnx_export
