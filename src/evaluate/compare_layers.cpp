#include "evaluate/compare_layers.hpp"

#include "base/check.hpp"
#include "evaluate/correlation.hpp"
#include "fovea/classify.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>

namespace fovea {
namespace {

/// A correlation that falls by less than this from one layer to the next is no place where networks part.
constexpr double kClearFall = 0.001;
/// Activations that differ by less than this, relative to their size, may do so by rounding.
constexpr double kClearDifference = 0.001;

/// The operator without what says that its numbers are quantised: "QLinearConv" is "Conv".
std::string plain_operator(const std::string& name) {
  if (name == "ConvInteger")
    return "Conv";
  if (name == "MatMulInteger")
    return "MatMul";
  for (const std::string_view start : {"QLinear", "Fused", "Q"})
    if (name.starts_with(start))
      return name.substr(start.size());
  return name;
}

bool has_weights(const LayerInfo& layer) {
  const std::string name = plain_operator(layer.operator_name);
  return name == "Conv" || name == "ConvTranspose" || name == "Gemm" || name == "MatMul";
}

bool is_counter(const std::string& name) {
  return std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// The layer's shape for one picture: channels, rows, columns where they are known.
Shape shape_of(const LayerInfo& layer) {
  if (layer.layout && layer.layout->has_grid)
    return {layer.layout->channels(), layer.layout->height(), layer.layout->width()};
  const auto dims = layer.shape.dims();
  return dims.empty() ? Shape() : Shape(std::vector<std::int64_t>(dims.begin() + 1, dims.end()));
}

using Layers = std::vector<const LayerInfo*>;

Layers with_weights(std::span<const LayerInfo> layers) {
  Layers list;
  for (const LayerInfo& layer : layers)
    if (has_weights(layer))
      list.push_back(&layer);
  return list;
}

bool alike(const LayerInfo& a, const LayerInfo& b) {
  return plain_operator(a.operator_name) == plain_operator(b.operator_name) && shape_of(a) == shape_of(b);
}

LayerPair pair_of(const LayerInfo& a, const LayerInfo& b) {
  return {a.name, b.name, a.operator_name, shape_of(a)};
}

std::vector<LayerPair> by_name(const Layers& first, const Layers& second) {
  std::map<std::string, const LayerInfo*> named;
  for (const LayerInfo* layer : second)
    named.emplace(layer->name, layer);
  std::vector<LayerPair> pairs;
  for (const LayerInfo* layer : first)
    if (const auto at = named.find(layer->name);
        at != named.end() && !is_counter(layer->name) && alike(*layer, *at->second))
      pairs.push_back(pair_of(*layer, *at->second));
  return pairs;
}

/// The longest common subsequence by operator and shape; a pair of one name counts more than any number of
/// others.
std::vector<LayerPair> by_order(const Layers& first, const Layers& second) {
  const std::size_t rows = first.size(), columns = second.size();
  const auto weight = [&](std::size_t i, std::size_t k) -> std::uint64_t {
    if (!alike(*first[i], *second[k]))
      return 0;
    return first[i]->name == second[k]->name && !is_counter(first[i]->name) ? rows + 1 : 1;
  };
  // heaviest[i][k]: of the layers from i and k on.
  std::vector<std::vector<std::uint64_t>> heaviest(rows + 1, std::vector<std::uint64_t>(columns + 1));
  for (std::size_t i = rows; i-- > 0;)
    for (std::size_t k = columns; k-- > 0;)
      heaviest[i][k] = std::max({heaviest[i + 1][k], heaviest[i][k + 1],
                                 weight(i, k) > 0 ? heaviest[i + 1][k + 1] + weight(i, k) : 0});
  std::vector<LayerPair> pairs;
  for (std::size_t i = 0, k = 0; i < rows && k < columns;)
    if (weight(i, k) > 0 && heaviest[i][k] == heaviest[i + 1][k + 1] + weight(i, k))
      pairs.push_back(pair_of(*first[i++], *second[k++]));
    else if (heaviest[i + 1][k] >= heaviest[i][k + 1])
      ++i;
    else
      ++k;
  return pairs;
}

ProgramOptions layer_options(const Program& scores, const std::vector<std::string>& layers) {
  ProgramOptions options = scores.options();
  options.direction = Direction::ForwardAndBackward;
  options.batch = 1;
  options.rule = Rule::Gradient;
  options.wrt = layers.front();
  options.further_passes.clear();
  for (std::size_t i = 1; i < layers.size(); ++i)
    options.further_passes.push_back({Rule::Gradient, layers[i]});
  return options;
}

/// The values of the first picture of a batch: by channel, row and column where they are known.
std::vector<float> values_of(const Tensor& tensor, const TensorInfo& info, std::int64_t elements) {
  const auto data = tensor.data<float>();
  if (!info.layout || !info.layout->has_grid)
    return {data.begin(), data.begin() + elements};
  const LayerLayout& layout = *info.layout;
  std::vector<float> values;
  for (std::int64_t c = 0; c < layout.channels(); ++c)
    for (std::int64_t position = 0; position < layout.positions(); ++position)
      values.push_back(data[layout.at(0, c, position)]);
  return values;
}

/// Activations and gradients of all layers.
struct LayerValues {
  std::vector<std::vector<float>> activations, gradients;
};

LayerValues run(Session& session, const FramedPhoto& photo, std::int64_t class_index,
                const std::vector<LayerPair>& layers) {
  const Program& program = session.program();
  const auto batch = static_cast<std::size_t>(program.options().batch);
  const auto picture = photo.inputs().data<float>();
  const auto into = session.input().data<float>();
  const std::size_t size = into.size() / batch;
  for (std::size_t begin = 0; begin < into.size(); begin += size)
    std::copy_n(picture.begin(), size, into.begin() + static_cast<std::ptrdiff_t>(begin));
  session.forward();
  LayerValues values;
  for (std::size_t k = 0; k < layers.size(); ++k) {
    const std::size_t output = *program.wrt_output(k);
    values.activations.push_back(
        values_of(session.output(output), program.outputs()[output], layers[k].shape.elements()));
  }
  session.seed_classes(std::vector<std::int64_t>(batch, class_index));
  session.backward();
  for (std::size_t k = 0; k < layers.size(); ++k)
    values.gradients.push_back(values_of(session.gradient(k), program.outputs()[*program.wrt_output(k)],
                                         layers[k].shape.elements()));
  return values;
}

/// The layer behind which the correlation falls most, going from the picture to the scores or back.
std::optional<std::size_t> largest_fall(const std::vector<LayerAgreement>& layers,
                                        ArrayAgreement LayerAgreement::*what, bool is_from_scores) {
  std::optional<std::size_t> at;
  double most = kClearFall, before = 1;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const std::size_t place = is_from_scores ? layers.size() - 1 - i : i;
    const auto correlation = (layers[place].*what).correlation;
    if (!correlation)
      continue;
    if (before - *correlation >= most) {
      most = before - *correlation;
      at = place;
    }
    before = *correlation;
  }
  return at;
}

/// The layers with other numbers of values than there are classes: a layer of scores is no news.
std::vector<LayerInfo> layers_before_scores(const Program& scores, const Model& model) {
  std::vector<LayerInfo> all = layers(model, scores.options().height, scores.options().width);
  std::erase_if(all, [&](const LayerInfo& layer) { return shape_of(layer).elements() == scores.classes(); });
  return all;
}

Rect part_of(const FramedPhoto& photo) {
  return photo.framing().in_photo(photo.framing().crops.front().rect);
}

}  // namespace

MatchedLayers match_layers(std::span<const LayerInfo> first, std::span<const LayerInfo> second,
                           std::size_t most) {
  const Layers of_first = with_weights(first), of_second = with_weights(second);
  MatchedLayers matched{by_name(of_first, of_second), 0, true};
  if (auto pairs = by_order(of_first, of_second); pairs.size() > matched.pairs.size())
    matched = {std::move(pairs), 0, false};
  matched.shared = matched.pairs.size();
  if (matched.shared <= most)
    return matched;
  std::vector<LayerPair> some;
  for (std::size_t i = 0; i < most; ++i)
    some.push_back(matched.pairs[most == 1 ? matched.shared - 1 : i * (matched.shared - 1) / (most - 1)]);
  matched.pairs = std::move(some);
  return matched;
}

ArrayAgreement compare_arrays(std::span<const float> a, std::span<const float> b) {
  FOVEA_CHECK(a.size() == b.size(), "arrays of {} and {} values cannot be compared", a.size(), b.size());
  ArrayAgreement agreement;
  agreement.correlation =
      correlation(std::vector<double>(a.begin(), a.end()), std::vector<double>(b.begin(), b.end()));
  double difference = 0, size = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double x = a[i], y = b[i];
    difference += (x - y) * (x - y);
    size += x * x;
  }
  if (size > 0)
    agreement.relative_difference = std::sqrt(difference / size);
  return agreement;
}

ComparedLayers plan_layers(const Explainer& first, const Model& first_model, const Explainer& second,
                           const Model& second_model, std::size_t most) {
  ComparedLayers layers;
  if (most == 0) {
    layers.why_none = "layers were not asked for";
    return layers;
  }
  try {
    layers.matched = match_layers(layers_before_scores(first.program(), first_model),
                                  layers_before_scores(second.program(), second_model), most);
    layers.why_none = "the networks have no layers of the same shape";
  } catch (const ModelError& error) {
    layers.why_none = error.what();
  }
  for (std::vector<LayerPair>& pairs = layers.matched.pairs; !pairs.empty(); pairs.pop_back()) {
    std::vector<std::string> first_names, second_names;
    for (const LayerPair& pair : pairs) {
      first_names.push_back(pair.first);
      second_names.push_back(pair.second);
    }
    try {
      layers.first = compile_for_pictures(first_model, layer_options(first.program(), first_names));
      layers.second = compile_for_pictures(second_model, layer_options(second.program(), second_names));
      layers.why_none.clear();
      break;
    } catch (const InputError& error) {  // the last layer may lie behind the scores, or beside them
      layers.why_none = error.what();
    }
  }
  return layers;
}

LayerComparer::LayerComparer(const ComparedLayers& layers) : layers_(layers) {
  if (!layers.why_none.empty())
    return;
  first_.emplace(layers.first);
  second_.emplace(layers.second);
}

std::vector<LayerAgreement> LayerComparer::compare(const FramedPhoto& first, const FramedPhoto& second,
                                                   const std::pair<std::int64_t, std::int64_t>& classes) {
  const Shape &a = first.inputs().shape(), &b = second.inputs().shape();
  if (!first_ || part_of(first) != part_of(second) || a[2] != b[2] || a[3] != b[3])
    return {};
  const std::vector<LayerPair>& pairs = layers_.matched.pairs;
  const LayerValues of_first = run(*first_, first, classes.first, pairs);
  const LayerValues of_second = run(*second_, second, classes.second, pairs);
  std::vector<LayerAgreement> found;
  for (std::size_t k = 0; k < pairs.size(); ++k)
    found.push_back({compare_arrays(of_first.activations[k], of_second.activations[k]),
                     compare_arrays(of_first.gradients[k], of_second.gradients[k])});
  return found;
}

std::optional<std::size_t> LayerComparison::first_difference() const {
  const auto at = std::find_if(means.begin(), means.end(), [](const LayerAgreement& mean) {
    return mean.activation.relative_difference.value_or(0) >= kClearDifference;
  });
  return at == means.end() ? std::nullopt : std::optional<std::size_t>(at - means.begin());
}

std::optional<std::size_t> LayerComparison::activations_part() const {
  return largest_fall(means, &LayerAgreement::activation, false);
}

std::optional<std::size_t> LayerComparison::gradients_part() const {
  return largest_fall(means, &LayerAgreement::gradient, true);
}

LayerComparison mean_agreement(const ComparedLayers& layers,
                               std::span<const std::vector<LayerAgreement>* const> photos) {
  LayerComparison result{layers.matched, {}, 0, layers.why_none};
  for (const auto* photo : photos)
    result.photos += photo->empty() ? 0 : 1;
  if (result.why_none.empty() && result.photos == 0)
    result.why_none = photos.empty() ? "no photo could be compared"
                                     : "the networks see different parts of a photo, or see it in different "
                                       "sizes, so a layer's values are of different places";
  if (!result.why_none.empty())
    return result;
  const auto mean = [&](std::size_t k, ArrayAgreement LayerAgreement::*what,
                        std::optional<double> ArrayAgreement::*number) -> std::optional<double> {
    double sum = 0;
    std::int64_t count = 0;
    for (const auto* photo : photos)
      if (!photo->empty() && (photo->at(k).*what).*number) {
        sum += *((photo->at(k).*what).*number);
        ++count;
      }
    return count > 0 ? std::optional(sum / static_cast<double>(count)) : std::nullopt;
  };
  const auto mean_of = [&](std::size_t k, ArrayAgreement LayerAgreement::*what) {
    return ArrayAgreement{mean(k, what, &ArrayAgreement::correlation),
                          mean(k, what, &ArrayAgreement::relative_difference)};
  };
  for (std::size_t k = 0; k < result.matched.pairs.size(); ++k)
    result.means.push_back({mean_of(k, &LayerAgreement::activation), mean_of(k, &LayerAgreement::gradient)});
  return result;
}

}  // namespace fovea
