#include "report/map_report.hpp"

#include "base/atomic_file.hpp"
#include "base/check.hpp"
#include "base/enum_names.hpp"
#include "base/isolated.hpp"
#include "base/shown_format.hpp"
#include "fovea/explain.hpp"
#include "fovea/tensor.hpp"
#include "image/figure.hpp"
#include "image/npy_header.hpp"
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

/// What `write_npy` writes.
std::string npy_file(const Tensor& tensor) {
  return npy_head(tensor).append(static_cast<const char*>(tensor.raw()), tensor.bytes());
}

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
                     options_.class_model ? &class_models_.panel(results.front().target.index) : nullptr,
                     options_.are_targets, options_.box});
}

Image MapReport::marked(const Image& photo) const {
  return options_.box ? mark_box(photo, {0, 0, photo.width, photo.height}, *options_.box) : photo;
}

std::string MapReport::encode_map(MapFile kind, const Explanation& result, const Image& photo) const {
  switch (kind) {
  case MapFile::Map:
    return encode_png(result.grey(options_.range));
  case MapFile::Heat:
    return encode_png(result.heat(options_.overlay.colormap, options_.range));
  case MapFile::Overlay:
    return encode_png(marked(result.overlay_on(photo, options_.overlay, options_.range)));
  case MapFile::RawMap:
    return npy_file(result.map);
  case MapFile::Gradient:
    return npy_file(result.relevance);
  case MapFile::Figure:
    break;
  }
  FOVEA_ASSERT(!"the figure belongs to all maps");
}

void MapReport::encode(std::span<const Explanation> results, const Image& photo, const std::string& path,
                       const PhotoFiles& files, const TakeFile& take) const {
  for (std::size_t i = 0; i < results.size(); ++i)
    for (const auto& [kind, file] : files[i])
      if (kind != MapFile::Figure)
        take(file, encode_map(kind, results[i], photo));
  if (const auto& [kind, file] = files.front().back(); kind == MapFile::Figure)
    take(file, encode_graphic(file, figure(results, photo, path), options_.dpi));
}

void MapReport::write(std::span<const Explanation> results, const Image& photo, const std::string& path,
                      const PhotoFiles& files) const {
  encode(results, photo, path, files, write_file_atomically);
}

nlohmann::ordered_json MapReport::json(const Explanation& result, const std::string& path,
                                       const MapFiles& files) const {
  const DisplayLevels levels = result.levels(options_.range);
  nlohmann::ordered_json json = {{"image", path}, {"class", to_json(labels_, result.target.index)}};
  add_scores(json, result.target);
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
      options_.are_targets
          ? shown_format("{}: {}, value {:.6g}{}\n", path, labels_.name(target.index), target.score,
                         probability_text(target.probability))
          : shown_format("{}: {} (class {}), score {:.3f}{}\n", path, labels_.name_with_id(target.index),
                         target.index, target.score, confidence_text(target));
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
