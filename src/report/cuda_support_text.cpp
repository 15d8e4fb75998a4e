#include "report/cuda_support_text.hpp"

#include "base/utf8.hpp"
#include "base/wrapped_text.hpp"
#include "report/table.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace fovea {
namespace {

using Json = nlohmann::ordered_json;

struct Count {
  std::int64_t nodes = 0, gaps = 0;
};

std::map<std::string, Count> by_operator(const CudaSupport& support) {
  std::map<std::string, Count> counts;
  for (const CudaNode& node : support.nodes) {
    Count& count = counts[node.operator_name];
    ++count.nodes;
    count.gaps += node.reason.empty() ? 0 : 1;
  }
  return counts;
}

TableCell whole(std::int64_t number) {
  return {number, std::to_string(number)};
}

Table operator_table(const CudaSupport& support) {
  Table table({{"operator", "operator"}, {"nodes", "nodes", true}, {"on_gpu", "on the GPU", true}});
  for (const auto& [name, count] : by_operator(support))
    table.add_row({{name, name}, whole(count.nodes), whole(count.nodes - count.gaps)});
  return table;
}

/// Nodes of one operator that do not run on the GPU for one reason, as one row.
Table gap_table(const CudaSupport& support) {
  std::vector<std::pair<const CudaNode*, std::vector<std::string>>> groups;
  for (const CudaNode& node : support.nodes) {
    if (node.reason.empty())
      continue;
    auto at = groups.begin();
    while (at != groups.end() && (at->first->operator_name != node.operator_name ||
                                  at->first->reason != node.reason || at->first->instead != node.instead))
      ++at;
    if (at == groups.end())
      at = groups.insert(at, {&node, {}});
    at->second.push_back(node.node);
  }
  Table table({{"operator", "operator", false, true},
               {"nodes", "nodes"},
               {"reason", "why not on the GPU"},
               {"instead", "what runs there instead"}});
  for (const auto& [node, names] : groups) {
    constexpr std::size_t most = 3;
    std::vector<std::string> some(names.begin(),
                                  names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), most)));
    std::string list = fmt::format("{}", fmt::join(some, ", "));
    if (names.size() > most)
      list += fmt::format(" and {} more", names.size() - most);
    table.add_row({{node->operator_name, node->operator_name},
                   {list, list},
                   {node->reason, node->reason},
                   {node->instead, node->instead}});
  }
  return table;
}

std::string verdict(const CudaSupport& support, const std::string& file) {
  const std::int64_t gaps = support.gaps();
  const auto nodes = static_cast<std::int64_t>(support.nodes.size());
  const std::string runs = gaps == 0 ? "all" : fmt::format("{} of {}", nodes - gaps, nodes);
  return fmt::format("{}: {} {}, operator set {}; the CUDA provider of ONNX Runtime {} runs {}\n",
                     shown(file), nodes, nodes == 1 ? "node" : "nodes", support.opset, support.version, runs);
}

std::string source(const CudaSupport& support) {
  std::string text = fmt::format(
      "By the list of operators that ONNX Runtime {} published ({}), and limits from its sources.",
      support.version, support.date);
  if (support.opset > support.last_opset)
    text +=
        fmt::format(" It ends with operator set {}, as of which the nodes are judged.", support.last_opset);
  return text + "\n";
}

}  // namespace

Json cuda_support_json(const CudaSupport& support, const std::string& file,
                       const std::optional<std::int64_t>& rewritten) {
  Json json = {{"file", file},
               {"opset", support.opset},
               {"provider", "CUDAExecutionProvider"},
               {"onnxruntime",
                {{"version", support.version}, {"date", support.date}, {"last_opset", support.last_opset}}},
               {"node_count", support.nodes.size()},
               {"gaps", support.gaps()}};
  if (rewritten)
    json["gaps_in_canonical_form"] = *rewritten;
  json["operators"] = operator_table(support).json();
  json["nodes"] = Json::array();
  for (const CudaNode& node : support.nodes)
    json["nodes"].push_back({{"node", node.node},
                             {"operator", node.operator_name},
                             {"on_gpu", node.reason.empty()},
                             {"reason", node.reason},
                             {"instead", node.instead}});
  return json;
}

std::string cuda_support_text(const CudaSupport& support, const std::string& file, std::size_t width,
                              const std::optional<std::int64_t>& rewritten) {
  std::string text = hanging_lines(verdict(support, file), width);
  text += "\n" + operator_table(support).text(width);
  if (support.gaps() > 0)
    text += "\n" + gap_table(support).text(width);
  text += "\n" + hanging_lines(source(support), width);
  if (rewritten) {
    const std::string rest = *rewritten == 0   ? "no such node"
                             : *rewritten == 1 ? "1 such node"
                                               : fmt::format("{} such nodes", *rewritten);
    text += hanging_lines(fmt::format("'fovea export canonical' would write the network with {}.\n", rest),
                          width);
  }
  return text;
}

std::string cuda_support_error(const CudaSupport& support) {
  const std::int64_t gaps = support.gaps();
  return gaps == 0 ? ""
                   : fmt::format("{} of {} nodes do not run on an NVIDIA GPU", gaps, support.nodes.size());
}

}  // namespace fovea
