#include "report/photo_entry.hpp"

#include "base/shown_path.hpp"
#include "fovea/error.hpp"
#include "fovea/image.hpp"
#include "fovea/segment.hpp"
#include "report/blocks.hpp"
#include "report/map_caption.hpp"
#include "report/page_pictures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace fovea {

std::int64_t rank_of(const std::vector<double>& scores, std::int64_t class_index) {
  const double own = scores.at(static_cast<std::size_t>(class_index));
  std::int64_t rank = 1;
  for (std::size_t i = 0; i < scores.size(); ++i)
    if (scores[i] > own || (scores[i] == own && static_cast<std::int64_t>(i) < class_index))
      ++rank;
  return rank;
}

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::size_t kShownGuesses = 5;

/// The part of the photo that the maps cover.
std::string part_text(const Explanation& result, const Image& photo) {
  const std::string all = fmt::format("{} x {} pixels", photo.width, photo.height);
  const Rect& part = result.region;
  if (part.width >= photo.width && part.height >= photo.height)
    return all;
  return fmt::format("{} x {} at {},{} of {}", part.width, part.height, part.x, part.y, all);
}

/// A class of the network with its score, for the list of guesses.
Json guess_json(const Labels& labels, const Prediction& guess) {
  const std::int64_t index = guess.index;
  return {{"class", index},
          {"name", labels.short_name(index)},
          {"wordnet", index < labels.size() ? labels[index].wordnet_id : ""},
          {"probability", number_or_null(guess.probability)},
          {"score", fmt::format("{:.2f}", guess.score)}};
}

/// The best guesses, and behind them the classes that are explained without being among them.
Json guesses_json(const Labels& labels, const ClassScores& scores, const std::vector<Prediction>& best,
                  const std::vector<std::int64_t>& targets) {
  Json guesses;
  const std::size_t shown = std::min(best.size(), kShownGuesses);
  for (std::size_t k = 0; k < shown; ++k)
    guesses.push_back(guess_json(labels, best[k]));
  for (const std::int64_t target : targets)
    if (const std::int64_t rank = rank_of(scores.scores, target); rank > static_cast<std::int64_t>(shown)) {
      guesses.push_back(guess_json(labels, scores.prediction(target)));
      guesses.back()["rank"] = rank;
    }
  return guesses;
}

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

Json PhotoEntries::map_json(const Context& context, const Explanation& result) const {
  const DisplayLevels levels = result.levels(options_.range);
  const bool is_signed = result.values == MethodInfo::Values::PerChannel;
  const Image picture = is_signed ? to_red_and_green(result.map, result.relevance, levels.white)
                                  : scale_to_grey(result.map, levels);
  Json json = {
      {"method", result.method},
      {"picture", context.add_picture(fmt::format("{}-{}", context.stem, result.method), page_map(picture))},
      {"signed", is_signed}};
  if (levels.is_flat()) {
    json["caption"] = "zero everywhere";
    return json;
  }
  std::string caption = levels_text(result.map, levels, options_.range);
  if (result.completeness_error)
    caption += fmt::format("; sum of relevances {:.1f} % off", 100 * *result.completeness_error);
  json["caption"] = caption;
  return json;
}

void PhotoEntries::add_object(const Context& context, Explainer& explain, Json& explained) const {
  const std::int64_t target = explained["class"];
  const Image& photo = context.photo.photo();
  const auto picture = [&](const char* name, const std::string& bytes) {
    return context.add_picture(fmt::format("{}-{}", context.stem, name), bytes);
  };
  try {
    if (!context.for_objects)
      context.for_objects = explain.frame(photo);
    const Localization object =
        localize(explain, *context.for_objects, {.target = target}, options_.localize).object;
    const std::vector<Box> boxes = object.box.empty() ? std::vector<Box>() : std::vector<Box>{object.box};
    explained["stages"] = {
        {{"picture", picture("object-map", page_map(to_grey(object.map, {})))},
         {"role", "plain"},
         {"title", "Map for the object"},
         {"caption", "gradient x guided back-propagation, over the whole photo"}},
        {{"picture", picture("seeds", page_photo(draw_seeds(object.seen, object.seeds)))},
         {"title", "Seeds"},
         {"caption", "red: object, blue: background"}},
        {{"picture", picture("object", page_photo(for_showing(draw_object(photo, object, boxes))))},
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
      explained["maps"].push_back(map_json(context, result));
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
