#include "report/map_report.hpp"

#include "base/enum_names.hpp"
#include "base/shown_format.hpp"
#include "fovea/explain.hpp"
#include "fovea/tensor.hpp"
#include "report/result_text.hpp"

#include <filesystem>

namespace fovea {
namespace {

namespace fs = std::filesystem;

constexpr EnumNames<MapFile, 6> kMapFiles = {{{MapFile::Map, "map"},
                                              {MapFile::Heat, "heat"},
                                              {MapFile::Overlay, "overlay"},
                                              {MapFile::RawMap, "raw_map"},
                                              {MapFile::Gradient, "gradient"},
                                              {MapFile::Figure, "figure"}}};

/// The value that is displayed as white.
std::string range_text(const DisplayRange& range) {
  const std::string gamma = range.gamma == 1.0 ? "" : fmt::format(", gamma {:g}", range.gamma);
  return range.percentile >= 100 ? "highest: the maximum" + gamma
                                 : fmt::format("highest: the {:g} % quantile{}", range.percentile, gamma);
}

}  // namespace

std::string_view name_of(MapFile file) {
  return enum_name(kMapFiles, file);
}

MapFiles MapReport::files(const std::string& base) const {
  if (ends_with_png(options_.output))
    return {{MapFile::Figure, options_.output}};
  MapFiles files = {{MapFile::Map, base + "-map.png"},
                    {MapFile::Heat, base + "-heat.png"},
                    {MapFile::Overlay, base + "-overlay.png"},
                    {MapFile::RawMap, base + "-map.npy"},
                    {MapFile::Gradient, base + "-gradient.npy"}};
  if (options_.figure || options_.class_model)
    files.emplace_back(MapFile::Figure, base + "-figure.png");
  return files;
}

Image MapReport::figure(const Explanation& result, const std::string& photo, const Image& grey) const {
  const DisplayLevels levels = result.levels(options_.range);
  const std::string name = labels_.short_name(result.target.index);
  const std::string answer = fmt::format("{}, score {:.2f}{}", name, result.target.score,
                                         probability_text(result.target.probability));
  const std::string file = fs::path(photo).filename().string();
  const Panel map = {
      colorize(grey, options_.colormap), "Saliency map",
      fmt::format("{}; {}", method_info(options_.method).title, range_text(options_.range)),
      ColourBar{options_.colormap, fmt::format("{:.2g}", levels.black), fmt::format("{:.3g}", levels.white)}};
  std::vector<Panel> panels;
  if (options_.class_model)
    panels = {{result.seen, "Photo", file + ": " + answer}, class_models_.panel(result.target.index), map};
  else
    panels = {{result.seen, "Photo", file},
              map,
              {overlay(result.seen, grey, options_.colormap), "Map on the photo", answer}};
  return make_figure(panels, fmt::format("{} (class {})", name, result.target.index));
}

void MapReport::write(const Explanation& result, const std::string& photo, const MapFiles& files) const {
  const Image grey = result.grey(options_.range);
  for (const auto& [kind, file] : files)
    switch (kind) {
    case MapFile::Map:
      write_png(file, grey);
      break;
    case MapFile::Heat:
      write_png(file, colorize(grey, options_.colormap));
      break;
    case MapFile::Overlay:
      write_png(file, overlay(result.seen, grey, options_.colormap));
      break;
    case MapFile::RawMap:
      write_npy(file, result.map);
      break;
    case MapFile::Gradient:
      write_npy(file, result.relevance);
      break;
    case MapFile::Figure:
      write_png(file, figure(result, photo, grey));
      break;
    }
}

nlohmann::ordered_json MapReport::json(const Explanation& result, const std::string& photo,
                                       const MapFiles& files) const {
  const DisplayLevels levels = result.levels(options_.range);
  nlohmann::ordered_json json = {{"image", photo}, {"class", to_json(labels_, result.target.index)}};
  json["score"] = result.target.score;
  json["probability"] = to_json(result.target.probability);
  if (result.against)
    json["against"] = to_json(labels_, *result.against);
  json["method"] = options_.method;
  if (result.completeness_error)
    json["completeness_error"] = *result.completeness_error;
  json["crops"] = to_json(options_.crops);
  json["region"] = {{"x", result.region.x},
                    {"y", result.region.y},
                    {"width", result.region.width},
                    {"height", result.region.height}};
  if (levels.black != 0)
    json["black_level"] = levels.black;
  json["white_level"] = levels.white;
  for (const auto& [kind, file] : files)
    json["files"][name_of(kind)] = file;
  return json;
}

std::string MapReport::text(const Explanation& result, const std::string& photo,
                            const MapFiles& files) const {
  std::string text =
      shown_format("{}: {} (class {}), score {:.3f}{}\n", photo, labels_.name_with_id(result.target.index),
                   result.target.index, result.target.score, probability_text(result.target.probability));
  for (const auto& [kind, file] : files)
    text += shown_format("  {}\n", file);
  return text;
}

std::string MapReport::warning(const Explanation& result, const std::string& photo) const {
  if (!result.levels(options_.range).is_flat())
    return {};
  return fmt::format("{}: the map is zero everywhere, so it is black (score {:.3g})", photo,
                     result.target.score);
}

}  // namespace fovea
