#include "report/map_report.hpp"

#include "base/enum_names.hpp"
#include "base/isolated.hpp"
#include "base/shown_format.hpp"
#include "fovea/explain.hpp"
#include "fovea/tensor.hpp"
#include "report/map_figure.hpp"
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

}  // namespace

std::string_view name_of(MapFile file) {
  return enum_name(kMapFiles, file);
}

PhotoFiles MapReport::files(const std::string& base) const {
  PhotoFiles files;
  for (const std::string& method : options_.methods) {
    if (is_figure_alone()) {
      files.push_back({{MapFile::Figure, options_.output}});
      continue;
    }
    const std::string start = options_.methods.size() == 1 ? base : base + "-" + method;
    files.push_back({{MapFile::Map, start + "-map.png"},
                     {MapFile::Heat, start + "-heat.png"},
                     {MapFile::Overlay, start + "-overlay.png"},
                     {MapFile::RawMap, start + "-map.npy"},
                     {MapFile::Gradient, start + "-gradient.npy"}});
    if (options_.figure || options_.class_model)
      files.back().emplace_back(MapFile::Figure, base + "-figure.png");
  }
  return files;
}

Figure MapReport::figure(std::span<const Explanation> results, const Image& photo,
                         const std::string& path) const {
  return map_figure(results, photo,
                    {options_.network, options_.method_options, options_.crops, options_.range,
                     options_.overlay, isolated_file(fs::path(path).filename().string()),
                     options_.class_model ? &class_models_.panel(results.front().target.index) : nullptr});
}

void MapReport::write_map(const Explanation& result, const Image& photo, const MapFiles& files) const {
  for (const auto& [kind, file] : files)
    switch (kind) {
    case MapFile::Map:
      write_png(file, result.grey(options_.range));
      break;
    case MapFile::Heat:
      write_png(file, result.heat(options_.overlay.colormap, options_.range));
      break;
    case MapFile::Overlay:
      write_png(file, result.overlay_on(photo, options_.overlay, options_.range));
      break;
    case MapFile::RawMap:
      write_npy(file, result.map);
      break;
    case MapFile::Gradient:
      write_npy(file, result.relevance);
      break;
    case MapFile::Figure:
      break;
    }
}

void MapReport::write(std::span<const Explanation> results, const Image& photo, const std::string& path,
                      const PhotoFiles& files) const {
  for (std::size_t i = 0; i < results.size(); ++i)
    write_map(results[i], photo, files[i]);
  if (const auto& [kind, file] = files.front().back(); kind == MapFile::Figure)
    write_graphic(file, figure(results, photo, path), options_.dpi);
}

nlohmann::ordered_json MapReport::json(const Explanation& result, const std::string& path,
                                       const MapFiles& files) const {
  const DisplayLevels levels = result.levels(options_.range);
  nlohmann::ordered_json json = {{"image", path}, {"class", to_json(labels_, result.target.index)}};
  json["score"] = result.target.score;
  json["probability"] = to_json(result.target.probability);
  if (result.against)
    json["against"] = to_json(labels_, *result.against);
  json["method"] = result.method;
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

std::string MapReport::text(std::span<const Explanation> results, const std::string& path,
                            const PhotoFiles& files) const {
  const Prediction& target = results.front().target;
  std::string text =
      shown_format("{}: {} (class {}), score {:.3f}{}\n", path, labels_.name_with_id(target.index),
                   target.index, target.score, probability_text(target.probability));
  const bool is_one = results.size() == 1;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (!is_one && !is_figure_alone())
      text += fmt::format("  {}\n", results[i].method);
    for (const auto& [kind, file] : files[i])
      if (is_one || kind != MapFile::Figure)
        text += shown_format("{}{}\n", is_one ? "  " : "    ", file);
  }
  if (const auto& [kind, file] = files.front().back(); !is_one && kind == MapFile::Figure)
    text += shown_format("  {}\n", file);
  return text;
}

std::string MapReport::warning(const Explanation& result, const std::string& path) const {
  if (!result.levels(options_.range).is_flat())
    return {};
  return fmt::format("{}: the map{} is zero everywhere, so it is black (score {:.3g})", path,
                     options_.methods.size() == 1 ? "" : " of " + result.method, result.target.score);
}

}  // namespace fovea
