#include "base/check.hpp"
#include "base/isolated.hpp"
#include "base/replacement.hpp"
#include "base/shown_format.hpp"
#include "base/shown_path.hpp"
#include "report/concept_pictures.hpp"
#include "report/concept_report.hpp"
#include "report/result_place.hpp"
#include "report/result_text.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <numeric>

namespace fovea {
namespace {

constexpr std::array<std::string_view, 1> kEndings = {"-map.png"};
/// The channels that are named of a direction.
constexpr std::size_t kNamedChannels = 5;

/// The k-th map [h,w] of maps [concepts,h,w].
Tensor map_at(const Tensor& maps, std::int64_t k) {
  const Shape& shape = maps.shape();
  Tensor map(DType::F32, {shape[1], shape[2]});
  std::memcpy(map.raw(), maps.data<float>().data() + k * shape[1] * shape[2], map.bytes());
  return map;
}

/// The largest value of a concept in any photo, which is white in all of its maps.
double white_of(const ConceptFactors& factors, std::int64_t k) {
  double white = 0;
  for (const Tensor& maps : factors.maps)
    white = std::max(white, white_level(map_at(maps, k), {.percentile = 100}));
  return white;
}

/// A direction's channels with the largest parts.
nlohmann::ordered_json named_channels(const Tensor& directions, std::int64_t k) {
  const auto channels = static_cast<std::size_t>(directions.shape()[1]);
  const auto row = directions.data<float>().subspan(static_cast<std::size_t>(k) * channels, channels);
  std::vector<std::size_t> order(channels);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return row[a] > row[b]; });
  auto json = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < std::min(kNamedChannels, channels) && row[order[i]] > 0; ++i)
    json.push_back({{"channel", order[i]}, {"weight", row[order[i]]}});
  return json;
}

std::string directions_file(const FactorReportOptions& options) {
  return (std::filesystem::path(options.output) / "concepts-directions.npy").string();
}

std::string figure_file(const FactorReportOptions& options) {
  return is_graphic_path(options.output)
             ? options.output
             : (std::filesystem::path(options.output) / "concepts-figure.png").string();
}

std::string describe_channels(const nlohmann::ordered_json& channels) {
  std::string text;
  for (const auto& one : channels)
    text += fmt::format("{}{} ({:.2f})", text.empty() ? "" : ", ", one.at("channel").get<std::int64_t>(),
                        one.at("weight").get<double>());
  return text;
}

/// The maps of a photo over it, written to files unless only a figure is asked for.
std::vector<Image> maps_of(const ActivatedPhoto& photo, const Tensor& maps, const std::vector<double>& white,
                           bool is_figure_alone, nlohmann::ordered_json& entry) {
  if (!is_figure_alone) {
    entry["concepts"] = photo.base + "-concepts.npy";
    write_npy(photo.base + "-concepts.npy", maps);
  }
  std::vector<Image> pictures;
  for (std::size_t k = 0; k < white.size(); ++k) {
    pictures.push_back(map_over(photo.seen, map_at(maps, static_cast<std::int64_t>(k)), white[k]));
    if (is_figure_alone)
      continue;
    const std::string file = fmt::format("{}-concept{}-map.png", photo.base, k + 1);
    write_png(file, pictures.back());
    entry["maps"].push_back(file);
  }
  return pictures;
}

}  // namespace

ConceptResult write_factors(std::span<const ActivatedPhoto> photos, const Model& model,
                            const LayerInfo& layer, const FactorReportOptions& options) {
  std::vector<Tensor> activations;
  for (const ActivatedPhoto& photo : photos)
    activations.push_back(photo.activations);
  check_can_be_factorised(model, layer, activations);
  const ConceptFactors factors = factorise(activations, options.factors);
  const bool is_figure_alone = is_graphic_path(options.output);
  const std::int64_t concepts = options.factors.concepts;
  ConceptResult result{
      {{"layer", layer.name},
       {"seed", options.factors.seed},
       {"error", factors.errors.back()},
       {"iterations", factors.errors.size() - 1}},
      fmt::format("layer {}: {} concepts, with an error of {:.1f} % of the norm of its activations\n",
                  shown(layer.name), concepts, 100 * factors.errors.back())};
  std::vector<double> white;
  for (std::int64_t k = 0; k < concepts; ++k) {
    white.push_back(white_of(factors, k));
    const nlohmann::ordered_json channels = named_channels(factors.directions, k);
    result.text += fmt::format("  concept {}: channels {}\n", k + 1, describe_channels(channels));
    result.json["concepts"].push_back({{"concept", k + 1}, {"channels", channels}});
  }
  std::vector<Panel> panels;
  for (std::size_t n = 0; n < photos.size(); ++n) {
    const std::string file = std::filesystem::path(name_of_input(photos[n].path)).filename().string();
    nlohmann::ordered_json entry = {{"image", name_of_input(photos[n].path)}};
    panels.push_back({photos[n].seen, isolated_file(file), ""});
    std::vector<Image> maps = maps_of(photos[n], factors.maps[n], white, is_figure_alone, entry);
    for (std::size_t k = 0; k < maps.size(); ++k)
      panels.push_back({std::move(maps[k]), fmt::format("Concept {}", k + 1), ""});
    result.json["photos"].push_back(std::move(entry));
  }
  if (!is_figure_alone) {
    write_npy(directions_file(options), factors.directions);
    result.json["directions"] = directions_file(options);
    result.text += shown_format("  {}\n", directions_file(options));
  }
  const std::string of_network = options.network.empty() ? "" : " of " + options.network;
  const Figure figure{fmt::format("{} concepts in layer {}{}", concepts,
                                  options.layer_name.empty() ? layer.name : options.layer_name, of_network),
                      "The brighter, the more of a concept; each has the same scale in all photos",
                      std::move(panels), concepts + 1, 168};
  write_graphic(figure_file(options), figure, options.dpi);
  result.json["figure"] = figure_file(options);
  result.text += shown_format("  {}\n", figure_file(options));
  return result;
}

std::vector<std::string> planned_factor_files(std::span<const std::string> bases,
                                              const FactorReportOptions& options) {
  std::vector<std::string> files = {figure_file(options)};
  if (is_graphic_path(options.output))
    return files;
  files.push_back(directions_file(options));
  for (const std::string& base : bases) {
    files.push_back(base + "-concepts.npy");
    append(files, numbered_files(base + "-concept", kEndings));
  }
  return files;
}

}  // namespace fovea
