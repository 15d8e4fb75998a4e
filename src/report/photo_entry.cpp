#include "report/photo_entry.hpp"

#include "fovea/error.hpp"
#include "fovea/image.hpp"
#include "fovea/segment.hpp"
#include "report/blocks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace fovea {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// The part of the photo that the maps cover.
std::string part_text(const Explanation& result, const Image& photo) {
  const std::string all = fmt::format("{} x {} pixels", photo.width, photo.height);
  const Rect& part = result.region;
  if (part.width >= photo.width && part.height >= photo.height)
    return all;
  return fmt::format("{} x {} from {},{} of {}", part.width, part.height, part.x, part.y, all);
}

}  // namespace

/// A photo with what its pictures' names begin with.
struct PhotoEntries::Context {
  const FramedPhoto& photo;
  std::optional<FramedPhoto>& for_objects;  ///< made when the first object is looked for
  std::string stem;                         ///< with the class
};

Json PhotoEntries::map_json(const Context& context, const Explanation& result) const {
  const DisplayLevels levels = result.levels(options_.range);
  const bool is_signed = result.values == MethodInfo::Values::PerChannel;
  const Image picture = is_signed ? to_red_and_green(result.map, result.relevance, levels.white)
                                  : scale_to_grey(result.map, levels);
  Json json = {
      {"method", result.method},
      {"picture", page_.add_picture(fmt::format("{}-{}", context.stem, result.method), encode_png(picture))},
      {"signed", is_signed},
      {"white", fmt::format("{:.3g}", levels.white)}};
  if (levels.is_flat())
    json["note"] = "zero everywhere";
  else if (result.completeness_error)
    json["note"] =
        fmt::format("white: {:.3g}; incomplete by {:.1f} %", levels.white, 100 * *result.completeness_error);
  return json;
}

void PhotoEntries::add_object(const Context& context, Explainer& explain, Json& explained) const {
  const std::int64_t target = explained["class"];
  const Image& photo = context.photo.photo();
  const auto picture = [&](const char* name, const std::string& bytes) {
    return page_.add_picture(fmt::format("{}-{}", context.stem, name), bytes);
  };
  try {
    if (!context.for_objects)
      context.for_objects = explain.frame(photo);
    const Localization object =
        localize(explain, *context.for_objects, {.target = target}, options_.localize).object;
    const std::vector<Box> boxes = object.box.empty() ? std::vector<Box>() : std::vector<Box>{object.box};
    explained["stages"] = {
        {{"picture", picture("object-map", encode_png(to_grey(object.map, {})))},
         {"role", "plain"},
         {"title", "Object's map"},
         {"caption", "gradient x guided, the whole photo"}},
        {{"picture", picture("seeds", encode_jpeg(draw_seeds(object.seen, object.seeds)))},
         {"title", "Seeds"},
         {"caption", "red: object, blue: background"}},
        {{"picture", picture("object", encode_jpeg(for_showing(draw_object(photo, object, boxes))))},
         {"title", "Object and box"},
         {"caption", describe(boxes)}}};
    const double share = area_share(object);
    explained["share"] = share;
    explained["found"] =
        boxes.empty() ? "no object found" : fmt::format("object: {:.1f} % of the photo", 100 * share);
  } catch (const InputError& error) {  // e.g. a map without contrast: the photo's other parts are good
    explained["found"] = fmt::format("no object found: {}", error.what());
  }
}

PhotoEntry PhotoEntries::entry(ReportExplainers& explain, const std::string& path,
                               const std::string& stem) const {
  const FramedPhoto photo = explain.maps.frame(read_image(path));
  std::optional<FramedPhoto> for_objects;
  const ClassScores& scores = photo.scores();
  if (events_.scored)
    events_.scored(scores.scores);
  const std::vector<Prediction> best = top_k(scores, std::max<std::int64_t>(options_.top, 5));

  Json json = {{"name", fs::path(path).filename().string()}, {"path", path}};
  for (std::size_t k = 0; k < std::min<std::size_t>(best.size(), 5); ++k) {
    const std::int64_t index = best[k].index;
    json["guesses"].push_back(
        {{"class", index},
         {"name", network_.labels.short_name(index)},
         {"wordnet", index < network_.labels.size() ? network_.labels[index].wordnet_id : ""},
         {"probability", number_or_null(best[k].probability)},
         {"score", fmt::format("{:.2f}", best[k].score)}});
  }
  std::vector<std::int64_t> targets;
  if (options_.target)
    targets = {*options_.target};
  for (std::size_t k = 0; !options_.target && k < best.size() && k < static_cast<std::size_t>(options_.top);
       ++k)
    targets.push_back(best[k].index);

  for (const std::int64_t target : targets) {
    const Context context = {photo, for_objects, fmt::format("{}-{}", stem, target)};
    const Prediction prediction = scores.prediction(target);
    Json explained = {{"class", target},
                      {"name", network_.labels.short_name(target)},
                      {"score", fmt::format("{:.2f}", prediction.score)},
                      {"probability", number_or_null(prediction.probability)}};
    for (const Explanation& result : explain.maps.all(photo, {.target = target})) {
      if (!json.contains("picture")) {
        json["picture"] = page_.add_picture(stem, encode_jpeg(result.seen));
        json["width"] = result.seen.width;
        json["height"] = result.seen.height;
        json["part"] = part_text(result, photo.photo());
      }
      explained["maps"].push_back(map_json(context, result));
    }
    if (explain.objects)
      add_object(context, *explain.objects, explained);
    json["explained"].push_back(std::move(explained));
  }
  return {targets.front(), scores.probability(targets.front()), block_text(json)};
}

}  // namespace fovea
