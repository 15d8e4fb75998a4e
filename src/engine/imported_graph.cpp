#include "engine/imported_graph.hpp"

#include "engine/model_impl.hpp"
#include "onnx/import/import.hpp"

#include <algorithm>

namespace fovea {

std::vector<BackwardPass> backward_passes_of(const ProgramOptions& options) {
  std::vector<BackwardPass> passes;
  if (options.direction == Direction::ForwardAndBackward) {
    passes = options.further_passes;
    passes.insert(passes.begin(), {options.rule, options.source});
  }
  return passes;
}

std::vector<std::string> sources_of(const ProgramOptions& options) {
  std::vector<std::string> sources;
  const auto add = [&](const std::string& source) {
    if (!source.empty() && std::find(sources.begin(), sources.end(), source) == sources.end())
      sources.push_back(source);
  };
  add(options.source);
  for (const BackwardPass& pass : options.further_passes)
    add(pass.source);
  // The one that the file does not name is found once the others are there.
  std::stable_partition(sources.begin(), sources.end(),
                        [](const std::string& source) { return source != kLastSpatialLayer; });
  return sources;
}

std::vector<std::string> wanted_values(const Model& model, const ProgramOptions& options) {
  std::vector<std::string> names;
  if (!options.target.empty())
    names.push_back(options.target);
  else if (!options.outputs.empty())
    names = options.outputs;
  else if (!model.outputs().empty())
    names.push_back(model.outputs().front().name);
  for (const std::string& source : sources_of(options))
    if (source != kLastSpatialLayer)
      names.push_back(source);
  return names;
}

namespace {

onnx_import::ImportOptions import_options(const Model& model, const ProgramOptions& options) {
  onnx_import::ImportOptions import_options;
  import_options.wanted = wanted_values(model, options);
  import_options.floating = options.precision == Precision::F64 ? DType::F64 : DType::F32;
  import_options.batch = options.batch;
  import_options.height = options.height;
  import_options.width = options.width;
  const bool canonical = options.input_layout == ProgramOptions::InputLayout::ChannelsFirst;
  if (canonical)
    import_options.picture = onnx_import::ImportOptions::Picture::Canonical;
  import_options.floating_picture = canonical || options.direction == Direction::ForwardAndBackward;
  for (const InputShape& input : options.input_shapes)
    import_options.shapes.emplace_back(input.name, input.shape);
  return import_options;
}

}  // namespace

ir::Graph imported_graph(const Model& model, const ProgramOptions& options) {
  ir::Graph graph = onnx_import::import_graph(*ModelAccess::impl(model).file, import_options(model, options));
  const std::vector<std::string> sources = sources_of(options);
  if (!sources.empty() && sources.back() == kLastSpatialLayer) {
    const ir::ValueId layer = last_spatial_value(model, graph, options.batch);
    graph.add_output(layer, graph.value(layer).name);
  }
  return graph;
}

bool can_be_imported(const Model& model, const ProgramOptions& options) {
  const auto result =
      onnx_import::try_import_graph(*ModelAccess::impl(model).file, import_options(model, options));
  return std::holds_alternative<ir::Graph>(result);
}

}  // namespace fovea
