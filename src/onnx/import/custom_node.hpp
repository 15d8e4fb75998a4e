#pragma once

#include "fovea/custom.hpp"
#include "onnx/import/translate.hpp"

#include <memory>
#include <string>
#include <vector>

namespace fovea::onnx_import {

using CustomOperators = std::vector<std::shared_ptr<const CustomOperator>>;

/// Copies that a file keeps; InputError for one without a type or forward function, for Constant, and for two
/// of one domain and type.
CustomOperators shared_operators(const std::vector<CustomOperator>& operators);
/// The one for the node's domain and type, or nullptr.
std::shared_ptr<const CustomOperator> find_custom(const CustomOperators& operators, const NodeReader& node);
/// Why the node is not one for the caller's functions; empty when it is.
std::string custom_why_not(const NodeReader& node, const CustomOperator& functions);
/// The node as an operator that calls the functions. `path` is the model's.
void translate_custom(TranslateContext& c, std::shared_ptr<const CustomOperator> functions,
                      const std::string& path);

}  // namespace fovea::onnx_import
