#include "engine/imported_graph.hpp"

#include "engine/model_impl.hpp"
#include "engine/target_rows.hpp"
#include "onnx/import/import.hpp"

#include <algorithm>

namespace fovea {

std::vector<BackwardPass> backward_passes_of(const ProgramOptions& options) {
  std::vector<BackwardPass> passes;
  if (options.direction == Direction::ForwardAndBackward) {
    passes = options.further_passes;
    passes.insert(passes.begin(), {options.rule, options.wrt});
  }
  return passes;
}

bool is_to_attention(const BackwardPass& pass) {
  return pass.wrt == kAttention || pass.wrt == kAttentionOfBlocks;
}

bool wants_attention(const ProgramOptions& options) {
  const std::vector<BackwardPass> passes = backward_passes_of(options);
  return options.attention || std::any_of(passes.begin(), passes.end(), is_to_attention);
}

std::vector<std::string> wrt_values_of(const ProgramOptions& options) {
  std::vector<std::string> values;
  const auto add = [&](const std::string& value) {
    const bool is_name = !value.empty() && value != kAttention && value != kAttentionOfBlocks;
    if (is_name && std::find(values.begin(), values.end(), value) == values.end())
      values.push_back(value);
  };
  add(options.begin_at);
  add(options.wrt);
  for (const BackwardPass& pass : options.further_passes)
    add(pass.wrt);
  // Those that the file does not name are found once the others are there.
  std::stable_partition(values.begin(), values.end(),
                        [](const std::string& value) { return !stride_of_place(value); });
  return values;
}

std::vector<std::string> wanted_values(const Model& model, const ProgramOptions& options) {
  std::vector<std::string> names;
  if (!options.layer.empty())
    names.push_back(options.layer);
  else if (!options.targets.empty())
    names = values_of(options.targets);
  else if (!options.outputs.empty())
    names = options.outputs;
  else if (!model.outputs().empty())
    names.push_back(model.outputs().front().name);
  for (const std::string& value : wrt_values_of(options))
    if (!stride_of_place(value))
      names.push_back(value);
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
  check_target_values(model, options.targets);
  ir::Graph graph = onnx_import::import_graph(*ModelAccess::impl(model).file, import_options(model, options));
  if (!options.targets.empty())
    graph = make_target_rows(graph, options.targets, options.batch);
  std::vector<ir::ValueId> found;
  for (const std::string& value : wrt_values_of(options))
    if (const std::optional<std::int64_t> stride = stride_of_place(value))
      found.push_back(last_spatial_value(model, graph, options, *stride));
  for (const ir::ValueId layer : found)
    graph.add_output(layer, graph.value(layer).name);
  return graph;
}

bool can_be_imported(const Model& model, const ProgramOptions& options) {
  const auto result =
      onnx_import::try_import_graph(*ModelAccess::impl(model).file, import_options(model, options));
  return std::holds_alternative<ir::Graph>(result);
}

}  // namespace fovea
