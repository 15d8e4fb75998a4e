#include "engine/forward_graph.hpp"

#include "base/check.hpp"
#include "base/log.hpp"
#include "engine/attention.hpp"
#include "engine/imported_graph.hpp"
#include "engine/model_impl.hpp"
#include "engine/output_layouts.hpp"
#include "engine/region_rows.hpp"
#include "engine/score_output.hpp"
#include "passes/begin_at.hpp"
#include "passes/given_probabilities.hpp"
#include "passes/randomize_weights.hpp"
#include "passes/score_head.hpp"

#include <algorithm>

namespace fovea {
namespace {

/// The activation if the graph does not show it or the caller overrides it.
void settle_activation(ScoreHead& head, bool is_found, std::int64_t scores, const ProgramOptions& options,
                       passes::Notes& notes) {
  if (options.activation) {
    if (head.activation != *options.activation)
      head.groups.clear();
    head.activation = *options.activation;
    return;
  }
  if (is_found)
    return;
  head = {scores > 1 ? Activation::Softmax : Activation::Sigmoid, true};
  // That several scores without an activation are a softmax's is so common that it is no news: `fovea info`
  // and the log tell it.
  const Note note{NoteKind::ActivationAssumed, {scores}, {std::string(name_of(head.activation))}};
  if (scores == 1 && options.head == ProgramOptions::Head::Classes)
    notes.push_back(note);
  else
    log_event(LogLevel::Detail, "{}", to_string(note));
}

/// Takes the scores of the first output.
void take_head(ForwardGraph& forward, const ProgramOptions& options, passes::Notes& notes) {
  passes::ScoredGraph scored = passes::take_scores(forward.graph, options.batch, notes);
  forward.graph = std::move(scored.graph);
  ir::verify(forward.graph, "pass take_scores");
  forward.has_further_scores = scored.has_further_scores;
  if (forward.has_further_scores)
    forward.layouts.insert(forward.layouts.begin() + 1, std::nullopt);
  const std::int64_t scores = forward.graph.shape(forward.graph.outputs().front()).elements() / options.batch;
  bool is_found = scored.head.has_value();
  if (is_found)
    forward.head = *scored.head;
  if (!is_found && !options.activation)
    if (auto given = passes::find_given_probabilities(forward.graph, notes)) {
      is_found = true;
      forward.head = {given->activation};
      forward.graph = std::move(given->graph);
      ir::verify(forward.graph, "pass find_given_probabilities");
    }
  settle_activation(forward.head, is_found, scores, options, notes);
}

/// Sums the scores of each position over a region.
void take_region(ForwardGraph& forward, const ProgramOptions& options) {
  RegionRows rows = make_region_rows(forward.graph, options.activation);
  forward.graph = std::move(rows.graph);
  ir::verify(forward.graph, "pass make_region_rows");
  forward.layouts.insert(forward.layouts.begin() + 1, forward.layouts.front());
  forward.head = {Activation::None};
  forward.region_scores = RegionScores{.are_exclusive = rows.are_exclusive};
}

void make_rows(ForwardGraph& forward, const ProgramOptions& options, passes::Notes& notes) {
  const ir::ValueId output = forward.graph.outputs().front();
  const std::int64_t scores = forward.graph.shape(output).elements() / options.batch;
  const Activation activation = forward.head.activation;
  const auto rows = scores > 1                          ? passes::ClassRows::AsTheyAre
                    : activation == Activation::Sigmoid ? passes::ClassRows::ScoreAndNegative
                    : activation == Activation::Given   ? passes::ClassRows::ProbabilityAndRest
                                                        : passes::ClassRows::AsTheyAre;
  forward.graph = passes::make_class_rows(forward.graph, options.batch, rows);
  ir::verify(forward.graph, "pass make_class_rows");
  if (rows != passes::ClassRows::AsTheyAre)
    notes.push_back(
        {activation == Activation::Given ? NoteKind::TwoClassesOfProbability : NoteKind::TwoClassesOfScore});
}

/// Makes the last output, which is the value at which the program begins, its first input.
void begin_at_last_output(ForwardGraph& forward) {
  const ir::ValueId begin = forward.graph.outputs().back();
  const std::vector<ir::ValueId>& outputs = forward.graph.outputs();
  const std::string& name = forward.graph.output_names().back();
  FOVEA_CHECK(forward.graph.producer(begin),
              "the program cannot begin at '{}', which is not computed from the picture", name);
  FOVEA_CHECK(std::count(outputs.begin(), outputs.end(), begin) == 1,
              "the program cannot begin at '{}', which is its output", name);
  forward.input_layout = std::move(forward.layouts.back());
  forward.layouts.pop_back();
  forward.graph = passes::begin_at(forward.graph, begin);
  ir::verify(forward.graph, "pass begin_at");
}

/// Makes the probabilities of attention the last outputs.
void add_attention(ForwardGraph& forward, const ProgramOptions& options) {
  GlobalAttention found = global_attention(forward.graph, options.batch);
  for (const ir::ValueId id : found.probabilities)
    forward.graph.add_output(id, forward.graph.value(id).name);
  forward.attention = std::move(found.attention);
}

/// The outputs of the attention layers, once there are no more others to come.
void number_attention(ForwardGraph& forward) {
  std::vector<AttentionLayer>& layers = forward.attention.layers;
  const std::size_t first = forward.graph.outputs().size() - layers.size();
  for (std::size_t i = 0; i < layers.size(); ++i)
    layers[i].output = first + i;
}

}  // namespace

ForwardGraph forward_graph(const Model& model, const ProgramOptions& options, passes::Notes& notes) {
  using Head = ProgramOptions::Head;
  const bool has_targets = !options.targets.empty();
  const bool has_scores = options.layer.empty() && options.head != Head::AsInFile && !has_targets;
  const bool has_classes = has_scores && options.head == Head::Classes;
  if (has_classes)
    check_declared_scores(model, options);
  const LogTimer timer;
  ForwardGraph forward{imported_graph(model, options), {}};
  log_event(LogLevel::Summary, "imported {}: {} nodes ({:.1f} ms)", model.path(),
            forward.graph.nodes().size(), timer.milliseconds());
  ModelAccess::impl(model).file->release_pages();
  FOVEA_CHECK(!forward.graph.outputs().empty(), "the model has no output");
  const std::vector<std::string> names = wrt_values_of(options);
  for (std::size_t i = 0; i < names.size(); ++i)
    FOVEA_CHECK(
        forward.graph.producer(forward.graph.outputs()[forward.graph.outputs().size() - names.size() + i]),
        "'{}' is not computed from the picture", names[i]);
  if (wants_attention(options))
    add_attention(forward, options);
  forward.layouts = output_layouts(model, forward.graph, options);
  const Shape shape_in_file = forward.graph.shape(forward.graph.outputs().front());
  if (has_classes)
    check_class_scores(model, options, forward.graph);
  if (options.sum_over_region)
    take_region(forward, options);
  else if (has_scores)
    take_head(forward, options, notes);
  if (has_targets)
    forward.head = {options.activation.value_or(Activation::None)};
  forward.graph = passes::run(passes::canonical_passes(), std::move(forward.graph), notes);
  if (!options.shuffled_layers.empty())
    forward.graph = passes::randomize_weights(forward.graph, options.shuffled_layers, options.shuffle_seed);
  if (options.final_relu == ProgramOptions::FinalRelu::Remove)
    forward.graph = passes::run(passes::final_relu_passes(), std::move(forward.graph), notes);
  if (has_classes && !options.sum_over_region)
    make_rows(forward, options, notes);
  if (forward.graph.shape(forward.graph.outputs().front()) != shape_in_file)
    forward.layouts.front().reset();
  if (!options.begin_at.empty())
    begin_at_last_output(forward);
  if (forward.region_scores)  // behind the value at which the program begins, and the picture if it is needed
    forward.region_scores->region_input = forward.graph.inputs().size() - 1;
  number_attention(forward);
  return forward;
}

}  // namespace fovea
