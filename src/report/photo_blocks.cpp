#include "report/photo_blocks.hpp"

#include "report/blocks.hpp"
#include "report/map_caption.hpp"
#include "report/page_pictures.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fovea {
namespace {

using Json = nlohmann::ordered_json;

/// A class of the network with its score, for the list of guesses.
Json guess_json(const Labels& labels, const Prediction& guess) {
  const std::int64_t index = guess.index;
  return {{"class", index},
          {"name", labels.short_name(index)},
          {"wordnet", index < labels.size() ? labels[index].wordnet_id : ""},
          {"probability", number_or_null(guess.probability)},
          {"score", fmt::format("{:.2f}", guess.score)}};
}

}  // namespace

std::int64_t rank_of(const std::vector<double>& scores, std::int64_t class_index) {
  const double own = scores.at(static_cast<std::size_t>(class_index));
  std::int64_t rank = 1;
  for (std::size_t i = 0; i < scores.size(); ++i)
    if (scores[i] > own || (scores[i] == own && static_cast<std::int64_t>(i) < class_index))
      ++rank;
  return rank;
}

std::string part_text(const Explanation& result, const Image& photo) {
  const std::string all = fmt::format("{} x {} pixels", photo.width, photo.height);
  const Rect& part = result.region;
  if (part.width >= photo.width && part.height >= photo.height)
    return all;
  return fmt::format("{} x {} at {},{} of {}", part.width, part.height, part.x, part.y, all);
}

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

Json map_json(const AddPicture& add_picture, const std::string& stem, const Explanation& result,
              const DisplayRange& range) {
  const DisplayLevels levels = result.levels(range);
  const bool is_signed = result.values == MethodInfo::Values::PerChannel;
  const Image picture = is_signed ? to_red_and_green(result.map, result.relevance, levels.white)
                                  : scale_to_grey(result.map, levels);
  Json json = {{"method", result.method},
               {"picture", add_picture(fmt::format("{}-{}", stem, result.method), page_map(picture))},
               {"signed", is_signed}};
  if (levels.is_flat()) {
    json["caption"] = "zero everywhere";
    return json;
  }
  std::string caption = levels_text(result.map, levels, range);
  if (result.completeness_error)
    caption += fmt::format("; sum of relevances {:.1f} % off", 100 * *result.completeness_error);
  json["caption"] = caption;
  return json;
}

}  // namespace fovea
