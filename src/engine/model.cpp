#include "fovea/model.hpp"

#include "base/check.hpp"
#include "engine/image_metadata.hpp"
#include "engine/imported_graph.hpp"
#include "engine/metadata.hpp"
#include "engine/model_impl.hpp"
#include "onnx/file/node_outputs.hpp"
#include "onnx/import/needs.hpp"
#include "onnx/import/picture_form.hpp"

#include <algorithm>
#include <array>

namespace fovea {
namespace {

/// Whether a port says its element type and every extent but the batch.
bool is_complete(const ModelPort& port) {
  return port.element_type != "undefined" && !port.dims.empty() &&
         std::all_of(port.dims.begin() + 1, port.dims.end(), [](std::int64_t dim) { return dim >= 0; });
}

/// Fills in what the file does not say of the first output, as far as it follows from the network: extents
/// that are the same for pictures of two sizes.
void complete(ModelPort& port, const Model& model) {
  constexpr std::array<std::int64_t, 2> sides = {224, 288};
  std::vector<Shape> shapes;
  for (std::int64_t side : sides) {
    ProgramOptions options;
    options.height = options.width = side;
    try {
      const ir::Graph graph = imported_graph(model, options);
      shapes.push_back(graph.shape(graph.outputs().front()));
      const DType dtype = graph.type(graph.outputs().front()).dtype;
      if (port.element_type == "undefined")
        port.element_type = is_floating(dtype) ? "float32" : dtype == DType::Bool ? "bool" : "int64";
    } catch (const Error&) {  // a program will say what is wrong
      continue;
    }
  }
  if (shapes.empty() ||
      (!port.dims.empty() && static_cast<std::int64_t>(port.dims.size()) != shapes[0].rank()))
    return;
  port.has_shape = true;
  port.dims.resize(static_cast<std::size_t>(shapes[0].rank()), -1);
  port.symbols.resize(port.dims.size());
  const bool batched = port.dims.size() > 1;
  for (std::size_t i = batched ? 1 : 0; i < port.dims.size(); ++i) {
    const auto axis = static_cast<std::int64_t>(i);
    if (port.dims[i] < 0 && std::all_of(shapes.begin(), shapes.end(), [&](const Shape& shape) {
          return shape.rank() == shapes[0].rank() && shape[axis] == shapes[0][axis];
        }))
      port.dims[i] = shapes[0][axis];
  }
}

/// Of a picture that the file takes as whole numbers: each as it is, less 128 where they have a sign.
std::optional<Preprocessing> preprocessing_of_integers(const Model& model) {
  try {
    const ImageInput picture = model.image_input();
    if (!picture.is_integer)
      return std::nullopt;
    Preprocessing preprocessing;
    preprocessing.scale = 1;
    const auto port = std::find_if(model.inputs().begin(), model.inputs().end(),
                                   [&](const ModelPort& input) { return input.name == picture.name; });
    if (port->element_type == "int8")
      preprocessing.mean.fill(128);
    return preprocessing;
  } catch (const Error&) {  // no picture
    return std::nullopt;
  }
}

}  // namespace

Model Model::load(const std::string& path, const LoadOptions& options) {
  auto impl = std::make_shared<Impl>();
  impl->file = onnx_import::OnnxFile::read(path, options.operators, options.max_memory);
  impl->max_memory = options.max_memory;
  impl->labels = labels_from_metadata(impl->file->metadata, impl->warnings);
  impl->preprocessing = preprocessing_from_metadata(impl->file->metadata, impl->warnings);
  if (!impl->preprocessing)
    impl->preprocessing = preprocessing_from_image_metadata(impl->file->metadata, impl->warnings);
  impl->outputs = impl->file->outputs;
  Model model(impl);
  if (!impl->preprocessing)
    impl->preprocessing = preprocessing_of_integers(model);
  if (!is_complete(impl->outputs.front()))
    complete(impl->outputs.front(), model);
  impl->file->release_pages();
  return model;
}

const std::string& Model::path() const {
  return impl_->file->path;
}
std::int64_t Model::ir_version() const {
  return impl_->file->ir_version;
}
std::int64_t Model::opset() const {
  return impl_->file->opset;
}
const std::string& Model::producer() const {
  return impl_->file->producer;
}
std::string describe(const ModelPort& port) {
  if (!port.has_shape)
    return port.element_type + "[...]";
  std::vector<std::string> dims;
  for (std::size_t i = 0; i < port.dims.size(); ++i)
    dims.push_back(port.dims[i] >= 0         ? std::to_string(port.dims[i])
                   : port.symbols[i].empty() ? "?"
                                             : port.symbols[i]);
  return fmt::format("{}[{}]", port.element_type, fmt::join(dims, ","));
}

const std::vector<ModelPort>& Model::inputs() const {
  return impl_->file->inputs;
}
const std::vector<ModelPort>& Model::outputs() const {
  return impl_->outputs;
}
const std::vector<std::pair<std::string, std::int64_t>>& Model::operator_counts() const {
  return impl_->file->operator_counts;
}
std::int64_t Model::parameters() const {
  return impl_->file->parameters;
}
const std::vector<UnsupportedNode>& Model::unsupported_nodes() const {
  return impl_->file->unsupported_nodes;
}
const std::vector<std::pair<std::string, std::string>>& Model::metadata() const {
  return impl_->file->metadata;
}
const Labels& Model::labels() const {
  return labels_of(outputs().empty() ? std::string() : outputs().front().name);
}
const Labels& Model::labels_of(const std::string& output) const {
  if (impl_->labels.empty())
    for (const ModelPort& port : outputs())
      if (port.name == output &&
          std::find(port.dims.begin(), port.dims.end(), Labels::imagenet().size()) != port.dims.end())
        return Labels::imagenet();
  return impl_->labels;
}
const std::vector<std::string>& Model::warnings() const {
  return impl_->warnings;
}
const std::optional<Preprocessing>& Model::preprocessing() const {
  return impl_->preprocessing;
}

std::vector<std::string> Model::inputs_of(const std::vector<std::string>& values) const {
  std::vector<std::string> names;
  try {
    for (const std::string& value : values)
      names.push_back(onnx_import::value_named(*impl_->file, value));
  } catch (const InputError& error) {
    throw InputError(error.what(), path());
  }
  const onnx_import::Needs needs = onnx_import::find_needs(*impl_->file, names);
  std::vector<std::string> result;
  for (std::size_t i = 0; i < inputs().size(); ++i)
    if (needs.inputs[i])
      result.push_back(inputs()[i].name);
  return result;
}

std::vector<std::string> Model::computable_outputs() const {
  return onnx_import::computable_outputs(*impl_->file);
}

ImageInput Model::image_input() const {
  std::vector<std::string> names = inputs_of({outputs().front().name});
  if (names.empty())
    for (const ModelPort& port : inputs())
      names.push_back(port.name);
  if (names.size() != 1)
    throw ModelError(
        fmt::format(
            "expected one picture input, found {} inputs ('{}'){}", names.size(), fmt::join(names, "', '"),
            names.size() > 1 ? ": give all but the picture a value in the file, an initializer of that name"
                             : ""),
        {path(), {}, {}});
  const auto input = static_cast<std::size_t>(
      std::find_if(inputs().begin(), inputs().end(),
                   [&](const ModelPort& port) { return port.name == names.front(); }) -
      inputs().begin());
  const ModelPort& port = inputs()[input];
  const onnx_import::PictureForm* form = impl_->file->picture_form(input);
  if (!form)
    throw ModelError(
        fmt::format("input '{}' ({} {}) is not a picture: expected [N, 1 to 4 channels, height, width], "
                    "[N, height, width, 1 to 4 channels] or a grey [N, height, width]",
                    port.name, port.element_type, onnx_import::dims_text(port)),
        {path(), {}, {}});
  ImageInput image{port.name, form->channels, form->height, form->width, form->layout()};
  image.is_integer = form->is_integer;
  image.rank = static_cast<std::int64_t>(form->axes.size());
  if (!form->holds(onnx_import::PictureAxis::Batch))
    image.batch = 1;
  else if (!port.dims.empty())
    image.batch = std::max<std::int64_t>(port.dims.front(), 0);
  return image;
}

}  // namespace fovea
