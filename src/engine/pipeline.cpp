#include "engine/pipeline.hpp"

#include "base/check.hpp"
#include "base/log.hpp"
#include "engine/forward_graph.hpp"
#include "engine/imported_graph.hpp"
#include "engine/rule_notes.hpp"
#include "engine/rule_set.hpp"
#include "ops/kernel_work.hpp"
#include "passes/pipeline.hpp"

#include <algorithm>

namespace fovea {
namespace {

std::vector<TensorInfo> infos(const ir::Graph& graph, const std::vector<ir::ValueId>& ids) {
  std::vector<TensorInfo> result;
  for (ir::ValueId id : ids)
    result.push_back({graph.value(id).name, graph.type(id).dtype, graph.type(id).shape, {}});
  return result;
}

/// InputError where the first extent of what is differentiated is not the batch.
void check_batch(const ir::Graph& forward, const ProgramOptions& options, const TensorInfo& target) {
  const bool is_layer = !options.layer.empty() && target.layout;
  const bool holds_batch =
      is_layer ? target.layout->pictures() == options.batch
               : (target.shape.rank() >= 1 && target.shape[0] == options.batch) || options.batch == 1;
  FOVEA_CHECK(holds_batch, "the output '{}' has shape {}: its first extent is not the batch of {}",
              forward.output_names().front(), to_string(target.shape), options.batch);
}

autodiff::Differentiated differentiated(const ir::Graph& forward, const ProgramOptions& options, Rule rule,
                                        ir::ValueId wrt, ProgramReport& report) {
  const LogTimer timer;
  autodiff::Differentiated made =
      autodiff::differentiate(forward, forward.outputs().front(), wrt, rule_set(options, rule));
  log_event(LogLevel::Detail, "differentiated by rule {}: {} nodes, then {} ({:.1f} ms)",
            rule_name(options, rule), forward.nodes().size(), made.graph.nodes().size(),
            timer.milliseconds());
  for (const auto& [op, count] : made.overridden)
    report.rule_hits += count;
  if (rule != Rule::Gradient || options.rectifier_rule)
    if (Note note = note_of_rule(rule_name(options, rule), made);
        std::find(report.notes.begin(), report.notes.end(), note) == report.notes.end())
      report.notes.push_back(std::move(note));
  return made;
}

/// The forward graph differentiated once for each backward pass; what each is with respect to goes to
/// `values`.
std::vector<autodiff::Differentiated> all_differentiated(const ir::Graph& forward,
                                                         const ProgramOptions& options,
                                                         std::vector<WrtValue>& values,
                                                         ProgramReport& report) {
  const std::vector<std::string> names = wrt_values_of(options);
  std::vector<autodiff::Differentiated> all;
  for (const BackwardPass& pass : backward_passes_of(options)) {
    std::optional<std::size_t> output;
    if (!pass.wrt.empty())
      output = forward.outputs().size() - names.size() +
               static_cast<std::size_t>(std::find(names.begin(), names.end(), pass.wrt) - names.begin());
    const ir::ValueId wrt = output ? forward.outputs()[*output] : forward.inputs().front();
    values.push_back({infos(forward, {wrt}).front(), output});
    all.push_back(differentiated(forward, options, pass.rule, wrt, report));
  }
  note_estimates(forward, report);
  return all;
}

}  // namespace

BuiltGraph build_graph(const Model& model, const ProgramOptions& options, ProgramReport& report,
                       const Surround& surround) {
  ForwardGraph forward = forward_graph(model, options, report.notes);
  const ir::Graph& graph = forward.graph;
  report.multiply_adds = ops::multiply_adds(graph);
  BuiltGraph built{{},
                   infos(graph, graph.inputs()),
                   infos(graph, graph.outputs()),
                   std::move(forward.head),
                   forward.has_further_scores,
                   {}};
  for (std::size_t i = 0; i < built.outputs.size(); ++i) {
    built.outputs[i].name = graph.output_names()[i];
    built.outputs[i].layout = forward.layouts[i];
  }
  if (options.direction == Direction::Forward) {
    built.graph = std::move(forward.graph);
    return built;
  }
  check_batch(graph, options, built.outputs.front());
  std::vector<autodiff::Differentiated> made = all_differentiated(graph, options, built.wrt, report);
  FOVEA_ASSERT(!surround || made.size() == 1);
  built.graph =
      passes::run(passes::final_passes(),
                  surround ? surround(made.front()) : autodiff::join(graph, std::move(made)), report.notes);
  return built;
}

}  // namespace fovea
