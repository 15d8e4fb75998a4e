#include "fovea/program.hpp"

#include "backend/table.hpp"
#include "base/check.hpp"
#include "base/forked.hpp"
#include "base/log.hpp"
#include "engine/compile.hpp"
#include "engine/imported_graph.hpp"
#include "engine/lower_program.hpp"
#include "engine/model_impl.hpp"
#include "engine/pipeline.hpp"
#include "engine/target_rows.hpp"
#include "fovea/model.hpp"
#include "ir/text.hpp"
#include "onnx/file/node_outputs.hpp"
#include "onnx/import/needs.hpp"
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
  std::vector<std::string> names = wrt_values_of(options);
  names.insert(names.begin(), options.layer);
  for (const std::string& name : names)
    if (!name.empty() && !stride_of_place(name))
      if (std::optional<Note> note = layer_name_note(model, name))
        report.notes.push_back(*std::move(note));
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
  FOVEA_CHECK(!options.deep_lift || !options.rectifier_rule,
              "DeepLIFT and a rule of one's own for rectifiers exclude each other");
  FOVEA_CHECK(!options.bias_terms || (options.rule == Rule::Gradient && !options.rectifier_rule),
              "what biases add to a score follows from the gradient alone, without another rule");
  FOVEA_CHECK(!wants_attention(options) || (options.begin_at.empty() && !options.deep_lift),
              "attention is read by programs that begin at the picture and differentiate by gradients alone");
  for (const BackwardPass& pass : backward_passes_of(options))
    FOVEA_CHECK(options.begin_at.empty() || pass.wrt.empty(),
                "a program that begins at '{}' differentiates with respect to it, not to '{}'",
                options.begin_at, pass.wrt);
  FOVEA_CHECK(options.targets.empty() || (options.layer.empty() && options.outputs.empty()),
              "a target is explained in place of {}: give one of the two",
              options.layer.empty() ? "the scores of an output" : "a layer");
  FOVEA_CHECK(!options.sum_over_region || options.head == ProgramOptions::Head::Classes,
              "scores are summed over a region for classes alone");
  FOVEA_CHECK(!options.sum_over_region || (options.layer.empty() && options.targets.empty()),
              "the scores of classes are summed over a region, not a {}",
              options.layer.empty() ? "target" : "layer");
  if (options.threads > static_cast<int>(std::thread::hardware_concurrency()))
    check_threads_can_be_made(options.threads);
}

/// Says how the file takes the picture where that is unusual.
void note_picture(const ImageInput& picture, ProgramReport& report) {
  if (picture.rank == 3 && picture.channels == 1)
    report.notes.push_back({NoteKind::GreyInput, {}, {picture.name}});
  if (picture.rank == 2)
    report.notes.push_back(
        {NoteKind::FlatInput, {picture.channels, picture.height, picture.width}, {picture.name}});
  if (picture.is_integer)
    report.notes.push_back({NoteKind::IntegerInput, {}, {picture.name}});
}

/// Says what of the file is left out.
void note_ignored(const Model& model, const ProgramOptions& options, ProgramReport& report) {
  const onnx_import::OnnxFile& file = *ModelAccess::impl(model).file;
  std::vector<std::string> values;
  for (const std::string& name : wanted_values(model, options))
    values.push_back(onnx_import::value_named(file, name));
  const bool chosen = !options.layer.empty() || !options.outputs.empty() || !options.targets.empty();
  if (std::optional<Note> note = onnx_import::note_ignored(file, values, !chosen))
    report.notes.push_back(*std::move(note));
}

/// Says what of the model or of the options is unusual, before anything is built.
void note_unusual(const Model& model, const ProgramOptions& options, ProgramReport& report) {
  if (options.direction == Direction::ForwardAndBackward && options.input_shapes.empty()) {
    const ImageInput picture = model.image_input();
    note_picture(picture, report);
    FOVEA_CHECK((picture.height > 0 || options.height > 0) && (picture.width > 0 || options.width > 0),
                "the size of input '{}' is open: give one", picture.name);
  }
  note_ignored(model, options, report);
  note_ambiguous_names(model, options, report);
}

/// The program on that backend, or why the backend does not run it.
std::variant<std::unique_ptr<ProgramImpl>, backend::Refusal>
compiled_on(const backend::Backend& backend, const Model& model, const ProgramOptions& options) {
  const LogTimer timer;
  auto impl = std::make_unique<ProgramImpl>();
  impl->options = options;
  impl->backend = &backend;
  check_target_values(model, options.targets);
  note_unusual(model, options, impl->report);
  BuiltGraph built = build_graph(model, options, impl->report);
  built.graph = passes::run(backend.passes(), std::move(built.graph), impl->report.notes);
  impl->inputs = std::move(built.inputs);
  impl->outputs = std::move(built.outputs);
  impl->head = std::move(built.head);
  impl->has_further_scores = built.has_further_scores;
  impl->region_scores = built.region_scores;
  impl->wrt = std::move(built.wrt);
  impl->bias_terms = std::move(built.bias_terms);
  impl->attention = std::move(built.attention);
  impl->text = ir::print(built.graph);
  if (std::optional<backend::Refusal> refusal = lower_program(model, built.graph, *impl))
    return *refusal;
  log_event(LogLevel::Summary,
            "compiled {} for {}: {} nodes, {} steps, {} by fallback to reference kernels ({:.1f} ms)",
            model.path(), backend.name, built.graph.nodes().size(), impl->lowering.steps.size(),
            impl->report.fallback_nodes, timer.milliseconds());
  return impl;
}

/// The program on the first backend that does not refuse it. A note says why others did.
std::unique_ptr<ProgramImpl> compiled_on_first(std::span<const backend::Backend* const> backends,
                                               const Model& model, const ProgramOptions& options) {
  std::vector<std::string> refusals;
  for (const backend::Backend* backend : backends) {
    auto result = compiled_on(*backend, model, options);
    if (const auto* refusal = std::get_if<backend::Refusal>(&result)) {
      refusals.push_back(refusal->reason);
      continue;
    }
    auto impl = std::get<std::unique_ptr<ProgramImpl>>(std::move(result));
    if (!refusals.empty())
      impl->report.notes.push_back({NoteKind::ReferenceKernels, {}, std::move(refusals)});
    return impl;
  }
  throw InputError(fmt::format("{}", fmt::join(refusals, "; ")));
}

/// The program on one of the backends that `candidates` gives, or what is wrong with the model under these
/// options, with the file's name.
template <class Candidates>
std::variant<std::shared_ptr<const Program>, ModelError>
attempt(const Model& model, const ProgramOptions& options, Candidates&& candidates) {
  std::unique_ptr<ProgramImpl> impl;
  try {
    check_options(options);
    impl = compiled_on_first(candidates(), model, options);
  } catch (const ModelError& error) {
    return error;
  } catch (const InputError& error) {
    return ModelError(error.what(), {model.path(), {}, {}});
  } catch (const std::bad_alloc&) {
    return ModelError("there is not enough memory to compile it", {model.path(), {}, {}});
  } catch (const std::length_error&) {
    return ModelError("there is not enough memory to compile it", {model.path(), {}, {}});
  }
  ModelAccess::impl(model).file->release_pages();
  return ProgramAccess::program(std::move(impl));
}

std::variant<std::shared_ptr<const Program>, ModelError> attempt(const Model& model,
                                                                 const ProgramOptions& options) {
  return attempt(model, options, [&] { return backend::candidates(options.backend, options.precision); });
}

/// The program; throws the error where there is none.
std::shared_ptr<const Program>
program_or_throw(std::variant<std::shared_ptr<const Program>, ModelError> result) {
  if (const auto* error = std::get_if<ModelError>(&result))
    throw ModelError(*error);
  return std::get<std::shared_ptr<const Program>>(std::move(result));
}

}  // namespace

Program::Program(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
Program::~Program() = default;

std::shared_ptr<const Program> ProgramAccess::program(std::unique_ptr<const Impl> impl) {
  return std::shared_ptr<const Program>(new Program(std::move(impl)));
}

std::shared_ptr<const Program> Program::compile(const Model& model, const ProgramOptions& options) {
  return program_or_throw(attempt(model, options));
}

std::shared_ptr<const Program> compile_for_pictures(const Model& model, ProgramOptions options) {
  if (options.head == ProgramOptions::Head::Scores)
    options.head = ProgramOptions::Head::Classes;
  auto result = attempt(model, options);
  if (std::holds_alternative<ModelError>(result)) {
    const std::int64_t batch = std::max<std::int64_t>(model.image_input().batch, 1);
    if (batch != options.batch) {
      options.batch = batch;
      result = attempt(model, options);
    }
  }
  return program_or_throw(std::move(result));
}

std::shared_ptr<const Program> compile_on(std::span<const backend::Backend* const> backends,
                                          const Model& model, const ProgramOptions& options) {
  return program_or_throw(attempt(model, options, [&] { return backends; }));
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
std::size_t Program::backward_passes() const {
  return impl_->wrt.size();
}
std::optional<std::size_t> Program::wrt_output(std::size_t pass) const {
  FOVEA_ASSERT(pass < impl_->wrt.size());
  return impl_->wrt[pass].output;
}
const std::vector<TensorInfo>& Program::bias_terms() const {
  return impl_->bias_terms;
}
std::optional<std::size_t> Program::baseline_scores() const {
  return impl_->options.deep_lift ? std::optional(impl_->outputs.size() - 1) : std::nullopt;
}
const Attention& Program::attention() const {
  return impl_->attention;
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
std::optional<RegionScores> Program::region_scores() const {
  return impl_->region_scores;
}
const ProgramReport& Program::report() const {
  return impl_->report;
}
std::string Program::dump() const {
  return impl_->text;
}

}  // namespace fovea
