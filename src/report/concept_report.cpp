#include "report/concept_report.hpp"

#include "base/check.hpp"
#include "base/isolated.hpp"
#include "base/replacement.hpp"
#include "base/shown_format.hpp"
#include "base/shown_path.hpp"
#include "batch/picture_source.hpp"
#include "evaluate/photo_runs.hpp"
#include "fovea/error.hpp"
#include "fovea/explain.hpp"
#include "image/blur.hpp"
#include "report/concept_pictures.hpp"
#include "report/result_place.hpp"
#include "report/result_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

namespace fovea {
namespace {

constexpr std::array<std::string_view, 2> kEndings = {"-map.png", "-relevance.npy"};

/// The standard deviation, as a part of the shorter side, by which displayed relevance is smoothed: the
/// windows of a first layer that skips pixels overlap in a grid.
constexpr double kSmoothing = 0.015;

/// The sum of the channels' relevance in each pixel where it speaks for the class, 0 elsewhere, smoothed.
Tensor supporting(const Tensor& relevance) {
  const Shape& shape = relevance.shape();
  Tensor map(DType::F32, {shape[1], shape[2]});
  auto sum = map.data<float>();
  const auto values = relevance.data<float>();
  for (std::size_t i = 0; i < values.size(); ++i)
    sum[i % sum.size()] += values[i];
  for (float& value : sum)
    value = std::max(value, 0.0F);
  gaussian_blur(sum, shape[1], shape[2], kSmoothing * static_cast<double>(std::min(shape[1], shape[2])));
  return map;
}

/// What is shown of a unit's receptive field: at most half of the picture in each direction, around the
/// unit's place, since the fields of late layers are the whole picture and show nothing.
Rect shown_field(const LayerInfo& layer, const Unit& unit) {
  Rect field = layer.field_of(unit.y, unit.x);
  const auto narrow = [](std::int64_t& begin, std::int64_t& size, std::int64_t picture, std::int64_t at,
                         std::int64_t count) {
    const std::int64_t most = std::max<std::int64_t>(picture / 2, 1),
                       centre = (2 * at + 1) * picture / (2 * count);
    if (size > 0 && size <= most)
      return;
    begin = std::clamp<std::int64_t>(centre - most / 2, 0, picture - most);
    size = most;
  };
  narrow(field.x, field.width, layer.picture_width, unit.x, layer.layout->width());
  narrow(field.y, field.height, layer.picture_height, unit.y, layer.layout->height());
  return field;
}

/// The relevance of all channels in the order of their numbers.
Tensor by_channel(const ChannelRelevances& found) {
  Tensor all(DType::F32, {static_cast<std::int64_t>(found.channels.size())});
  for (const ChannelRelevance& channel : found.channels)
    all.data<float>()[static_cast<std::size_t>(channel.channel)] = static_cast<float>(channel.relevance);
  return all;
}

/// The sum of all channels' magnitudes, of which each has a share.
double magnitude(const ChannelRelevances& found) {
  double sum = 0;
  for (const ChannelRelevance& channel : found.channels)
    sum += std::abs(channel.relevance);
  return sum;
}

}  // namespace

RelevantPatches::RelevantPatches(const ConceptExplainer& explainer, const Network& network,
                                 PictureInputs inputs, std::int64_t count, const ProcessFiles& process_files)
    : network_(network), layer_(explainer.layer()), inputs_(std::move(inputs)),
      best_(layer_.layout->channels(), count) {
  check_has_units(layer_);
  PictureSource source(inputs_, {});
  code_ = process_pictures(source, process_files, [&]() -> PictureWorker {
    auto own = std::make_shared<ConceptExplainer>(explainer);
    return [this, own](const Picture& picture) -> DeliverResult {
      std::vector<UnitActivation> strongest(static_cast<std::size_t>(layer_.layout->channels()));
      for (const ChannelRelevance& channel : own->relevances(read_picture(picture)).channels)
        strongest[static_cast<std::size_t>(channel.channel)] = channel.strongest;
      return [this, number = number_of(picture.place), strongest = std::move(strongest)] {
        best_.add(number, strongest);
        ++pictures_;
      };
    };
  });
  FOVEA_CHECK(pictures_ > 0, "none of the pictures that channels are to be looked up in can be explained");
}

std::vector<std::vector<RelevantPatches::Patch>>
RelevantPatches::of(const std::vector<std::int64_t>& channels) const {
  std::set<PicturePlace> places;
  for (const std::int64_t channel : channels)
    for (const StrongestPatches::Patch& one : best_.of(channel))
      places.insert(place_of(one.picture));
  std::map<std::size_t, std::pair<std::string, Image>> seen;  // by the pictures' numbers
  PictureSource source(inputs_, {}, {}, places);
  while (seen.size() < places.size()) {
    const std::optional<Picture> picture = source.next();
    FOVEA_CHECK(picture, "a picture is not where it was before");
    if (!picture->problem.empty())
      throw InputError(picture->problem);
    const Framing framing = frame(read_picture(*picture), network_.preprocessing, network_.size, Crops::One);
    seen[number_of(picture->place)] = {
        picture->name,
        resize(crop(framing.resized, framing.crops.front().rect), network_.size.width, network_.size.height)};
  }
  std::vector<std::vector<Patch>> patches;
  for (const std::int64_t channel : channels) {
    patches.emplace_back();
    for (const StrongestPatches::Patch& one : best_.of(channel)) {
      const auto& [name, image] = seen.at(one.picture);
      const Unit& unit = one.activation.unit;
      patches.back().push_back({name, one.activation.value, unit, crop(image, shown_field(layer_, unit))});
    }
  }
  return patches;
}

std::string ConceptReport::heading(const std::string& path, const ChannelRelevances& found) const {
  const std::string file = isolated_file(std::filesystem::path(name_of_input(path)).filename().string());
  const std::string of_network = options_.network.empty() ? "" : " of " + options_.network;
  return fmt::format("{}: channels of layer {}{} for {}", file,
                     options_.layer_name.empty() ? layer_.name : options_.layer_name, of_network,
                     isolated(network_.labels.short_name(found.target.index)));
}

ConceptView ConceptReport::view(const ChannelRelevances& found, const Tensor& relevance,
                                std::vector<RelevantPatches::Patch> patches, const std::string& start,
                                nlohmann::ordered_json& entry) const {
  ConceptView view{fmt::format("Channel {}", entry.at("channel").get<std::int64_t>()),
                   fmt::format("{:.1f} %", 100 * entry.at("share").get<double>()),
                   supporting(relevance),
                   {}};
  if (!is_graphic_path(options_.output)) {
    write_png(start + "-map.png", map_over(found.seen, view.map));
    write_npy(start + "-relevance.npy", relevance);
    entry["files"] = {{"map", start + "-map.png"}, {"relevance", start + "-relevance.npy"}};
  }
  for (RelevantPatches::Patch& patch : patches) {
    entry["patches"].push_back(
        {{"image", patch.image}, {"y", patch.unit.y}, {"x", patch.unit.x}, {"relevance", patch.relevance}});
    view.patches.push_back({std::move(patch.picture), "", fmt::format("{:.3g}", patch.relevance)});
  }
  return view;
}

std::string ConceptReport::details() const {
  return patches_
             ? fmt::format("Each channel's share of the relevance, where it comes from, and the parts of {} "
                           "pictures in which the channel is most relevant",
                           patches_->pictures())
             : "Each channel's share of the relevance, and where it comes from";
}

ConceptResult ConceptReport::make(ConceptExplainer& explainer, const std::string& path,
                                  const std::string& base) const {
  const bool is_figure_alone = is_graphic_path(options_.output);
  const ChannelRelevances found = explainer.relevances(read_image(path), options_.target);
  const std::vector<ChannelRelevance> chosen = explainer.choose(found, options_.channel, options_.channels);
  const double all = magnitude(found);
  ConceptResult result{
      {{"image", name_of_input(path)}, {"layer", layer_.name}, {"rule", name_of(options_.rule)}},
      shown(name_of_input(path)) + "\n"};
  result.json["class"] = to_json(network_.labels, found.target.index);
  result.json["score"] = found.target.score;
  result.json["probability"] = to_json(found.target.probability);
  result.json["relevance"] = found.total;
  result.text += shown_format("  {} (class {}), score {:.3f}{}; the layer has {:.3f} of it\n",
                              network_.labels.name_with_id(found.target.index), found.target.index,
                              found.target.score, probability_text(found.target.probability), found.total);
  if (!is_figure_alone) {
    result.json["channel_relevance"] = base + "-channels.npy";
    write_npy(base + "-channels.npy", by_channel(found));
  }
  std::vector<std::int64_t> numbers;
  for (const ChannelRelevance& channel : chosen)
    numbers.push_back(channel.channel);
  auto patches = patches_ ? patches_->of(numbers) : std::vector<std::vector<RelevantPatches::Patch>>();
  patches.resize(chosen.size());
  std::vector<ConceptView> views;
  for (std::size_t k = 0; k < chosen.size(); ++k) {
    const ChannelRelevance& channel = chosen[k];
    const double share = all > 0 ? channel.relevance / all : 0;
    nlohmann::ordered_json entry = {{"channel", channel.channel},
                                    {"relevance", channel.relevance},
                                    {"share", share},
                                    {"y", channel.strongest.unit.y},
                                    {"x", channel.strongest.unit.x}};
    result.text +=
        shown_format("  channel {:<5} {:6.2f} %  {:.4g}\n", channel.channel, 100 * share, channel.relevance);
    views.push_back(view(found, explainer.map(found, channel.channel), std::move(patches[k]),
                         fmt::format("{}-c{}", base, channel.channel), entry));
    result.json["channels"].push_back(std::move(entry));
  }
  const std::string figure = is_figure_alone ? options_.output : base + "-figure.png";
  write_graphic(
      figure,
      concept_figure(found.seen, supporting(explainer.map(found)), views, heading(path, found), details()),
      options_.dpi);
  result.json["figure"] = figure;
  result.text += shown_format("  {}\n", figure);
  return result;
}

std::vector<std::string> ConceptReport::planned_files(const std::string& base) const {
  if (is_graphic_path(options_.output))
    return {options_.output};
  std::vector<std::string> files = {base + "-figure.png", base + "-channels.npy"};
  append(files, numbered_files(base + "-c", kEndings));
  return files;
}

}  // namespace fovea
