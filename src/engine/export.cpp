#include "fovea/export.hpp"

#include "base/check.hpp"
#include "engine/explanation_graph.hpp"
#include "engine/pipeline.hpp"
#include "onnx/export/export_graph.hpp"

namespace fovea {
namespace {

ProgramOptions program_options(const Model& model, const ExportOptions& options, ProgramOptions::Head head) {
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
  program.targets = options.targets;
  return program;
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
    ProgramReport report;
    const BuiltGraph built =
        build_graph(model, program_options(model, options, ProgramOptions::Head::AsInFile), report);
    return onnx_export::export_graph(built.graph, {options.opset, model.metadata()});
  });
}

std::string export_explanation(const Model& model, const ExplanationOptions& options) {
  return named(model, [&] {
    ProgramOptions program = program_options(model, options, ProgramOptions::Head::Classes);
    program.rule = options.rule;
    program.input_range = options.input_range;
    const auto with_seed_and_map = [&](const autodiff::Differentiated& made) {
      return explanation_graph(made, model.image_input().layout, options);
    };
    ProgramReport report;
    const BuiltGraph built = build_graph(model, program, report, with_seed_and_map);
    auto metadata = model.metadata();
    metadata.emplace_back("fovea.rule", std::string(name_of(options.rule)));
    return onnx_export::export_graph(built.graph, {options.opset, std::move(metadata)});
  });
}

}  // namespace fovea
