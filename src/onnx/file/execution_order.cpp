#include "onnx/file/execution_order.hpp"

#include <onnx/onnx_pb.h>

#include <functional>
#include <queue>

namespace fovea::onnx_import {

std::unordered_map<std::string, int> find_writers(const onnx::GraphProto& graph) {
  std::unordered_map<std::string, int> writers;
  for (int n = 0; n < graph.node_size(); ++n)
    for (const std::string& output : graph.node(n).output())
      if (!output.empty())
        writers.emplace(output, n);
  return writers;
}

std::vector<int> execution_order(const onnx::GraphProto& graph, const std::vector<NodeScope>& scopes,
                                 const std::unordered_map<std::string, int>& writers) {
  const auto count = static_cast<std::size_t>(graph.node_size());
  std::vector<int> waiting(count, 0);
  std::vector<std::vector<int>> readers(count);
  const auto wait_for = [&](int n, const std::string& value) {
    const auto writer = writers.find(value);
    if (writer == writers.end())
      return;
    readers[static_cast<std::size_t>(writer->second)].push_back(n);
    ++waiting[static_cast<std::size_t>(n)];
  };
  for (int n = 0; n < graph.node_size(); ++n) {
    for (const std::string& input : graph.node(n).input())
      wait_for(n, input);
    for (const Guard& guard : scopes[static_cast<std::size_t>(n)].guards)
      wait_for(n, guard.condition);
  }
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
  return order;
}

}  // namespace fovea::onnx_import
