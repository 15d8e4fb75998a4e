#include "report/photo_entry.hpp"

#include "base/shown_path.hpp"
#include "fovea/error.hpp"
#include "fovea/image.hpp"
#include "fovea/segment.hpp"
#include "report/blocks.hpp"
#include "report/page_pictures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace fovea {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// The classes to explain: the one that is asked for, or the best guesses and the true class.
std::vector<std::int64_t> targets_of(const ReportNetwork& network, const std::vector<Prediction>& best,
                                     std::int64_t top, std::optional<std::int64_t> truth) {
  if (network.target)
    return {*network.target};
  std::vector<std::int64_t> targets;
  for (std::size_t k = 0; k < best.size() && k < static_cast<std::size_t>(top); ++k)
    targets.push_back(best[k].index);
  if (truth && std::find(targets.begin(), targets.end(), *truth) == targets.end())
    targets.push_back(*truth);
  return targets;
}

}  // namespace

/// A photo, framed for one network, with what its pictures' names begin with.
struct PhotoEntries::Context {
  const FramedPhoto& photo;
  std::optional<FramedPhoto>& for_objects;  ///< made when the first object is looked for
  std::string stem;                         ///< with the class
  const AddPicture& add_picture;
};

void PhotoEntries::add_object(const Context& context, Explainer& explain, Json& explained) const {
  const std::int64_t target = explained["class"];
  const Image& photo = context.photo.photo();
  const auto picture = [&](const char* name, const std::string& bytes) {
    return context.add_picture(fmt::format("{}-{}", context.stem, name), bytes);
  };
  try {
    if (!context.for_objects)
      context.for_objects = explain.frame(photo);
    const LocalizedClass found =
        localize(explain, *context.for_objects, {.target = target}, options_.localize);
    const Localization& object = found.object;
    const std::vector<Box> boxes = object.box.empty() ? std::vector<Box>() : std::vector<Box>{object.box};
    explained["stages"] = {
        {{"picture", picture("object-map", page_map(to_grey(object.map, {})))},
         {"role", "plain"},
         {"title", "Map for the object"},
         {"caption", fmt::format("{}, over the whole photo", method_info(found.explanation.method).title)}},
        {{"picture", picture("seeds", page_photo(draw_seeds(object.seen, object.seeds)))},
         {"title", "Seeds"},
         {"caption", "red: object, blue: background"}},
        {{"picture", picture("object", page_photo(for_showing(draw_object(photo, object, boxes))))},
         {"title", "Object and box"},
         {"caption",
          describe(boxes) + (is_mean_box(options_.localize) ? "; the box: mean of outline and map" : "")}}};
    const double share = area_share(object);
    explained["share"] = share;
    explained["found"] =
        boxes.empty() ? "no object found" : fmt::format("object: {:.1f} % of the photo", 100 * share);
  } catch (const InputError& error) {  // e.g. a map without contrast: the photo's other parts are good
    explained["found"] = fmt::format("no object found: {}", error.what());
  }
}

Json PhotoEntries::answer(ReportExplainers& explain, const Image& image, const PhotoTask& task,
                          const AddPicture& add_picture, std::size_t network, PhotoAnswer& answer) const {
  const Labels& labels = networks_[network].network.labels;
  const FramedPhoto photo = explain.maps.frame(image);
  std::optional<FramedPhoto> for_objects;
  const ClassScores& scores = photo.scores();
  if (events_.scored)
    events_.scored(network, scores.scores);
  const std::vector<Prediction> best =
      top_k(scores, std::max(options_.top, static_cast<std::int64_t>(kShownGuesses)));
  if (!task.truths.empty())
    answer.truth = task.truths[network];
  const std::vector<std::int64_t> targets = targets_of(networks_[network], best, options_.top, answer.truth);

  Json json = {{"guesses", guesses_json(labels, scores, best, targets)}};
  answer.best = best.front().index;
  answer.explained_class = targets.front();
  answer.probability = scores.probability(targets.front());
  if (answer.truth) {
    answer.rank = rank_of(scores.scores, *answer.truth);
    json["truth"] = *answer.truth;
    json["rank"] = answer.rank;
  }
  const std::string stem = networks_.size() > 1 ? fmt::format("{}-{}", task.stem, network + 1) : task.stem;
  for (const std::int64_t target : targets) {
    const Context context = {photo, for_objects, fmt::format("{}-{}", stem, target), add_picture};
    const Prediction prediction = scores.prediction(target);
    Json explained = {{"class", target},
                      {"name", labels.short_name(target)},
                      {"score", fmt::format("{:.2f}", prediction.score)},
                      {"probability", number_or_null(prediction.probability)}};
    for (const Explanation& result : explain.maps.all(photo, {.target = target})) {
      if (!json.contains("picture")) {
        json["picture"] = add_picture(stem, page_photo(result.seen));
        json["width"] = result.seen.width;
        json["height"] = result.seen.height;
        json["part"] = part_text(result, photo.photo());
      }
      explained["maps"].push_back(map_json(add_picture, context.stem, result, options_.range));
    }
    if (explain.objects)
      add_object(context, *explain.objects, explained);
    json["explained"].push_back(std::move(explained));
  }
  return json;
}

PhotoEntry PhotoEntries::entry(std::vector<ReportExplainers>& explain, const PhotoTask& task,
                               const Image& photo, const AddPicture& add_picture) const {
  Json json = {{"name", fs::path(name_of_input(task.path)).filename().string()},
               {"path", shown_path(task.path)}};
  if (task.truth) {
    const std::optional<std::int64_t> known = task.truths.front();
    json["truth"] = known ? networks_.front().network.labels.short_name(*known) : task.truth->text();
  }
  PhotoEntry entry;
  for (std::size_t k = 0; k < networks_.size(); ++k)
    json["answers"].push_back(answer(explain[k], photo, task, add_picture, k, entry.answers.emplace_back()));
  const auto best_name = [&](std::size_t k) {
    return networks_[k].network.labels.short_name(entry.answers[k].best);
  };
  for (std::size_t k = 1; k < networks_.size(); ++k)
    entry.agree = entry.agree && best_name(k) == best_name(0);
  if (networks_.size() > 1)
    json["agree"] = entry.agree;
  entry.has_truth = task.truth.has_value();
  entry.json = block_text(json);
  return entry;
}

}  // namespace fovea
