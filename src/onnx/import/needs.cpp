#include "onnx/import/needs.hpp"

#include "base/check.hpp"
#include "onnx/import/custom_node.hpp"
#include "onnx/import/translate.hpp"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <array>

namespace fovea::onnx_import {
namespace {

constexpr int kNobody = -1;

/// Walks from wanted values back to weights and inputs.
class Walk {
public:
  Walk(const OnnxFile& file, const OnnxFile::Contents& contents)
      : file_(file), contents_(contents), graph_(contents.model->graph()),
        needed_(static_cast<std::size_t>(graph_.node_size()), false) {
    result_.inputs.assign(file.inputs.size(), false);
    for (std::size_t i = 0; i < file.inputs.size(); ++i)
      inputs_.emplace(file.inputs[i].name, i);
  }

  Needs run(const std::vector<std::string>& values) {
    for (const std::string& value : values)
      want(value, kNobody, false);
    while (!pending_.empty()) {
      const int n = pending_.back();
      pending_.pop_back();
      for (const std::string& input : graph_.node(n).input())
        if (!input.empty())
          want(input, n, is_optional(n));
    }
    std::size_t ordered = 0;
    for (int n : contents_.order) {
      if (!needed_[static_cast<std::size_t>(n)])
        continue;
      ++ordered;
      check_supported(n);
      if (contents_.constants.count(n) == 0)
        result_.order.push_back(n);
    }
    if (ordered < static_cast<std::size_t>(std::count(needed_.begin(), needed_.end(), true)))
      fault_at(find_cycle(), "lies on a cycle: it needs its own result");
    return std::move(result_);
  }

private:
  void fault_at(int n, const std::string& message) {
    if (n == kNobody) {
      result_.faults.emplace_back(message, ModelLocation{file_.path, {}, {}});
      return;
    }
    const NodeReader node(graph_.node(n));
    result_.faults.emplace_back(message, ModelLocation{file_.path, node.name(), node.operator_name()});
  }

  const NodeScope& scope(int n) const { return contents_.scopes[static_cast<std::size_t>(n)]; }

  /// Whether a node may not run, or not read all of its inputs: what lies in a branch, and what joins two.
  /// Damage there is an error when the branch is chosen.
  bool is_optional(int n) const {
    return !scope(n).guards.empty() || NodeReader(graph_.node(n)).operator_name() == "If";
  }

  void want(const std::string& value, int reader, bool optional) {
    if (!result_.read.insert(value).second)
      return;
    const auto fault = contents_.faults.find(value);
    if (fault != contents_.faults.end() && !optional)
      result_.faults.push_back(fault->second);
    if (const auto input = inputs_.find(value); input != inputs_.end()) {
      result_.inputs[input->second] = true;
      return;
    }
    if (contents_.weights.count(value) > 0 || contents_.faults.count(value) > 0)
      return;
    const auto writer = contents_.writers.find(value);
    if (writer == contents_.writers.end()) {
      if (optional)
        return;
      fault_at(reader, reader == kNobody ? fmt::format("nothing writes the output '{}'", value)
                                         : fmt::format("reads '{}', which nothing writes", value));
      return;
    }
    const auto index = static_cast<std::size_t>(writer->second);
    if (!needed_[index])
      pending_.push_back(writer->second);
    needed_[index] = true;
  }

  void check_supported(int n) {
    if (!scope(n).guards.empty())
      return;
    const NodeReader node(graph_.node(n), &result_.read);
    try {
      const std::string reason = why_unsupported(node, contents_, scope(n).opset);
      if (!reason.empty())
        result_.unsupported.push_back({node.name(), node.operator_name(), reason, true});
    } catch (const InputError& error) {
      fault_at(n, error.what());
    }
  }

  /// A node on a cycle: starting at a needed node that has no place in the order, each step goes to such a
  /// node that it waits for, so a node must come up twice.
  int find_cycle() const {
    std::vector<bool> waits = needed_, seen(needed_.size(), false);
    for (int n : contents_.order)
      waits[static_cast<std::size_t>(n)] = false;
    auto node = static_cast<int>(std::find(waits.begin(), waits.end(), true) - waits.begin());
    while (!seen[static_cast<std::size_t>(node)]) {
      seen[static_cast<std::size_t>(node)] = true;
      for (const std::string& input : graph_.node(node).input())
        if (const auto writer = contents_.writers.find(input);
            writer != contents_.writers.end() && waits[static_cast<std::size_t>(writer->second)]) {
          node = writer->second;
          break;
        }
    }
    return node;
  }

  const OnnxFile& file_;
  const OnnxFile::Contents& contents_;
  const onnx::GraphProto& graph_;
  std::vector<bool> needed_;
  std::unordered_map<std::string, std::size_t> inputs_;
  std::vector<int> pending_;
  Needs result_;
};

/// Whether a port may be a tensor: one of undefined kind may.
bool is_tensor(const ModelPort& port) {
  constexpr std::array<std::string_view, 4> others = {"sequence", "map", "optional", "sparse tensor"};
  return std::find(others.begin(), others.end(), port.element_type) == others.end();
}

}  // namespace

void Needs::check(const std::string& path) const {
  if (!faults.empty())
    throw faults.front();
  if (unsupported.empty())
    return;
  const UnsupportedNode& first = unsupported.front();
  if (unsupported.size() == 1)
    throw ModelError(first.reason, {.path = path, .node = first.node, .operator_name = first.operator_name});
  std::vector<std::string> parts;
  for (const UnsupportedNode& node : unsupported)
    parts.push_back(fmt::format("'{}' ({}): {}", node.node, node.operator_name, node.reason));
  throw ModelError(
      fmt::format("{} nodes use unsupported operators: {}", unsupported.size(), fmt::join(parts, ", ")),
      {.path = path, .node = {}, .operator_name = {}});
}

Needs find_needs(const OnnxFile& file, const OnnxFile::Contents& contents,
                 const std::vector<std::string>& values) {
  return Walk(file, contents).run(values);
}

Needs find_needs(const OnnxFile& file, const std::vector<std::string>& values) {
  return find_needs(file, file.contents(), values);
}

std::vector<std::string> computable_outputs(const OnnxFile& file) {
  std::vector<std::string> names;
  for (const ModelPort& output : file.outputs)
    if (is_tensor(output) && find_needs(file, {output.name}).computable())
      names.push_back(output.name);
  return names;
}

std::string why_unsupported(const NodeReader& node, const OnnxFile::Contents& contents, std::int64_t opset) {
  if (const auto functions = find_custom(contents.operators, node))
    return custom_why_not(node, *functions);
  const std::string& domain = node.proto().domain();
  if (!node.in_default_domain() && domain != "com.microsoft")
    return fmt::format("the domain '{}' is not supported", domain);
  if (node.operator_name() == "Loop")
    return loop_why_not(node);
  if (node.operator_name() == "Scan")
    return scan_why_not(node, opset);
  if (node.has_subgraph() && node.operator_name() != "If")
    return "operators with a subgraph are not supported";
  const Translation* translation = find_translation(node.proto().op_type(), domain);
  if (!translation)
    return "the operator is not supported";
  return translation->why_not ? translation->why_not(node, opset) : std::string();
}

std::optional<Note> note_ignored(const OnnxFile& file, const std::vector<std::string>& values,
                                 bool outputs_matter) {
  const Needs needs = find_needs(file, values);
  Note note{NoteKind::LeftOut, {0, 0, 0}, {values.front()}};
  const auto add = [&](std::size_t what, const std::string& name) {
    ++note.counts[what];
    note.names.push_back(name);
  };
  for (const ModelPort& output : file.outputs)
    if (outputs_matter && std::find(values.begin(), values.end(), output.name) == values.end())
      add(0, output.name);
  for (const UnsupportedNode& node : file.unsupported_nodes) {
    const auto same = [&](const UnsupportedNode& other) { return other.node == node.node; };
    if (std::none_of(needs.unsupported.begin(), needs.unsupported.end(), same))
      add(1, node.node);
  }
  for (const auto& [value, fault] : file.contents().faults)
    if (needs.read.count(value) == 0)
      add(2, value);
  return note.names.size() > 1 ? std::optional(std::move(note)) : std::nullopt;
}

}  // namespace fovea::onnx_import
