#include "engine/imported_graph.hpp"

#include "engine/model_impl.hpp"
#include "onnx/import.hpp"
#include "onnx/node_outputs.hpp"

namespace fovea {

ir::Graph imported_graph(const Model& model, const ProgramOptions& options) {
  onnx_import::ImportOptions import_options;
  import_options.floating = options.precision == Precision::F64 ? DType::F64 : DType::F32;
  import_options.batch = options.batch;
  import_options.height = options.height;
  import_options.width = options.width;
  if (options.input_layout == ProgramOptions::InputLayout::ChannelsFirst)
    import_options.channels_last = onnx_import::ImportOptions::ChannelsLast::Transpose;
  for (const InputShape& input : options.input_shapes)
    import_options.shapes.emplace_back(input.name, input.shape);
  ir::Graph graph = onnx_import::import_graph(*model.impl().file, import_options);
  if (options.head == ProgramOptions::Head::AsInFile && options.target.empty() && options.outputs.empty() &&
      options.source.empty())
    return graph;
  std::vector<std::string> wanted = options.outputs;
  if (!options.target.empty())
    wanted = {options.target};
  else if (wanted.empty() && !graph.outputs().empty())
    wanted = {graph.output_names().front()};
  if (!options.source.empty())
    wanted.push_back(options.source);
  std::vector<ir::ValueId> ids;
  for (const std::string& name : wanted)
    ids.push_back(onnx_import::find_value(graph, *model.impl().file, name));
  graph.clear_outputs();
  for (std::size_t i = 0; i < ids.size(); ++i)
    graph.add_output(ids[i], wanted[i]);
  return graph;
}

}  // namespace fovea
