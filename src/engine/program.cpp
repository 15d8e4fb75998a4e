#include "fovea/program.hpp"

#include "autodiff/backward.hpp"
#include "base/byte_size.hpp"
#include "base/check.hpp"
#include "base/forked.hpp"
#include "base/log.hpp"
#include "base/physical_memory.hpp"
#include "engine/forward_graph.hpp"
#include "engine/imported_graph.hpp"
#include "engine/model_impl.hpp"
#include "engine/program_impl.hpp"
#include "engine/rule_set.hpp"
#include "fovea/layers.hpp"
#include "ir/text.hpp"
#include "onnx/needs.hpp"
#include "onnx/node_outputs.hpp"
#include "ops/multiply_adds.hpp"
#include "ops/round_straight_through.hpp"
#include "passes/pipeline.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <limits>
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

const backend::Backend& choose_backend(const ProgramOptions& options) {
  const bool is_double = options.precision == Precision::F64, is_single = options.precision == Precision::F32;
  FOVEA_CHECK(!is_double || options.backend != BackendKind::OneDnn,
              "the oneDNN backend does not compute in float64");
  FOVEA_CHECK(is_double || is_single || options.backend != BackendKind::Reference,
              "the reference backend computes in float32 and float64 only");
  FOVEA_CHECK(is_double || is_single || backend::has_bf16(),
              "this processor does not multiply bfloat16 numbers (it has neither AVX-512 BF16 nor AMX): use "
              "float32");
  return !is_double && options.backend != BackendKind::Reference ? backend::onednn() : backend::reference();
}

backend::LowerOptions lower_options(const ProgramOptions& options) {
  using backend::Arithmetic;
  backend::LowerOptions lower{options.threads, Arithmetic::F32, Arithmetic::F32};
  if (options.precision == Precision::BF16)
    lower.forward = Arithmetic::BF16;
  if (options.precision == Precision::BF16 || options.precision == Precision::Mixed)
    lower.backward = Arithmetic::BF16;
  return lower;
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

/// A copy of a weight that lies in the model's file. The file's pages are given back piece by piece, so that
/// a large matrix never is in memory twice.
Tensor copied_out(const onnx_import::OnnxFile& file, const Tensor& in_file) {
  constexpr std::size_t kPiece = std::size_t{8} << 20;
  Tensor copy(in_file.dtype(), in_file.shape());
  const auto* from = static_cast<const std::byte*>(in_file.raw());
  auto* to = static_cast<std::byte*>(copy.raw());
  for (std::size_t at = 0; at < in_file.bytes(); at += kPiece) {
    const std::size_t count = std::min(kPiece, in_file.bytes() - at);
    std::memcpy(to + at, from + at, count);
    file.release_pages(from + at, count);
  }
  return copy;
}

/// Leaves the program nothing that it does not need and nothing that lies in the model's file: weights that
/// were brought into another layout are dropped in their own, others are copied out of the file.
void settle_constants(const onnx_import::OnnxFile& file, backend::Lowering& lowering) {
  std::vector<bool> is_read(lowering.buffers.size(), false);
  for (const backend::Step& step : lowering.steps)
    for (backend::BufferId id : step.reads)
      is_read[static_cast<std::size_t>(id)] = true;
  for (std::size_t i = 0; i < lowering.buffers.size(); ++i) {
    backend::Buffer& buffer = lowering.buffers[i];
    if (buffer.kind != backend::Buffer::Kind::Constant)
      continue;
    if (!is_read[i])
      buffer = {0, backend::Buffer::Kind::Constant, {}};
    else if (file.holds(buffer.constant.raw()))
      buffer.constant = copied_out(file, buffer.constant);
  }
}

/// Lifetimes of the arena's buffers over the steps, then their places.
void plan_arena(Program::Impl& impl) {
  const backend::Lowering& lowering = impl.lowering;
  std::vector<plan::Lifetime> lifetimes(lowering.buffers.size(),
                                        {0, std::numeric_limits<std::int32_t>::max(), -1});
  for (std::size_t s = 0; s < lowering.steps.size(); ++s)
    for (const auto* ids : {&lowering.steps[s].reads, &lowering.steps[s].writes})
      for (backend::BufferId id : *ids) {
        auto& lifetime = lifetimes[static_cast<std::size_t>(id)];
        lifetime.first = std::min(lifetime.first, static_cast<std::int32_t>(s));
        lifetime.last = std::max(lifetime.last, static_cast<std::int32_t>(s));
      }
  std::vector<plan::Lifetime> arena;
  std::vector<std::size_t> owners;
  for (std::size_t i = 0; i < lowering.buffers.size(); ++i) {
    if (lowering.buffers[i].kind == backend::Buffer::Kind::Constant)
      impl.report.weight_bytes += lowering.buffers[i].bytes;
    if (lowering.buffers[i].kind == backend::Buffer::Kind::Arena && lifetimes[i].last >= 0) {
      lifetimes[i].bytes = lowering.buffers[i].bytes;
      arena.push_back(lifetimes[i]);
      owners.push_back(i);
    }
  }
  const plan::MemoryPlan plan = plan::plan_memory(arena);
  impl.offsets.assign(lowering.buffers.size(), 0);
  for (std::size_t i = 0; i < owners.size(); ++i)
    impl.offsets[owners[i]] = plan.offsets[i];
  impl.report.arena_bytes = plan.total;
  impl.report.unplanned_bytes = plan.unshared;
}

/// InputError when a session's intermediate values take more memory than the model was loaded with, or than
/// the machine has. The largest value is named, since it is most likely what is wrong.
void check_arena(const Model& model, const Program::Impl& impl, const ir::Graph& graph) {
  const std::int64_t given = model.impl().max_memory, most = given > 0 ? given : physical_memory();
  const auto asked = static_cast<std::int64_t>(impl.report.arena_bytes);
  if (asked <= most)
    return;
  const auto bytes_of = [](const ir::Value& value) {
    return value.constant
               ? 0
               : value.type.shape.elements() * static_cast<std::int64_t>(size_of(value.type.dtype));
  };
  const auto largest =
      std::max_element(graph.values().begin(), graph.values().end(),
                       [&](const ir::Value& a, const ir::Value& b) { return bytes_of(a) < bytes_of(b); });
  throw InputError(fmt::format(
      "the intermediate values take {}, the largest of them ('{}' of {}) {}; {} is {}", bytes_text(asked),
      largest->name, to_string(largest->type.shape), bytes_text(bytes_of(*largest)),
      given > 0 ? "the memory limit (--max-memory or LoadOptions::max_memory)" : "the memory of this machine",
      bytes_text(most)));
}

void build(const Model& model, const backend::Backend& backend, Program::Impl& impl) {
  const ProgramOptions& options = impl.options;
  impl.differentiated = options.direction == Direction::ForwardAndBackward;
  if (impl.differentiated && options.input_shapes.empty()) {
    const ImageInput picture = model.image_input();
    note_picture(picture, impl.report);
    FOVEA_CHECK((picture.height > 0 || options.height > 0) && (picture.width > 0 || options.width > 0),
                "the size of input '{}' is open: give one", picture.name);
  }
  const LogTimer timer;
  note_ignored(model, options, impl.report);
  note_ambiguous_names(model, options, impl.report);
  ForwardGraph forward = forward_graph(model, options, impl.report.notes);
  ir::Graph graph = std::move(forward.graph);
  impl.head = std::move(forward.head);
  impl.has_further_scores = forward.has_further_scores;
  impl.report.multiply_adds = ops::multiply_adds(graph);
  impl.inputs = infos(graph, graph.inputs());
  const std::size_t forward_outputs = graph.outputs().size();
  impl.outputs = infos(graph, graph.outputs());
  for (std::size_t i = 0; i < forward_outputs; ++i) {
    impl.outputs[i].name = graph.output_names()[i];
    impl.outputs[i].layout = forward.layouts[i];
  }
  if (impl.differentiated)
    graph = passes::run(passes::final_passes(), differentiate(graph, impl), impl.report.notes);
  if (&backend == &backend::onednn())
    graph = passes::run(passes::fusion_passes(), std::move(graph), impl.report.notes);

  impl.text = ir::print(graph);
  const std::vector<ir::ValueId> scores(
      graph.outputs().begin(), graph.outputs().begin() + static_cast<std::ptrdiff_t>(forward_outputs));
  backend::LowerOptions lower = lower_options(options);
  // Weights that have been copied need not stay in memory a second time until all others have been.
  lower.on_read = [&graph, &file = *model.impl().file](ir::ValueId id, bool last) {
    const Tensor& weights = *graph.value(id).constant;
    file.release_pages(weights.raw(), weights.bytes());
    if (last)
      graph.drop_elements(id);
  };
  impl.lowering = backend.lower(graph, plan::make_schedule(graph, scores), lower);
  impl.report.fallback_nodes = impl.lowering.fallback_nodes;
  settle_constants(*model.impl().file, impl.lowering);
  plan_arena(impl);
  check_arena(model, impl, graph);
  log_event(LogLevel::Detail, "memory plan: {} bytes a session, {} without sharing; weights {} bytes",
            impl.report.arena_bytes, impl.report.unplanned_bytes, impl.report.weight_bytes);
  log_event(LogLevel::Summary,
            "compiled {} for {}: {} nodes, {} steps, {} by fallback to reference kernels ({:.1f} ms)",
            model.path(), backend.name(), graph.nodes().size(), impl.lowering.steps.size(),
            impl.report.fallback_nodes, timer.milliseconds());
}

/// The program on the backend that the options ask for. Where they leave the choice open, a model with a node
/// that oneDNN refuses runs on the reference kernels, and a note says so.
std::unique_ptr<Program::Impl> build_with_fallback(const Model& model, const ProgramOptions& options) {
  const auto built_on = [&](const backend::Backend& backend) {
    auto impl = std::make_unique<Program::Impl>();
    impl->options = options;
    build(model, backend, *impl);
    return impl;
  };
  try {
    return built_on(choose_backend(options));
  } catch (const backend::LoweringError& error) {
    if (options.backend != BackendKind::Auto || options.precision != Precision::F32)
      throw;
    auto impl = built_on(backend::reference());
    impl->report.notes.push_back(
        fmt::format("{}: all nodes run their reference kernels, slowly", error.what()));
    return impl;
  }
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

std::shared_ptr<const Program> Program::compile(const Model& model, const ProgramOptions& options) {
  std::unique_ptr<Impl> impl;
  try {
    check_options(options);
    impl = build_with_fallback(model, options);
  } catch (const InputError& error) {
    throw ModelError(error.what(), {model.path(), {}, {}});
  } catch (const std::bad_alloc&) {
    throw ModelError("there is not enough memory to compile it", {model.path(), {}, {}});
  } catch (const std::length_error&) {
    throw ModelError("there is not enough memory to compile it", {model.path(), {}, {}});
  }
  model.impl().file->release_pages();
  return std::shared_ptr<const Program>(new Program(std::move(impl)));
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
