#include "fovea/export.hpp"

#include "autodiff/backward.hpp"
#include "base/check.hpp"
#include "engine/explanation_graph.hpp"
#include "engine/imported_graph.hpp"
#include "engine/model_impl.hpp"
#include "engine/rule_set.hpp"
#include "onnx/write/write_graph.hpp"
#include "passes/pipeline.hpp"

namespace fovea {
namespace {

ir::Graph canonical_graph(const Model& model, const ExportOptions& options, bool keep_softmax) {
  FOVEA_CHECK(options.batch >= 1, "a batch of {} pictures is not possible", options.batch);
  ProgramOptions program;
  program.batch = options.batch;
  program.height = options.height;
  program.width = options.width;
  program.input_layout = keep_softmax || model.image_input().rank == 4
                             ? ProgramOptions::InputLayout::AsInFile
                             : ProgramOptions::InputLayout::ChannelsFirst;
  if (keep_softmax)
    program.direction = Direction::Forward;
  if (keep_softmax)
    program.outputs = model.computable_outputs();
  passes::Notes notes;
  return passes::run(keep_softmax ? passes::canonical_passes_keeping_softmax() : passes::canonical_passes(),
                     imported_graph(model, program), notes);
}

/// Runs what makes a file, with the model's path in front of its errors.
template <class Make>
std::string named(const Model& model, Make&& make) {
  try {
    return make();
  } catch (const ModelError&) {
    throw;
  } catch (const InputError& error) {
    throw ModelError(error.what(), {model.path(), {}, {}});
  }
}

}  // namespace

std::string export_canonical(const Model& model, const ExportOptions& options) {
  return named(model, [&] {
    return onnx_write::write_graph(canonical_graph(model, options, true), {options.opset, model.metadata()});
  });
}

std::string export_explanation(const Model& model, const ExplanationOptions& options) {
  return named(model, [&] {
    const ir::Graph forward = canonical_graph(model, options, false);
    FOVEA_CHECK(!forward.outputs().empty(), "the model has no output");
    const Shape& scores = forward.shape(forward.outputs().front());
    FOVEA_CHECK(scores.rank() >= 2 && scores[0] == options.batch,
                "the output '{}' has shape {}: its first extent is not the batch of {}",
                forward.output_names().front(), to_string(scores), options.batch);
    autodiff::Differentiated made = autodiff::differentiate(forward, forward.outputs().front(),
                                                            forward.inputs().front(), rule_set(options.rule));
    passes::Notes notes;
    const ir::Graph graph = passes::run(passes::final_passes(),
                                        explanation_graph(made, model.image_input().layout, options), notes);
    auto metadata = model.metadata();
    metadata.emplace_back("fovea.rule", std::string(name_of(options.rule)));
    return onnx_write::write_graph(graph, {options.opset, std::move(metadata)});
  });
}

}  // namespace fovea
