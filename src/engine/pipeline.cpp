#include "engine/pipeline.hpp"

#include "autodiff/baseline_twin.hpp"
#include "autodiff/bias_terms.hpp"
#include "base/check.hpp"
#include "base/log.hpp"
#include "engine/block_scores.hpp"
#include "engine/forward_graph.hpp"
#include "engine/imported_graph.hpp"
#include "engine/rule_notes.hpp"
#include "engine/rule_set.hpp"
#include "ops/axis_roles.hpp"
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

/// The same with the layouts of the values, as they follow from the picture.
std::vector<TensorInfo> with_layouts(const ir::Graph& graph, const std::vector<ir::ValueId>& ids) {
  const ir::ValueId picture = graph.inputs().front();
  const std::vector<ops::AxisRoles> roles =
      ops::axis_roles(graph, picture, ops::picture_roles(graph.shape(picture), false));
  std::vector<TensorInfo> result = infos(graph, ids);
  for (std::size_t i = 0; i < ids.size(); ++i)
    result[i].layout = ops::layer_layout(graph.shape(ids[i]), roles[static_cast<std::size_t>(ids[i])]);
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

/// The forward part of what is differentiated.
struct Forward {
  const ir::Graph& graph;
  std::vector<ir::ValueId> twins;  ///< of a graph with a baseline (autodiff::BaselineTwin)
  std::size_t first_wrt = 0;       ///< the first of the outputs that passes are with respect to
  std::vector<ir::ValueId> probabilities, block_scores;  ///< of the attention layers
};

/// One gradient: of `target`, with respect to values, by a rule.
autodiff::Differentiated differentiated(const Forward& forward, const ProgramOptions& options, Rule rule,
                                        ir::ValueId target, const std::vector<ir::ValueId>& wrt,
                                        bool with_bias_terms, ProgramReport& report) {
  const LogTimer timer;
  const bool lifts = options.deep_lift && rule == Rule::Gradient;
  autodiff::RuleSet rules = lifts ? autodiff::deep_lift_rules(forward.twins) : rule_set(options, rule);
  if (with_bias_terms)
    rules.remainder = autodiff::bias_term;
  autodiff::Differentiated made = autodiff::differentiate(forward.graph, target, wrt, rules);
  log_event(LogLevel::Detail, "differentiated by rule {}: {} nodes, then {} ({:.1f} ms)",
            rule_name(options, rule), forward.graph.nodes().size(), made.graph.nodes().size(),
            timer.milliseconds());
  for (const auto& [op, count] : made.overridden)
    report.rule_hits += count;
  if (lifts || rule != Rule::Gradient || options.rectifier_rule)
    if (Note note = note_of_rule(lifts ? std::string_view(rules.name) : rule_name(options, rule), made);
        std::find(report.notes.begin(), report.notes.end(), note) == report.notes.end())
      report.notes.push_back(std::move(note));
  return made;
}

/// The output that holds what a pass is with respect to; none for the picture and for attention.
std::optional<std::size_t> wrt_output(const Forward& forward, const ProgramOptions& options,
                                      const BackwardPass& pass) {
  if (pass.wrt.empty() || is_to_attention(pass))
    return {};
  const std::vector<std::string> names = wrt_values_of(options);
  return forward.first_wrt +
         static_cast<std::size_t>(std::find(names.begin(), names.end(), pass.wrt) - names.begin());
}

/// The forward graph differentiated for all backward passes; what each is with respect to goes to `values`.
std::vector<autodiff::Differentiated> all_differentiated(const Forward& forward,
                                                         const ProgramOptions& options,
                                                         std::vector<WrtValues>& values,
                                                         ProgramReport& report) {
  const ir::Graph& graph = forward.graph;
  std::vector<autodiff::Differentiated> all;
  const auto add = [&](const BackwardPass& pass, ir::ValueId target, const std::vector<ir::ValueId>& wrt) {
    all.push_back(
        differentiated(forward, options, pass.rule, target, wrt, options.bias_terms && all.empty(), report));
  };
  for (const BackwardPass& pass : backward_passes_of(options)) {
    const std::optional<std::size_t> output = wrt_output(forward, options, pass);
    const std::vector<ir::ValueId> wrt = is_to_attention(pass) ? forward.probabilities
                                         : output              ? std::vector{graph.outputs()[*output]}
                                                               : std::vector{graph.inputs().front()};
    values.push_back({infos(graph, wrt), output});
    if (pass.wrt != kAttentionOfBlocks) {
      add(pass, graph.outputs().front(), wrt);
      continue;
    }
    for (std::size_t l = 0; l < wrt.size(); ++l) {
      add(pass, forward.block_scores[l], {wrt[l]});
      all.back().shares_seed = l > 0;
    }
  }
  note_estimates(graph, report);
  return all;
}

bool needs_block_scores(const ProgramOptions& options) {
  const std::vector<BackwardPass> passes = backward_passes_of(options);
  return std::any_of(passes.begin(), passes.end(),
                     [](const BackwardPass& pass) { return pass.wrt == kAttentionOfBlocks; });
}

}  // namespace

BuiltGraph build_graph(const Model& model, const ProgramOptions& options, ProgramReport& report,
                       const Surround& surround) {
  ForwardGraph forward = forward_graph(model, options, report.notes);
  report.multiply_adds = ops::multiply_adds(forward.graph);
  const std::size_t layers = forward.attention.layers.size();
  const std::size_t first_wrt = forward.graph.outputs().size() - layers - wrt_values_of(options).size();
  std::vector<ir::ValueId> twins;
  if (options.deep_lift) {
    autodiff::BaselineTwin twin = autodiff::with_baseline(forward.graph, forward.graph.inputs().front());
    forward.graph = std::move(twin.graph);
    forward.layouts.emplace_back();
    twins = std::move(twin.twins);
  }
  std::vector<ir::ValueId> probabilities, block_scores;
  for (const AttentionLayer& layer : forward.attention.layers)
    probabilities.push_back(forward.graph.outputs()[layer.output]);
  if (needs_block_scores(options))
    block_scores = add_block_scores(forward.graph, probabilities);
  const ir::Graph& graph = forward.graph;
  BuiltGraph built{{},
                   infos(graph, graph.inputs()),
                   infos(graph, graph.outputs()),
                   std::move(forward.head),
                   forward.has_further_scores,
                   forward.region_scores,
                   {},
                   {},
                   forward.attention};
  for (std::size_t i = 0; i < built.outputs.size(); ++i) {
    built.outputs[i].name = graph.output_names()[i];
    built.outputs[i].layout = forward.layouts[i];
  }
  if (forward.input_layout)
    built.inputs.front().layout = std::move(forward.input_layout);
  if (options.direction == Direction::Forward) {
    built.graph = std::move(forward.graph);
    return built;
  }
  check_batch(graph, options, built.outputs.front());
  std::vector<autodiff::Differentiated> made = all_differentiated(
      {graph, std::move(twins), first_wrt, std::move(probabilities), std::move(block_scores)}, options,
      built.wrt, report);
  if (options.bias_terms)
    built.bias_terms = with_layouts(graph, made.front().remainders);
  FOVEA_ASSERT(!surround || made.size() == 1);
  built.graph =
      passes::run(passes::final_passes(),
                  surround ? surround(made.front()) : autodiff::join(graph, std::move(made)), report.notes);
  return built;
}

}  // namespace fovea
