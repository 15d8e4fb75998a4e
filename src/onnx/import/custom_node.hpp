#pragma once

#include "fovea/custom.hpp"
#include "onnx/import/translate.hpp"

#include <memory>
#include <string>
#include <vector>

namespace fovea::onnx_import {

using CustomOperators = std::vector<std::shared_ptr<const CustomOperator>>;

/// Shared copies of the operators, for a file to keep; InputError for one without a type or forward function,
/// for Constant, and for two of one domain and type.
CustomOperators shared_operators(const std::vector<CustomOperator>& operators);
/// The operator for the node's domain and type, or nullptr.
std::shared_ptr<const CustomOperator> find_custom(const CustomOperators& operators, const NodeReader& node);
/// The reason why the caller's functions cannot handle the node; empty if they can.
std::string custom_why_not(const NodeReader& node, const CustomOperator& functions);
/// Translates the node to an operator that calls the functions. `path` is the model's.
void translate_custom(TranslateContext& c, std::shared_ptr<const CustomOperator> functions,
                      const std::string& path);

}  // namespace fovea::onnx_import
