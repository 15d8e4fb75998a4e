#include "fovea/model.hpp"

#include "base/check.hpp"
#include "engine/metadata.hpp"
#include "engine/model_impl.hpp"
#include "onnx/input_shapes.hpp"

#include <algorithm>

namespace fovea {

Model Model::load(const std::string& path, const LoadOptions& options) {
  auto impl = std::make_shared<Impl>();
  impl->file = onnx_import::OnnxFile::read(path, options.operators);
  impl->labels = labels_from_metadata(impl->file->metadata, path);
  impl->preprocessing = preprocessing_from_metadata(impl->file->metadata, path);
  return Model(std::move(impl));
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
const std::vector<ModelPort>& Model::inputs() const {
  return impl_->file->inputs;
}
const std::vector<ModelPort>& Model::outputs() const {
  return impl_->file->outputs;
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
const std::optional<Preprocessing>& Model::preprocessing() const {
  return impl_->preprocessing;
}

ImageInput Model::image_input() const {
  if (inputs().size() != 1) {
    std::vector<std::string> names;
    for (const ModelPort& port : inputs())
      names.push_back("'" + port.name + "'");
    throw ModelError(
        fmt::format("expected one picture input, found {} inputs ({})", names.size(), fmt::join(names, ", ")),
        {path(), {}, {}});
  }
  const ModelPort& port = inputs().front();
  const std::optional<PictureLayout> layout = onnx_import::picture_layout(port);
  if (!layout)
    throw ModelError(
        fmt::format("input '{}' ({} of rank {}) is not a picture: expected floating [N, 1 to 4 channels, "
                    "height, width] or [N, height, width, 1 to 4 channels]",
                    port.name, port.element_type, port.dims.size()),
        {path(), {}, {}});
  const bool last = *layout == PictureLayout::ChannelsLast;
  const auto extent = [&](std::size_t axis) { return std::max<std::int64_t>(port.dims[axis], 0); };
  return {port.name, extent(last ? 3 : 1), extent(last ? 1 : 2), extent(last ? 2 : 3), *layout};
}

}  // namespace fovea
