#include "onnx/execution_order.hpp"

#include "base/check.hpp"
#include "onnx/node_reader.hpp"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <functional>
#include <queue>
#include <unordered_map>

namespace fovea::onnx_import {
namespace {

using Writers = std::unordered_map<std::string, int>;

[[noreturn]] void fail(const std::string& path, const onnx::NodeProto& node, const std::string& message) {
  const NodeReader reader(node);
  throw ModelError(message, {.path = path, .node = reader.name(), .operator_name = reader.operator_name()});
}

Writers find_writers(const onnx::GraphProto& graph, const std::set<std::string>& given,
                     const std::string& path) {
  Writers writers;
  for (int n = 0; n < graph.node_size(); ++n)
    for (const std::string& output : graph.node(n).output()) {
      if (output.empty())
        continue;
      if (given.count(output) > 0)
        fail(path, graph.node(n),
             fmt::format("writes '{}', which is an input or a weight of the model", output));
      const auto [at, inserted] = writers.emplace(output, n);
      if (!inserted)
        fail(path, graph.node(n),
             fmt::format("writes '{}', which node '{}' writes too", output,
                         NodeReader(graph.node(at->second)).name()));
    }
  return writers;
}

/// A node on a cycle: starting at an unfinished node, each step goes to an unfinished node that it waits for,
/// so a node must come up twice.
int find_cycle(const onnx::GraphProto& graph, const Writers& writers, const std::vector<int>& waiting) {
  auto unfinished = [&](int n) { return waiting[static_cast<std::size_t>(n)] > 0; };
  std::vector<bool> seen(waiting.size(), false);
  int node = 0;
  while (!unfinished(node))
    ++node;
  while (!seen[static_cast<std::size_t>(node)]) {
    seen[static_cast<std::size_t>(node)] = true;
    for (const std::string& input : graph.node(node).input())
      if (const auto writer = writers.find(input); writer != writers.end() && unfinished(writer->second)) {
        node = writer->second;
        break;
      }
  }
  return node;
}

}  // namespace

std::vector<int> execution_order(const onnx::GraphProto& graph, const std::set<std::string>& given,
                                 const std::string& path) {
  const Writers writers = find_writers(graph, given, path);
  const auto count = static_cast<std::size_t>(graph.node_size());
  std::vector<int> waiting(count, 0);
  std::vector<std::vector<int>> readers(count);
  for (int n = 0; n < graph.node_size(); ++n)
    for (const std::string& input : graph.node(n).input()) {
      if (input.empty() || given.count(input) > 0)
        continue;
      const auto writer = writers.find(input);
      if (writer == writers.end())
        fail(path, graph.node(n), fmt::format("reads '{}', which nothing writes", input));
      readers[static_cast<std::size_t>(writer->second)].push_back(n);
      ++waiting[static_cast<std::size_t>(n)];
    }
  for (const auto& output : graph.output())
    if (given.count(output.name()) == 0 && writers.count(output.name()) == 0)
      throw ModelError(fmt::format("nothing writes the output '{}'", output.name()),
                       {.path = path, .node = {}, .operator_name = {}});

  std::priority_queue<int, std::vector<int>, std::greater<>> ready;
  for (int n = 0; n < graph.node_size(); ++n)
    if (waiting[static_cast<std::size_t>(n)] == 0)
      ready.push(n);
  std::vector<int> order;
  while (!ready.empty()) {
    const int n = ready.top();
    ready.pop();
    order.push_back(n);
    for (int reader : readers[static_cast<std::size_t>(n)])
      if (--waiting[static_cast<std::size_t>(reader)] == 0)
        ready.push(reader);
  }
  if (order.size() < count)
    fail(path, graph.node(find_cycle(graph, writers, waiting)), "lies on a cycle: it needs its own result");
  return order;
}

}  // namespace fovea::onnx_import
