#pragma once

#include <onnx/onnx_pb.h>

#include <map>
#include <string>
#include <tuple>

namespace fovea::onnx_import {

/// The functions that a model contains (ModelProto.functions).
class FunctionTable {
public:
  /// InputError where two have one name.
  explicit FunctionTable(const onnx::ModelProto& model);
  bool empty() const { return functions_.empty(); }
  /// The function that a node calls, or nullptr.
  const onnx::FunctionProto* find(const onnx::NodeProto& node) const;

private:
  std::map<std::tuple<std::string, std::string, std::string>, const onnx::FunctionProto*> functions_;
};

/// Attributes by name.
using Bindings = std::map<std::string, onnx::AttributeProto>;

/// The attributes visible in a function's body: those of the call, and the defaults of those that it omits.
Bindings bind_attributes(const onnx::FunctionProto& function, const onnx::NodeProto& call);

/// Replaces references to the function's attributes by their bindings; references to an attribute that is
/// neither passed nor has a default are dropped.
void resolve_references(onnx::NodeProto& node, const Bindings& bindings);

}  // namespace fovea::onnx_import
