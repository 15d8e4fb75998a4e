#include "onnx/import/picture_form.hpp"

#include "base/check.hpp"
#include "onnx/file/contents.hpp"
#include "onnx/file/tensor_proto.hpp"
#include "onnx/import/first_convolution.hpp"
#include "onnx/import/import.hpp"
#include "ops/reshape.hpp"
#include "ops/transpose.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace fovea::onnx_import {
namespace {

using Axis = PictureAxis;
using Axes = std::vector<std::vector<Axis>>;

const Axes kChannelsFirst = {{Axis::Batch}, {Axis::Channels}, {Axis::Height}, {Axis::Width}};
const Axes kChannelsLast = {{Axis::Batch}, {Axis::Height}, {Axis::Width}, {Axis::Channels}};
const Axes kGrey = {{Axis::Batch}, {Axis::Height}, {Axis::Width}};
const Axes kOneChannelsFirst = {{Axis::Channels}, {Axis::Height}, {Axis::Width}};
const Axes kOneChannelsLast = {{Axis::Height}, {Axis::Width}, {Axis::Channels}};
const Axes kFlatChannelsFirst = {{Axis::Batch}, {Axis::Channels, Axis::Height, Axis::Width}};
const Axes kFlatChannelsLast = {{Axis::Batch}, {Axis::Height, Axis::Width, Axis::Channels}};

constexpr std::int64_t kMaxChannels = 4;
/// Sides of pictures are shorter, so that products of three extents stay in range.
constexpr std::int64_t kMaxExtent = std::int64_t{1} << 20;

bool can_be_channels(std::int64_t extent) {
  return extent >= 1 && extent <= kMaxChannels;
}

/// Extents with which open ones are tried: unlike, and no channels.
constexpr std::int64_t kTriedHeight = 224, kTriedWidth = 192;

class Search {
public:
  Search(const OnnxFile& file, std::size_t input)
      : file_(file), port_(file.inputs[input]),
        has_shape_(file.contents().inputs_without_shape.count(port_.name) == 0) {}

  std::optional<PictureForm> run() {
    const int type = file_.contents().element_types.at(port_.name);
    const std::optional<DType> stored = type == 0 ? DType::F32 : stored_type(type);
    if (!stored || *stored == DType::Bool || file_.contents().faults.count(port_.name) > 0)
      return std::nullopt;
    integer_ = !is_floating(*stored);
    convolution_ = find_first_convolution(file_, port_.name);
    std::optional<PictureForm> found = convolution_ ? by_convolution() : std::nullopt;
    return found ? found : by_extents();
  }

private:
  std::int64_t dim(std::size_t axis) const { return has_shape_ ? port_.dims[axis] : -1; }
  bool may_have_rank(std::size_t rank) const { return !has_shape_ || port_.dims.size() == rank; }

  PictureForm form(const Axes& axes, std::int64_t channels, std::int64_t height, std::int64_t width) const {
    return {axes, channels, std::max<std::int64_t>(height, 0), std::max<std::int64_t>(width, 0), integer_};
  }

  /// A form of one axis for each thing, with the declared extents.
  PictureForm declared(const Axes& axes, std::int64_t channels) const {
    PictureForm made = form(axes, channels, 0, 0);
    for (std::size_t i = 0; i < axes.size(); ++i) {
      if (axes[i].front() == Axis::Height)
        made.height = std::max<std::int64_t>(dim(i), 0);
      if (axes[i].front() == Axis::Width)
        made.width = std::max<std::int64_t>(dim(i), 0);
    }
    return made;
  }

  /// Whether the file's nodes take a picture of that form up to the first convolution.
  bool fits(const PictureForm& candidate) const {
    ImportOptions options;
    options.wanted = {convolution_->output};
    options.floating_picture = true;
    try {
      const Shape shape = shape_in_file(candidate, port_, 1, kTriedHeight, kTriedWidth);
      options.shapes = {{port_.name, shape}};
      const ir::Graph graph = import_graph(file_, options);
      return graph.shape(graph.outputs().front()).rank() == 4;
    } catch (const Error&) {
      return false;
    }
  }

  /// The form itself, or with the size that a Reshape on the way asks for.
  std::optional<PictureForm> fitting(PictureForm candidate) const {
    if (fits(candidate))
      return candidate;
    if (candidate.height > 0 && candidate.width > 0)
      return std::nullopt;
    for (const auto& target : convolution_->reshapes)
      for (std::size_t first : {std::size_t{1}, std::size_t{2}}) {
        PictureForm sized = candidate;
        if (sized.height == 0)
          sized.height = target[first];
        if (sized.width == 0)
          sized.width = target[first + 1];
        if (sized.height > 0 && sized.width > 0 && fits(sized))
          return sized;
      }
    return std::nullopt;
  }

  /// Numbers of channels to try on an axis.
  std::vector<std::int64_t> candidates(std::int64_t extent) const {
    if (extent > 0)
      return can_be_channels(extent) ? std::vector{extent} : std::vector<std::int64_t>{};
    std::vector<std::int64_t> list;
    if (can_be_channels(convolution_->channels))
      list.push_back(convolution_->channels);
    for (std::int64_t channels : {3, 1, 4, 2})
      if (channels != convolution_->channels)
        list.push_back(channels);
    return list;
  }

  /// The forms of one axis for each thing that the declared extents allow.
  std::vector<PictureForm> possible() const {
    struct Layout {
      const Axes& axes;
      std::size_t channels;  ///< the axis that holds them
    };
    std::vector<PictureForm> forms;
    const auto add = [&](const Layout& layout) {
      if (may_have_rank(layout.axes.size()))
        for (std::int64_t channels : candidates(dim(layout.channels)))
          forms.push_back(declared(layout.axes, channels));
    };
    add({kChannelsFirst, 1});
    add({kChannelsLast, 3});
    if (may_have_rank(kGrey.size()))
      forms.push_back(declared(kGrey, 1));
    add({kOneChannelsFirst, 0});
    add({kOneChannelsLast, 2});
    return forms;
  }

  /// The first form that the convolution takes at a size unlike any number of channels, so that three
  /// channels are not taken for three pixels; else at the declared size.
  std::optional<PictureForm> by_convolution() const {
    const std::vector<PictureForm> forms = possible();
    for (const PictureForm& each : forms)
      if (fits(form(each.axes, each.channels, 0, 0)))
        return each;
    for (const PictureForm& each : forms)
      if (auto found = fitting(each))
        return found;
    return may_have_rank(2) ? flat_by_reshape() : std::nullopt;
  }

  /// [N,K] that a Reshape makes into a picture, which tells its extents and order.
  std::optional<PictureForm> flat_by_reshape() const {
    for (const auto& target : convolution_->reshapes)
      for (const Axes* axes : {&kFlatChannelsFirst, &kFlatChannelsLast}) {
        std::array<std::int64_t, 3> extents = {target[1], target[2], target[3]};
        const auto open = std::find(extents.begin(), extents.end(), -1);
        const std::int64_t elements = dim(1);
        const bool is_open = open != extents.end() && elements > 0;
        if (is_open)
          *open = 1;
        if (*std::min_element(extents.begin(), extents.end()) < 1 ||
            *std::max_element(extents.begin(), extents.end()) > kMaxExtent)
          continue;
        if (is_open)
          *open = elements / (extents[0] * extents[1] * extents[2]);
        const bool first = axes == &kFlatChannelsFirst;
        const std::int64_t channels = first ? extents[0] : extents[2];
        if (*std::min_element(extents.begin(), extents.end()) < 1 || !can_be_channels(channels) ||
            (elements > 0 && extents[0] * extents[1] * extents[2] != elements))
          continue;
        const PictureForm candidate = form(*axes, channels, extents[first ? 1 : 0], extents[first ? 2 : 1]);
        if (fits(candidate))
          return candidate;
      }
    return std::nullopt;
  }

  std::optional<PictureForm> by_extents() const {
    if (!has_shape_)
      return std::nullopt;
    switch (port_.dims.size()) {
    case 4:
      if (can_be_channels(dim(1)))
        return declared(kChannelsFirst, dim(1));
      if (can_be_channels(dim(3)))
        return declared(kChannelsLast, dim(3));
      return std::nullopt;
    case 3:
      return convolution_ || has_other_convolution() ? std::nullopt : std::optional(declared(kGrey, 1));
    case 2:
      return integer_ && !is_byte() ? std::nullopt : flat_by_count();
    default:
      return std::nullopt;
    }
  }

  /// Whether the input is read by a convolution of another number of dimensions: a signal, then.
  bool has_other_convolution() const {
    const auto& counts = file_.operator_counts;
    return std::any_of(counts.begin(), counts.end(),
                       [](const auto& entry) { return entry.first.find("Conv") != std::string::npos; });
  }

  bool is_byte() const { return port_.element_type == "uint8" || port_.element_type == "int8"; }

  std::optional<PictureForm> flat_by_count() const {
    constexpr std::int64_t smallest = 8;
    for (std::int64_t channels : {1, 3}) {
      const auto side = std::llround(std::sqrt(static_cast<double>(dim(1)) / static_cast<double>(channels)));
      // Divided, since the square of what rounding made of a huge extent's root may overflow.
      if (dim(1) > 0 && side >= smallest && dim(1) % (channels * side) == 0 &&
          dim(1) / (channels * side) == side)
        return form(kFlatChannelsFirst, channels, side, side);
    }
    return std::nullopt;
  }

  const OnnxFile& file_;
  const ModelPort& port_;
  const bool has_shape_;
  bool integer_ = false;
  std::optional<FirstConvolution> convolution_;
};

std::int64_t index_of(Axis axis) {
  return static_cast<std::int64_t>(axis);
}

}  // namespace

bool PictureForm::holds(PictureAxis what) const {
  return std::any_of(axes.begin(), axes.end(), [&](const auto& axis) {
    return std::find(axis.begin(), axis.end(), what) != axis.end();
  });
}

PictureLayout PictureForm::layout() const {
  return axes == kChannelsLast ? PictureLayout::ChannelsLast : PictureLayout::ChannelsFirst;
}

std::optional<PictureForm> find_picture_form(const OnnxFile& file, std::size_t input) {
  return Search(file, input).run();
}

const PictureForm* OnnxFile::picture_form(std::size_t input) const {
  {
    const std::lock_guard lock(forms_mutex_);
    if (const auto known = forms_.find(input); known != forms_.end())
      return known->second.get();
  }
  const std::optional<PictureForm> found = find_picture_form(*this, input);
  const std::lock_guard lock(forms_mutex_);
  return forms_.emplace(input, found ? std::make_shared<const PictureForm>(*found) : nullptr)
      .first->second.get();
}

Shape shape_in_file(const PictureForm& form, const ModelPort& port, std::int64_t batch, std::int64_t height,
                    std::int64_t width) {
  FOVEA_CHECK(form.holds(Axis::Batch) || batch == 1,
              "the input '{}' is one picture, {}: a batch of {} is not possible", port.name, dims_text(port),
              batch);
  const std::array<std::int64_t, 4> extents = {batch, form.channels, form.height > 0 ? form.height : height,
                                               form.width > 0 ? form.width : width};
  FOVEA_CHECK(extents[2] > 0 && extents[3] > 0,
              "the size of the input '{}' is open, it is declared as {}: give one", port.name,
              dims_text(port));
  std::vector<std::int64_t> dims;
  for (const auto& axis : form.axes) {
    dims.push_back(1);
    for (Axis what : axis) {
      const std::int64_t extent = extents[static_cast<std::size_t>(index_of(what))];
      FOVEA_CHECK(extent <= kMaxElements / dims.back(), "the input '{}' is too large with a size of {}x{}",
                  port.name, extents[3], extents[2]);
      dims.back() *= extent;
    }
  }
  return checked_shape(std::move(dims), fmt::format("the input '{}'", port.name));
}

ir::ValueId add_canonical_picture(ir::Graph& graph, const PictureForm& form, const std::string& name,
                                  const ir::TensorType& type) {
  FOVEA_CHECK(type.shape.rank() == static_cast<std::int64_t>(form.axes.size()),
              "the input '{}' is a picture, but given as {}", name, to_string(type.shape));
  std::vector<std::int64_t> extents = {1, form.channels, form.height, form.width}, perm;
  for (std::size_t i = 0; i < form.axes.size(); ++i) {
    for (Axis what : form.axes[i])
      perm.push_back(index_of(what));
    if (form.axes[i].size() == 1)
      extents[static_cast<std::size_t>(index_of(form.axes[i].front()))] =
          type.shape[static_cast<std::int64_t>(i)];
  }
  if (!form.holds(Axis::Batch))
    perm.insert(perm.begin(), index_of(Axis::Batch));
  if (!form.holds(Axis::Channels))
    perm.insert(perm.begin() + 1, index_of(Axis::Channels));
  const Shape canonical(extents);
  FOVEA_CHECK(canonical.elements() == type.shape.elements(), "the input '{}' of {} is no picture of {}", name,
              to_string(type.shape), to_string(canonical));
  ir::ValueId value = graph.add_input(name, {type.dtype, canonical});
  if (!std::is_sorted(perm.begin(), perm.end()))
    value =
        graph.add(ops::transpose(), ops::TransposeAttributes{.perm = perm}, {value}, name + "/channels_last");
  if (graph.shape(value) != type.shape)
    value =
        graph.add(ops::reshape(), ops::ReshapeAttributes{.shape = type.shape}, {value}, name + "/in_file");
  return value;
}

std::string dims_text(const ModelPort& port) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < port.dims.size(); ++i)
    parts.push_back(port.dims[i] >= 0 ? std::to_string(port.dims[i])
                                      : (port.symbols[i].empty() ? "?" : port.symbols[i]));
  return fmt::format("[{}]", fmt::join(parts, ","));
}

}  // namespace fovea::onnx_import
