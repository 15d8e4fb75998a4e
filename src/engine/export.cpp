#include "fovea/export.hpp"

#include "autodiff/backward.hpp"
#include "base/check.hpp"
#include "engine/explanation_graph.hpp"
#include "engine/forward_graph.hpp"
#include "engine/rule_set.hpp"
#include "onnx/export/export_graph.hpp"
#include "passes/pipeline.hpp"

namespace fovea {
namespace {

ir::Graph canonical_graph(const Model& model, const ExportOptions& options, ProgramOptions::Head head) {
  FOVEA_CHECK(options.batch >= 1, "a batch of {} pictures is not possible", options.batch);
  ProgramOptions program;
  program.batch = options.batch;
  program.height = options.height;
  program.width = options.width;
  const bool as_in_file = head == ProgramOptions::Head::AsInFile;
  program.input_layout = as_in_file || model.image_input().rank == 4
                             ? ProgramOptions::InputLayout::AsInFile
                             : ProgramOptions::InputLayout::ChannelsFirst;
  program.head = head;
  if (as_in_file) {
    program.direction = Direction::Forward;
    program.outputs = model.computable_outputs();
  }
  if (!options.scores.empty())
    program.outputs = {options.scores};
  passes::Notes notes;
  return forward_graph(model, program, notes).graph;
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
    return onnx_export::export_graph(canonical_graph(model, options, ProgramOptions::Head::AsInFile),
                                     {options.opset, model.metadata()});
  });
}

std::string export_explanation(const Model& model, const ExplanationOptions& options) {
  return named(model, [&] {
    const ir::Graph forward = canonical_graph(model, options, ProgramOptions::Head::Classes);
    autodiff::Differentiated made = autodiff::differentiate(forward, forward.outputs().front(),
                                                            forward.inputs().front(), rule_set(options.rule));
    passes::Notes notes;
    const ir::Graph graph = passes::run(passes::final_passes(),
                                        explanation_graph(made, model.image_input().layout, options), notes);
    auto metadata = model.metadata();
    metadata.emplace_back("fovea.rule", std::string(name_of(options.rule)));
    return onnx_export::export_graph(graph, {options.opset, std::move(metadata)});
  });
}

}  // namespace fovea
