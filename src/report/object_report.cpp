#include "report/object_report.hpp"

#include "base/atomic_file.hpp"
#include "base/check.hpp"
#include "base/csv.hpp"
#include "base/enum_names.hpp"
#include "base/isolated.hpp"
#include "base/utf8.hpp"
#include "fovea/image.hpp"
#include "image/figure.hpp"
#include "report/map_caption.hpp"
#include "report/photo_region.hpp"
#include "report/result_place.hpp"
#include "report/result_text.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace fovea {
namespace {

namespace fs = std::filesystem;

constexpr EnumNames<ObjectFile, 6> kFiles = {{{ObjectFile::Mask, "mask"},
                                              {ObjectFile::Object, "object"},
                                              {ObjectFile::Components, "components"},
                                              {ObjectFile::Map, "map"},
                                              {ObjectFile::Seeds, "seeds"},
                                              {ObjectFile::Stages, "stages"}}};

std::string method_text(const std::string& method) {
  return method == "product" ? "Gradient × guided back-propagation" : std::string(method_info(method).title);
}

const char* crops_text(Crops crops) {
  return crops == Crops::Ten     ? "mean of ten crops"
         : crops == Crops::Whole ? "the whole photo"
                                 : "mean of the photo and its mirror image";
}

/// Seeds for a picture of another size: those of the nearest pixels.
Trimap seeds_for(const Image& picture, const Trimap& seeds) {
  Trimap result = Trimap::blank(picture.width, picture.height);
  for (std::int64_t y = 0; y < picture.height; ++y)
    for (std::int64_t x = 0; x < picture.width; ++x)
      result.at(x, y) = seeds.at(x * seeds.width / picture.width, y * seeds.height / picture.height);
  return result;
}

}  // namespace

std::string_view name_of(ObjectFile file) {
  return enum_name(kFiles, file);
}

std::vector<Box> ObjectReport::boxes(const Localization& object) const {
  if (options_.components)
    return component_boxes(object.mask, options_.localize.min_fraction);
  return object.box.empty() ? std::vector<Box>() : std::vector<Box>{object.box};
}

ObjectFiles ObjectReport::files(const FoundObject& found, const std::string& base) const {
  return files_of(base, !found.object.map.empty(), found.rank);
}

std::vector<std::string> ObjectReport::planned_files(const std::string& base, bool has_map,
                                                     std::int64_t ranks) const {
  std::vector<std::string> paths;
  for (std::int64_t rank = std::min<std::int64_t>(ranks, 1); rank <= ranks; ++rank)
    append(paths, paths_of(files_of(base, has_map, rank)));
  return paths;
}

ObjectFiles ObjectReport::files_of(const std::string& base, bool has_map, std::int64_t rank) const {
  if (is_graphic_path(options_.output))
    return {{ObjectFile::Stages, options_.output}};
  std::vector<ObjectFile> kinds = {ObjectFile::Mask, ObjectFile::Object};
  if (options_.components)
    kinds.push_back(ObjectFile::Components);
  if (options_.stages && has_map)
    kinds.push_back(ObjectFile::Map);
  if (options_.stages)
    kinds.insert(kinds.end(), {ObjectFile::Seeds, ObjectFile::Stages});
  const std::string start = rank > 0 ? fmt::format("{}-top{}", base, rank) : base;
  ObjectFiles files;
  for (const ObjectFile kind : kinds)
    files.emplace_back(kind, fmt::format("{}-{}.png", start, name_of(kind)));
  return files;
}

Figure ObjectReport::figure(const FoundObject& found, const Image& photo) const {
  const Localization& object = found.object;
  const Image shown_photo = for_panel(photo);
  std::vector<Panel> panels = {
      {shown_photo, "Photo", isolated_file(fs::path(found.image).filename().string())}};
  std::string seeds = "Red: object, blue: background";
  if (!object.map.empty()) {
    panels.push_back({colorize(to_grey(object.map, {}), options_.colormap), "Saliency map",
                      fmt::format("{}; {}.\nBrightest: the {}", method_text(options_.method),
                                  crops_text(options_.crops), percentile_text(DisplayRange{}.percentile)),
                      colour_bar(options_.colormap, object.map, {0, white_level(object.map, {})})});
    const SeedOptions& quantiles = options_.localize.seeds;
    if (!options_.has_strokes)
      seeds =
          fmt::format("Red: the brightest {:g} % of the map, object.\nBlue: the darkest {:g} %, background",
                      100 - 100 * quantiles.foreground_quantile, 100 * quantiles.background_quantile);
  }
  panels.push_back({draw_seeds(shown_photo, seeds_for(shown_photo, object.seeds)), "Seeds", seeds});
  const std::vector<Box> all = boxes(object);
  std::string where = all.size() > 2 ? fmt::format("{} boxes", all.size()) : describe(all);
  if (!object.map.empty() && !options_.has_strokes && !options_.components && !all.empty() &&
      is_mean_box(options_.localize))
    where += "\nThe box: the mean of the outline's and the map's";
  panels.push_back({draw_object(photo, object, all), all.size() > 1 ? "Object and boxes" : "Object and box",
                    std::move(where)});
  if (!found.target)
    return {"Object from strokes or points", "", std::move(panels)};
  return {labels_.short_name(found.target->index), score_text(*found.target, options_.network),
          std::move(panels)};
}

Image ObjectReport::picture(ObjectFile kind, const FoundObject& found, const Image& photo) const {
  const Localization& object = found.object;
  switch (kind) {
  case ObjectFile::Mask:
    return to_image(object.mask);
  case ObjectFile::Object:
    return draw_object(photo, object, boxes(object));
  case ObjectFile::Components:
    return to_image(connected_components(object.mask));
  case ObjectFile::Map:
    return to_grey(object.map, {});
  case ObjectFile::Seeds:
    return to_image(object.seeds);
  case ObjectFile::Stages:
    break;
  }
  FOVEA_ASSERT(!"the stages are a figure");
}

void ObjectReport::encode(const FoundObject& found, const std::string& base, const Image& photo,
                          const TakeFile& take) const {
  for (const auto& [kind, file] : files(found, base))
    if (kind == ObjectFile::Stages)
      take(file, encode_graphic(file, figure(found, photo), options_.dpi));
    else
      take(file, encode_png(picture(kind, found, photo)));
}

void ObjectReport::write(const FoundObject& found, const std::string& base, const Image& photo) const {
  encode(found, base, photo, write_file_atomically);
}

nlohmann::ordered_json ObjectReport::json(const FoundObject& found, const std::string& base) const {
  const Localization& object = found.object;
  const auto box_json = [](const Box& box) { return nlohmann::ordered_json::parse(to_json(box)); };
  nlohmann::ordered_json json = {{"image", found.image}};
  if (found.target) {
    json["class"] = to_json(labels_, found.target->index);
    add_scores(json, *found.target);
    json["method"] = options_.method;
    json["crops"] = to_json(options_.crops);
  }
  json["preset"] = options_.preset;
  json["box"] = object.box.empty() ? nlohmann::ordered_json() : box_json(object.box);
  if (options_.components) {
    json["boxes"] = nlohmann::ordered_json::array();
    for (const Box& box : boxes(object))
      json["boxes"].push_back(box_json(box));
  }
  json["area"] = object.mask.area();
  json["energies"] = object.energies;
  for (const auto& [kind, file] : files(found, base))
    json["files"][name_of(kind)] = file;
  return json;
}

std::string ObjectReport::csv_header() {
  return "image,class,wordnet_id,name,score,probability," + box_csv_header() + "\n";
}

std::string ObjectReport::csv(const FoundObject& found) const {
  std::string answer = ",,,,";
  if (found.target) {
    const std::int64_t index = found.target->index;
    const std::optional<double>& probability = found.target->probability;
    answer = fmt::format("{},{},{},{:.9g},{}", index,
                         index < labels_.size() ? csv_field(labels_[index].wordnet_id) : "",
                         csv_field(labels_.name(index)), found.target->score,
                         probability ? fmt::format("{:.9g}", *probability) : "");
  }
  std::string lines;
  for (const Box& box : boxes(found.object))
    lines += fmt::format("{},{},{}\n", shown(csv_field(found.image)), shown(answer), to_csv(box));
  return lines.empty() ? fmt::format("{},{},,,,\n", shown(csv_field(found.image)), shown(answer)) : lines;
}

std::string ObjectReport::text(const FoundObject& found, const std::string& base) const {
  std::string answer;
  if (found.target) {
    // Other commands look at the centre crop, so the same photo has another probability there.
    const std::string views =
        found.target->probability ? fmt::format(" ({})", crops_text(options_.crops)) : "";
    answer = fmt::format("{} (class {}){}{}: ", labels_.name_with_id(found.target->index),
                         found.target->index, confidence_text(*found.target), views);
  }
  std::string text = fmt::format("{}: {}{}, {:.1f} % of the photo\n", shown(found.image), shown(answer),
                                 describe(boxes(found.object)), 100 * area_share(found.object));
  for (const auto& [kind, file] : files(found, base))
    text += fmt::format("  {}\n", shown(file));
  return text;
}

}  // namespace fovea
