#include "cli/kit/model_options.hpp"
#include "cli/kit/result_text.hpp"
#include "cli/verbs/report.hpp"
#include "fovea/encode.hpp"
#include "fovea/error.hpp"
#include "fovea/seeds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

namespace fovea::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// Which part of the photo the maps cover.
std::string part_text(const SaliencyMap& result, const Image& photo) {
  const std::string all = fmt::format("{} x {} pixels", photo.width, photo.height);
  const Rect& part = result.region;
  if (part.width >= photo.width && part.height >= photo.height)
    return all;
  return fmt::format("{} x {} from {},{} of {}", part.width, part.height, part.x, part.y, all);
}

}  // namespace

/// A photo with what its pictures' names begin with.
struct PhotoReport::Context {
  const Image& photo;
  std::string stem;  ///< with the class
};

Json PhotoReport::map_json(const Context& context, const SaliencyMap& result,
                           const MapProgram& program) const {
  const DisplayLevels levels = display_levels(result.map, program.info().values, arguments_.range);
  const bool is_signed = program.info().values == MethodInfo::Values::PerChannel;
  const Image picture = is_signed ? to_red_and_green(result.map, result.gradient, levels.white)
                                  : scale_to_grey(result.map, levels);
  Json json = {{"method", program.info().name},
               {"picture", page_.add_picture(fmt::format("{}-{}", context.stem, program.info().name),
                                             encode_png(picture))},
               {"signed", is_signed},
               {"white", fmt::format("{:.3g}", levels.white)}};
  if (levels.is_flat())
    json["note"] = "zero everywhere";
  else if (result.completeness_error)
    json["note"] =
        fmt::format("white: {:.3g}; incomplete by {:.1f} %", levels.white, 100 * *result.completeness_error);
  return json;
}

void PhotoReport::add_object(const Context& context, ReportSessions& sessions, Json& explained) const {
  const std::int64_t target = explained["class"];
  const Image& photo = context.photo;
  const auto picture = [&](const char* name, const std::string& bytes) {
    return page_.add_picture(fmt::format("{}-{}", context.stem, name), bytes);
  };
  try {
    const Localization object =
        fovea::localize(sessions.objects_->all(), photo, loaded_.preprocessing,
                        {target, programs_.localize.framing()}, localize_options(programs_.localize))
            .object;
    const std::vector<Box> boxes = boxes_of(object, programs_.localize);
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

PhotoEntry PhotoReport::entry(ReportSessions& sessions, const std::string& path,
                              const std::string& stem) const {
  const Image photo = read_image(path);
  const Crops crops = arguments_.crops == 10 ? Crops::Ten : Crops::One;
  std::vector<PhotoExplainer> explainers;
  explainers.reserve(sessions.methods_.size());
  for (MapSession& session : sessions.methods_)
    explainers.emplace_back(session, photo, loaded_.preprocessing, crops);
  const ClassScores& scores = explainers.front().scores();
  warn_of_probabilities(programs_.methods.front()->scores(), scores.scores);
  const std::vector<Prediction> best = top_k(scores, std::max<std::int64_t>(arguments_.top, 5));

  Json json = {{"name", fs::path(path).filename().string()}, {"path", path}};
  for (std::size_t k = 0; k < std::min<std::size_t>(best.size(), 5); ++k) {
    const std::int64_t index = best[k].index;
    json["guesses"].push_back(
        {{"class", index},
         {"name", loaded_.labels.short_name(index)},
         {"wordnet", index < loaded_.labels.size() ? loaded_.labels[index].wordnet_id : ""},
         {"probability", to_json(best[k].probability)},
         {"score", fmt::format("{:.2f}", best[k].score)}});
  }
  std::vector<std::int64_t> targets;
  if (target_)
    targets = {*target_};
  for (std::size_t k = 0; !target_ && k < best.size() && k < static_cast<std::size_t>(arguments_.top); ++k)
    targets.push_back(best[k].index);

  for (const std::int64_t target : targets) {
    const Context context = {photo, fmt::format("{}-{}", stem, target)};
    const Prediction prediction = scores.prediction(target);
    Json explained = {{"class", target},
                      {"name", loaded_.labels.short_name(target)},
                      {"score", fmt::format("{:.2f}", prediction.score)},
                      {"probability", to_json(prediction.probability)}};
    for (std::size_t m = 0; m < explainers.size(); ++m) {
      const SaliencyMap result = explainers[m].map_of(target);
      if (!json.contains("picture")) {
        json["picture"] = page_.add_picture(stem, encode_jpeg(result.seen));
        json["width"] = result.seen.width;
        json["height"] = result.seen.height;
        json["part"] = part_text(result, photo);
      }
      explained["maps"].push_back(map_json(context, result, *programs_.methods[m]));
    }
    if (programs_.objects)
      add_object(context, sessions, explained);
    json["explained"].push_back(std::move(explained));
  }
  return {targets.front(), scores.probability(targets.front()), block_text(json)};
}

}  // namespace fovea::cli
