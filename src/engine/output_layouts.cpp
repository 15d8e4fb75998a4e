#include "engine/output_layouts.hpp"

#include "engine/model_impl.hpp"
#include "onnx/import/picture_form.hpp"
#include "ops/axis_roles.hpp"

namespace fovea {
namespace {

/// Whether the file takes pictures as [N,H,W,C] by the input of that name.
bool has_channels_last(const Model& model, const std::string& name) {
  const onnx_import::OnnxFile& file = *ModelAccess::impl(model).file;
  for (std::size_t i = 0; i < file.inputs.size(); ++i)
    if (file.inputs[i].name == name)
      if (const onnx_import::PictureForm* form = file.picture_form(i))
        return form->layout() == PictureLayout::ChannelsLast;
  return false;
}

}  // namespace

std::vector<std::optional<LayerLayout>> output_layouts(const Model& model, const ir::Graph& graph,
                                                       const ProgramOptions& options) {
  std::vector<std::optional<LayerLayout>> layouts(graph.outputs().size());
  if (graph.inputs().empty())
    return layouts;
  const ir::ValueId picture = graph.inputs().front();
  const bool as_in_file = options.input_layout == ProgramOptions::InputLayout::AsInFile;
  const bool last = as_in_file && has_channels_last(model, graph.value(picture).name);
  const std::vector<ops::AxisRoles> roles =
      ops::axis_roles(graph, picture, ops::picture_roles(graph.shape(picture), last));
  for (std::size_t i = 0; i < layouts.size(); ++i) {
    const auto id = static_cast<std::size_t>(graph.outputs()[i]);
    layouts[i] = ops::layer_layout(graph.shape(graph.outputs()[i]), roles[id]);
  }
  return layouts;
}

}  // namespace fovea
