#include "base/csv.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/result_text.hpp"
#include "cli/verbs/localize.hpp"
#include "fovea/display.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace fovea::cli {
namespace {

namespace fs = std::filesystem;

/// What is written for one object; empty names are not.
struct Files {
  std::string mask, object, components, map, seeds, stages;
};

/// Each file with its name in JSON.
std::vector<std::pair<const char*, const std::string*>> listed(const Files& files) {
  std::vector<std::pair<const char*, const std::string*>> list;
  for (const auto& [key, file] : {std::pair{"mask", &files.mask}, std::pair{"object", &files.object},
                                  std::pair{"components", &files.components}, std::pair{"map", &files.map},
                                  std::pair{"seeds", &files.seeds}, std::pair{"stages", &files.stages}})
    if (!file->empty())
      list.emplace_back(key, file);
  return list;
}

Files names_of(const LocalizeArguments& arguments, const std::string& base, const FoundObject& found) {
  if (ends_with_png(arguments.output))
    return {{}, {}, {}, {}, {}, arguments.output};
  const std::string start = found.rank > 0 ? fmt::format("{}-top{}", base, found.rank) : base;
  Files files{start + "-mask.png", start + "-object.png", {}, {}, {}, {}};
  if (arguments.components)
    files.components = start + "-components.png";
  if (arguments.stages) {
    files.map = found.object.map.empty() ? "" : start + "-map.png";
    files.seeds = start + "-seeds.png";
    files.stages = start + "-stages.png";
  }
  return files;
}

const char* method_text(const std::string& method) {
  return method == "product" ? "gradient x guided" : method.c_str();
}

const char* crops_text(Crops crops) {
  return crops == Crops::Ten ? "ten crops" : crops == Crops::Whole ? "whole photo" : "photo and mirror image";
}

/// Photo, map, seeds, and `marked`, the object with its box: the stages of Simonyan 2013, figure 4.
Image figure_of(const FoundObject& found, const LocalizeArguments& arguments, const Labels& labels,
                const Image& marked) {
  const Localization& object = found.object;
  const LocalizeOptions options = localize_options(arguments);
  std::vector<Panel> panels = {{object.seen, "Photo", fs::path(found.image).filename().string()}};
  std::string seeds = "red: object, blue: background";
  if (!object.map.empty()) {
    panels.push_back(
        {colorize(to_grey(object.map, {}), arguments.colormap), "Saliency map",
         fmt::format("{}, {}", method_text(arguments.method_name()), crops_text(arguments.framing())),
         ColourBar{arguments.colormap, "0", fmt::format("{:.3g}", white_level(object.map, {}))}});
    seeds = fmt::format("red: above the {:g} % quantile, blue: below {:g} %",
                        100 * options.seeds.foreground_quantile, 100 * options.seeds.background_quantile);
  }
  panels.push_back({draw_seeds(object.seen, object.seeds), "Seeds", seeds});
  const std::vector<Box> boxes = boxes_of(object, arguments);
  panels.push_back({marked, boxes.size() > 1 ? "Object and boxes" : "Object and box",
                    boxes.size() > 2 ? fmt::format("{} boxes", boxes.size()) : describe(boxes)});
  const std::string heading =
      found.target ? fmt::format("{} (class {}){}", labels.short_name(found.target->index),
                                 found.target->index, probability_text(found.target->probability))
                   : "Object from strokes or points";
  return make_figure(panels, heading);
}

void write_files(const FoundObject& found, const LocalizeArguments& arguments, const Labels& labels,
                 const Image& photo, const Files& files) {
  const Localization& object = found.object;
  const Image marked = draw_object(photo, object, boxes_of(object, arguments));
  if (!files.mask.empty())
    write_png(files.mask, mask_image(object.mask));
  if (!files.object.empty())
    write_png(files.object, marked);
  if (!files.components.empty())
    write_png(files.components, label_image(connected_components(object.mask)));
  if (!files.map.empty())
    write_png(files.map, to_grey(object.map, {}));
  if (!files.seeds.empty())
    write_png(files.seeds, trimap_image(object.seeds));
  if (!files.stages.empty())
    write_png(files.stages, figure_of(found, arguments, labels, marked));
}

nlohmann::ordered_json describe_json(const FoundObject& found, const LocalizeArguments& arguments,
                                     const Labels& labels, const Files& files) {
  const Localization& object = found.object;
  nlohmann::ordered_json json = {{"image", found.image}};
  if (found.target) {
    json["class"] = to_json(labels, found.target->index);
    json["score"] = found.target->score;
    json["probability"] = to_json(found.target->probability);
    json["method"] = arguments.method_name();
    json["crops"] = to_json(arguments.framing());
  }
  json["preset"] = arguments.preset;
  json["box"] = object.box.empty() ? nlohmann::ordered_json()
                                   : nlohmann::ordered_json::parse(fovea::to_json(object.box));
  if (arguments.components) {
    json["boxes"] = nlohmann::ordered_json::array();
    for (const Box& box : boxes_of(object, arguments))
      json["boxes"].push_back(nlohmann::ordered_json::parse(fovea::to_json(box)));
  }
  json["area"] = object.mask.area();
  json["energies"] = object.energies;
  for (const auto& [key, file] : listed(files))
    json["files"][key] = *file;
  return json;
}

void print_csv(const FoundObject& found, const LocalizeArguments& arguments, const Labels& labels) {
  std::string answer = ",,,,";
  if (found.target) {
    const std::int64_t index = found.target->index;
    const std::optional<double>& probability = found.target->probability;
    answer = fmt::format("{},{},{},{:.9g},{}", index,
                         index < labels.size() ? csv_field(labels[index].wordnet_id) : "",
                         csv_field(labels.name(index)), found.target->score,
                         probability ? fmt::format("{:.9g}", *probability) : "");
  }
  const std::vector<Box> boxes = boxes_of(found.object, arguments);
  for (const Box& box : boxes)
    print("{},{},{}\n", csv_field(found.image), answer, to_csv(box));
  if (boxes.empty())
    print("{},{},,,,\n", csv_field(found.image), answer);
}

void print_text(const FoundObject& found, const LocalizeArguments& arguments, const Labels& labels,
                const Files& files) {
  const Localization& object = found.object;
  const std::string answer =
      found.target ? fmt::format("{} (class {}){}: ", labels.name_with_id(found.target->index),
                                 found.target->index, probability_text(found.target->probability))
                   : "";
  print("{}: {}{}, {:.1f} % of the photo\n", found.image, answer, describe(boxes_of(object, arguments)),
        100 * area_share(object));
  for (const auto& [key, file] : listed(files))
    print("  {}\n", *file);
}

}  // namespace

std::vector<Box> boxes_of(const Localization& object, const LocalizeArguments& arguments) {
  if (arguments.components)
    return component_boxes(object.mask, localize_options(arguments).min_fraction);
  return object.box.empty() ? std::vector<Box>() : std::vector<Box>{object.box};
}

std::string LocalizeReport::base_for(const std::string& image) {
  return (fs::path(arguments_.output) / stems_.next(image)).string();
}

void LocalizeReport::write(const FoundObject& found, const std::string& base, const Image& photo) const {
  write_files(found, arguments_, labels_, photo, names_of(arguments_, base, found));
}

void LocalizeReport::add(const FoundObject& found, const std::string& base) {
  const Files files = names_of(arguments_, base, found);
  if (arguments_.json)
    all_.push_back(describe_json(found, arguments_, labels_, files));
  else if (arguments_.csv)
    print_csv(found, arguments_, labels_);
  else
    print_text(found, arguments_, labels_, files);
}

void LocalizeReport::begin() const {
  if (arguments_.csv)
    print("image,class,wordnet_id,name,score,probability,{}\n", box_csv_header());
}

void LocalizeReport::end() const {
  if (arguments_.json)
    print_json(all_);
}

}  // namespace fovea::cli
