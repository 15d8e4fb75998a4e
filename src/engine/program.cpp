#include "fovea/program.hpp"

#include "autodiff/backward.hpp"
#include "backend/table.hpp"
#include "base/check.hpp"
#include "base/forked.hpp"
#include "base/log.hpp"
#include "engine/compile.hpp"
#include "engine/forward_graph.hpp"
#include "engine/imported_graph.hpp"
#include "engine/lower_program.hpp"
#include "engine/model_impl.hpp"
#include "engine/rule_set.hpp"
#include "fovea/layers.hpp"
#include "ir/text.hpp"
#include "onnx/file/node_outputs.hpp"
#include "onnx/import/needs.hpp"
#include "ops/multiply_adds.hpp"
#include "ops/round_straight_through.hpp"
#include "passes/pipeline.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <new>
#include <stdexcept>
#include <thread>

namespace fovea {
namespace {

/// Says which of several things of one name a layer is.
void note_ambiguous_names(const Model& model, const ProgramOptions& options, ProgramReport& report) {
  for (const std::string& name : {options.target, options.source})
    if (!name.empty())
      if (std::string note = layer_name_note(model, name); !note.empty())
        report.notes.push_back(std::move(note));
}

void check_options(const ProgramOptions& options) {
  FOVEA_CHECK(options.batch >= 1, "a batch of {} pictures is not possible", options.batch);
  FOVEA_CHECK(options.batch <= kMaxBatch, "a batch of {} pictures is not possible: at most {}", options.batch,
              kMaxBatch);
  FOVEA_CHECK(options.threads >= 0, "{} threads are not possible", options.threads);
  FOVEA_CHECK(options.threads <= kMaxThreads,
              "{} threads are not possible: at most {}, or 0 for all processors", options.threads,
              kMaxThreads);
  FOVEA_CHECK(options.height >= 0 && options.width >= 0, "a picture of {}x{} is not possible", options.width,
              options.height);
  FOVEA_CHECK(options.height <= kMaxInputSide && options.width <= kMaxInputSide,
              "a picture of {}x{} is not possible: sides are at most {}", options.width, options.height,
              kMaxInputSide);
  if (options.threads > static_cast<int>(std::thread::hardware_concurrency()))
    check_threads_can_be_made(options.threads);
}

std::vector<TensorInfo> infos(const ir::Graph& graph, const std::vector<ir::ValueId>& ids) {
  std::vector<TensorInfo> result;
  for (ir::ValueId id : ids)
    result.push_back({graph.value(id).name, graph.type(id).dtype, graph.type(id).shape, {}});
  return result;
}

/// Says where what flows back is no derivative.
void note_estimates(const ir::Graph& forward, ProgramReport& report) {
  const auto count = std::count_if(forward.nodes().begin(), forward.nodes().end(), [](const ir::Node& node) {
    return node.op == &ops::round_straight_through();
  });
  if (count > 0)
    report.notes.push_back(fmt::format(
        "gradients pass straight through the rounding of {} quantisation{}, as if it were not there", count,
        count == 1 ? "" : "s"));
}

/// Says how the file takes the picture where that is unusual.
void note_picture(const ImageInput& picture, ProgramReport& report) {
  if (picture.rank == 3 && picture.channels == 1)
    report.notes.push_back(
        fmt::format("the input '{}' has no channels: it takes a grey picture", picture.name));
  if (picture.rank == 2)
    report.notes.push_back(fmt::format("the input '{}' is flat: it takes a picture of {} channel{}, {}x{}",
                                       picture.name, picture.channels, picture.channels == 1 ? "" : "s",
                                       picture.height, picture.width));
  if (picture.integer)
    report.notes.push_back(
        fmt::format("the input '{}' takes whole numbers: gradients are with respect to the floating picture "
                    "behind them, 0..255",
                    picture.name));
}

/// Says what of the file is left out.
void note_ignored(const Model& model, const ProgramOptions& options, ProgramReport& report) {
  const onnx_import::OnnxFile& file = *model.impl().file;
  std::vector<std::string> values;
  for (const std::string& name : wanted_values(model, options))
    values.push_back(onnx_import::value_named(file, name));
  const bool chosen = !options.target.empty() || !options.outputs.empty();
  if (std::string note = onnx_import::describe_ignored(file, values, !chosen); !note.empty())
    report.notes.push_back(std::move(note));
}

std::string node_list(const autodiff::NodeCounts& counts) {
  std::string text;
  for (const auto& [op, count] : counts)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, op);
  return text;
}

/// What became of the relevance at the nodes of each operator.
std::string describe_treatments(std::string_view rule, const autodiff::Differentiated& made) {
  std::string text;
  for (const auto& [treatment, counts] : made.treated)
    text += fmt::format("{}{} at {}", text.empty() ? "" : "; ", treatment, node_list(counts));
  if (!made.passed_by.empty())
    text += fmt::format("; moved as gradients are: {}", node_list(made.passed_by));
  return fmt::format("rule {}: {}", rule, text);
}

/// What a rule other than the plain gradient did, and what it left alone.
std::string describe_rule(std::string_view rule, const autodiff::Differentiated& made) {
  if (!made.treated.empty())
    return describe_treatments(rule, made);
  std::string text = made.overridden.empty()
                         ? fmt::format("rule {} met no Relu: the result is the plain gradient", rule)
                         : fmt::format("rule {} acted on {}", rule, node_list(made.overridden));
  if (!made.passed_by.empty())
    text += fmt::format("; left alone: {}", node_list(made.passed_by));
  return text;
}

ir::Graph differentiate(const ir::Graph& forward, Program::Impl& impl) {
  const Shape& scores = forward.shape(forward.outputs().front());
  const auto& layout = impl.outputs.front().layout;
  const bool is_layer = !impl.options.target.empty() && layout;
  const bool holds_batch =
      is_layer ? layout->pictures() == impl.options.batch
               : (scores.rank() >= 1 && scores[0] == impl.options.batch) || impl.options.batch == 1;
  FOVEA_CHECK(holds_batch, "the output '{}' has shape {}: its first extent is not the batch of {}",
              forward.output_names().front(), to_string(scores), impl.options.batch);
  const ir::ValueId source =
      impl.options.source.empty() ? forward.inputs().front() : forward.outputs().back();
  const LogTimer timer;
  autodiff::Differentiated made =
      autodiff::differentiate(forward, forward.outputs().front(), source, rule_set(impl.options));
  log_event(LogLevel::Detail, "differentiated by rule {}: {} nodes, then {} ({:.1f} ms)",
            rule_name(impl.options), forward.nodes().size(), made.graph.nodes().size(), timer.milliseconds());
  impl.gradient = infos(forward, {source}).front();
  for (const auto& [op, count] : made.overridden)
    impl.report.rule_hits += count;
  if (impl.options.rule != Rule::Gradient || impl.options.rectifier_rule)
    impl.report.notes.push_back(describe_rule(rule_name(impl.options), made));
  note_estimates(forward, impl.report);
  return std::move(made.graph);
}

/// The graph that is lowered; what comes before lowering is noted in `impl`.
ir::Graph graph_for(const Model& model, Program::Impl& impl) {
  const ProgramOptions& options = impl.options;
  impl.differentiated = options.direction == Direction::ForwardAndBackward;
  if (impl.differentiated && options.input_shapes.empty()) {
    const ImageInput picture = model.image_input();
    note_picture(picture, impl.report);
    FOVEA_CHECK((picture.height > 0 || options.height > 0) && (picture.width > 0 || options.width > 0),
                "the size of input '{}' is open: give one", picture.name);
  }
  note_ignored(model, options, impl.report);
  note_ambiguous_names(model, options, impl.report);
  ForwardGraph forward = forward_graph(model, options, impl.report.notes);
  ir::Graph graph = std::move(forward.graph);
  impl.head = std::move(forward.head);
  impl.has_further_scores = forward.has_further_scores;
  impl.report.multiply_adds = ops::multiply_adds(graph);
  impl.inputs = infos(graph, graph.inputs());
  impl.outputs = infos(graph, graph.outputs());
  for (std::size_t i = 0; i < impl.outputs.size(); ++i) {
    impl.outputs[i].name = graph.output_names()[i];
    impl.outputs[i].layout = forward.layouts[i];
  }
  if (impl.differentiated)
    graph = passes::run(passes::final_passes(), differentiate(graph, impl), impl.report.notes);
  return passes::run(impl.backend->passes(), std::move(graph), impl.report.notes);
}

/// The program on that backend, or why the backend does not run it.
std::variant<std::unique_ptr<Program::Impl>, backend::Refusal>
compiled_on(const backend::Backend& backend, const Model& model, const ProgramOptions& options) {
  const LogTimer timer;
  auto impl = std::make_unique<Program::Impl>();
  impl->options = options;
  impl->backend = &backend;
  ir::Graph graph = graph_for(model, *impl);
  impl->text = ir::print(graph);
  if (std::optional<backend::Refusal> refusal = lower_program(model, graph, *impl))
    return *refusal;
  log_event(LogLevel::Summary,
            "compiled {} for {}: {} nodes, {} steps, {} by fallback to reference kernels ({:.1f} ms)",
            model.path(), backend.name, graph.nodes().size(), impl->lowering.steps.size(),
            impl->report.fallback_nodes, timer.milliseconds());
  return impl;
}

/// The program on the first backend that does not refuse it. A note says why others did.
std::unique_ptr<Program::Impl> compiled_on_first(std::span<const backend::Backend* const> backends,
                                                 const Model& model, const ProgramOptions& options) {
  std::string refusals;
  for (const backend::Backend* backend : backends) {
    auto result = compiled_on(*backend, model, options);
    if (const auto* refusal = std::get_if<backend::Refusal>(&result)) {
      refusals += (refusals.empty() ? "" : "; ") + refusal->reason;
      continue;
    }
    auto impl = std::get<std::unique_ptr<Program::Impl>>(std::move(result));
    if (!refusals.empty())
      impl->report.notes.push_back(
          fmt::format("{}: all nodes run their reference kernels, slowly", refusals));
    return impl;
  }
  throw InputError(refusals);
}

/// The program on one of the backends that `candidates` gives, every error as a ModelError with the file's
/// name.
template <class Candidates>
std::shared_ptr<const Program> compiled(const Model& model, const ProgramOptions& options,
                                        Candidates&& candidates) {
  std::unique_ptr<Program::Impl> impl;
  try {
    check_options(options);
    impl = compiled_on_first(candidates(), model, options);
  } catch (const InputError& error) {
    throw ModelError(error.what(), {model.path(), {}, {}});
  } catch (const std::bad_alloc&) {
    throw ModelError("there is not enough memory to compile it", {model.path(), {}, {}});
  } catch (const std::length_error&) {
    throw ModelError("there is not enough memory to compile it", {model.path(), {}, {}});
  }
  model.impl().file->release_pages();
  return Program::Impl::program(std::move(impl));
}

}  // namespace

std::string_view name_of(Rule rule) {
  switch (rule) {
  case Rule::Gradient:
    return "gradient";
  case Rule::Deconvnet:
    return "deconvnet";
  case Rule::Guided:
    return "guided";
  case Rule::LrpEpsilon:
    return "lrp-epsilon";
  case Rule::LrpAlphaBeta:
    return "lrp-alpha-beta";
  case Rule::LrpComposite:
    return "lrp";
  case Rule::Excitation:
    return "excitation";
  }
  FOVEA_ASSERT(!"unknown rule");
}

Program::Program(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
Program::~Program() = default;

std::shared_ptr<const Program> Program::Impl::program(std::unique_ptr<const Impl> impl) {
  return std::shared_ptr<const Program>(new Program(std::move(impl)));
}

std::shared_ptr<const Program> Program::compile(const Model& model, const ProgramOptions& options) {
  return compiled(model, options, [&] { return backend::candidates(options.backend, options.precision); });
}

std::shared_ptr<const Program> compile_on(std::span<const backend::Backend* const> backends,
                                          const Model& model, const ProgramOptions& options) {
  return compiled(model, options, [&] { return backends; });
}

const ProgramOptions& Program::options() const {
  return impl_->options;
}
const std::vector<TensorInfo>& Program::inputs() const {
  return impl_->inputs;
}
const std::vector<TensorInfo>& Program::outputs() const {
  return impl_->outputs;
}
std::int64_t Program::classes() const {
  return impl_->outputs.front().shape.elements() / impl_->options.batch;
}
const ScoreHead& Program::head() const {
  return impl_->head;
}
std::optional<std::size_t> Program::further_scores() const {
  return impl_->has_further_scores ? std::optional<std::size_t>(1) : std::nullopt;
}
const ProgramReport& Program::report() const {
  return impl_->report;
}
std::string Program::dump() const {
  return impl_->text;
}

}  // namespace fovea
