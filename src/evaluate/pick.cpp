#include "evaluate/pick.hpp"

#include "base/wrapped_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

using Json = nlohmann::ordered_json;

/// The score of a map; none where a measure has no value.
std::optional<double> score_of(const MapScores& map) {
  const auto& insertion = map[MapMeasure::Insertion];
  const auto& deletion = map[MapMeasure::Deletion];
  const auto& gap = map[MapMeasure::RoadGap];
  if (!insertion || !deletion || !gap)
    return std::nullopt;
  return (*insertion - *deletion + *gap) / 2;
}

/// The differences of two maps' scores, photo by photo.
std::vector<double> differences(const FaithfulnessResults& results, std::size_t a, std::size_t b) {
  std::vector<double> list;
  for (const FaithfulnessImage& image : results.images) {
    if (image.failed())
      continue;
    const auto first = score_of(image.judged.maps[a]), second = score_of(image.judged.maps[b]);
    if (first && second)
      list.push_back(*first - *second);
  }
  return list;
}

std::vector<double> values_of(const FaithfulnessResults& results, std::size_t m,
                              std::optional<double> (*value)(const MapScores&)) {
  std::vector<double> list;
  for (const FaithfulnessImage& image : results.images)
    if (const auto found = image.failed() ? std::nullopt : value(image.judged.maps[m]))
      list.push_back(*found);
  return list;
}

std::string title_with_same(const PickedMethod& method) {
  std::string title = title_of(method.name);
  for (const std::string& other : method.same)
    title += " = " + title_of(other);
  return title;
}

bool may_be_recommended(PickVerdict verdict) {
  return verdict != PickVerdict::ClassBlind && verdict != PickVerdict::LikeControls;
}

/// Whether a mean is above 0 beyond doubt. One photo leaves every doubt.
bool is_above_zero(const MeanInterval& mean) {
  return mean.count >= 2 && mean.low > 0;
}

}  // namespace

void add_measures_to_pick_by(std::vector<MapMeasure>& measures) {
  if (measures == default_map_measures() ||
      measures == parse_map_measures(std::vector<std::string>{"default"}, false))
    measures.clear();
  for (const MapMeasure measure : {MapMeasure::Deletion, MapMeasure::Insertion, MapMeasure::RoadMost,
                                   MapMeasure::RoadLeast, MapMeasure::RoadGap, MapMeasure::OtherClass})
    measures.push_back(measure);
  std::sort(measures.begin(), measures.end());
  measures.erase(std::unique(measures.begin(), measures.end()), measures.end());
}

std::string_view name_of(PickVerdict verdict) {
  switch (verdict) {
  case PickVerdict::Best:
    return "best";
  case PickVerdict::NotToldApart:
    return "not told apart";
  case PickVerdict::Worse:
    return "worse";
  case PickVerdict::ClassBlind:
    return "blind to the class";
  case PickVerdict::LikeControls:
    break;
  }
  return "like the controls";
}

bool Pick::has_best() const {
  return std::any_of(methods.begin(), methods.end(),
                     [](const PickedMethod& method) { return method.verdict == PickVerdict::Best; });
}

bool Pick::is_decided() const {
  return has_best() && photos >= 2 &&
         std::none_of(methods.begin(), methods.end(),
                      [](const PickedMethod& method) { return method.verdict == PickVerdict::NotToldApart; });
}

std::optional<std::int64_t> Pick::photos_needed() const {
  const auto next = std::find_if(methods.begin(), methods.end(), [](const PickedMethod& method) {
    return method.verdict == PickVerdict::NotToldApart;
  });
  if (next == methods.end() || next->behind.count < 2 || !(next->behind.mean > 1e-3))
    return std::nullopt;
  // An interval's half-width falls with the root of the number of photos.
  const double half = next->behind.mean - next->behind.low;
  const double ratio = half / next->behind.mean;
  return std::max<std::int64_t>(photos + 1,
                                std::llround(std::ceil(static_cast<double>(photos) * ratio * ratio)));
}

Pick pick_method(const FaithfulnessResults& results) {
  const BootstrapOptions options = {.seed = results.seed};
  const std::size_t count = results.methods.size() - kControlMaps.size();
  Pick pick;
  pick.photos = static_cast<std::int64_t>(results.images.size() - results.failures());
  std::vector<std::size_t> places;
  const auto groups = same_maps(results);
  for (std::size_t m = 0; m < count; ++m) {
    PickedMethod method{results.methods[m], {}, {}, {}, PickVerdict::Worse, {}};
    bool is_repeated = false;
    for (const auto& group : groups) {
      const auto found = std::find(group.begin(), group.end(), method.name);
      is_repeated = is_repeated || (found != group.begin() && found != group.end());
      if (found == group.begin())
        std::copy_if(group.begin() + 1, group.end(), std::back_inserter(method.same),
                     [&](const std::string& name) {
                       return std::find(kControlMaps.begin(), kControlMaps.end(), name) == kControlMaps.end();
                     });
    }
    if (is_repeated)
      continue;
    method.score = bootstrap_mean(values_of(results, m, score_of), options);
    const auto other = bootstrap_mean(
        values_of(results, m, [](const MapScores& map) { return map[MapMeasure::OtherClass]; }), options);
    if (other.count > 0)
      method.other_class = other.mean;
    if (method.other_class && *method.other_class >= kSameForClasses)
      method.verdict = PickVerdict::ClassBlind;
    for (std::size_t control = count; control < results.methods.size(); ++control)
      if (method.verdict == PickVerdict::Worse &&
          !is_above_zero(bootstrap_mean(differences(results, m, control), options)))
        method.verdict = PickVerdict::LikeControls;
    pick.methods.push_back(std::move(method));
    places.push_back(m);
  }
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < pick.methods.size(); ++i)
    if (may_be_recommended(pick.methods[i].verdict) && pick.methods[i].score.count > 0 &&
        (!best || pick.methods[i].score.mean > pick.methods[*best].score.mean))
      best = i;
  for (std::size_t i = 0; best && i < pick.methods.size(); ++i) {
    PickedMethod& method = pick.methods[i];
    method.behind = bootstrap_mean(differences(results, places[*best], places[i]), options);
    if (i == *best)
      method.verdict = PickVerdict::Best;
    else if (method.verdict == PickVerdict::Worse && !is_above_zero(method.behind))
      method.verdict = PickVerdict::NotToldApart;
  }
  const auto rank = [](const PickedMethod& method) {
    return method.verdict == PickVerdict::Best ? 0 : may_be_recommended(method.verdict) ? 1 : 2;
  };
  std::stable_sort(pick.methods.begin(), pick.methods.end(), [&](const auto& a, const auto& b) {
    return rank(a) != rank(b) ? rank(a) < rank(b) : a.score.mean > b.score.mean;
  });
  return pick;
}

std::optional<Pick> picked(const FaithfulnessResults& results) {
  if (!results.settings.value("pick", false))
    return std::nullopt;
  return pick_method(results);
}

Json to_json(const Pick& pick) {
  Json json = {{"recommended", pick.has_best() ? Json(pick.methods.front().name) : Json()},
               {"decided", pick.is_decided()},
               {"photos", pick.photos}};
  const auto needed = pick.photos_needed();
  json["photos_needed"] = needed ? Json(*needed) : Json();
  json["methods"] = Json::array();
  for (const PickedMethod& method : pick.methods)
    json["methods"].push_back({{"method", method.name},
                               {"verdict", name_of(method.verdict)},
                               {"score", interval_json(method.score)},
                               {"behind_the_best", interval_json(method.behind)},
                               {"other_class", method.other_class ? Json(*method.other_class) : Json()},
                               {"same_maps", method.same}});
  return json;
}

std::string recommendation(const Pick& pick) {
  if (!pick.has_best())
    return "No method is recommended: on these photos none is better than the controls and tells classes "
           "apart.";
  const std::string best = title_with_same(pick.methods.front());
  if (pick.is_decided())
    return fmt::format("Recommended: {}. The {} photos tell it apart from all others.", best, pick.photos);
  std::vector<std::string> tied;
  for (const PickedMethod& method : pick.methods)
    if (method.verdict == PickVerdict::NotToldApart)
      tied.push_back(title_of(method.name));
  std::string text =
      fmt::format("Recommended: {}, but {} {} not decide: {}.", best, pick.photos,
                  pick.photos == 1 ? "photo does" : "photos do",
                  tied.empty() ? "at least two are needed"
                               : fmt::format("it is not told apart from {}", fmt::join(tied, "; ")));
  constexpr std::int64_t many = 1000;
  if (const auto needed = pick.photos_needed())
    text += *needed > many ? " It is so near the next one that it hardly matters which of the two is taken."
                           : fmt::format(" About {} photos would tell it apart from the next one.", *needed);
  return text;
}

std::string pick_text(const Pick& pick) {
  std::vector<std::string> left = {"", "mean [95 % interval]"};
  std::vector<std::vector<std::string>> columns = {
      {"", "verdict"}, {"behind", "the best"}, {"score", "high is good"}};
  for (const PickedMethod& method : pick.methods) {
    left.push_back(title_of(method.name));
    columns[0].push_back(std::string(name_of(method.verdict)));
    columns[1].push_back(method.verdict == PickVerdict::Best ? "" : interval_text(method.behind, 2));
    columns[2].push_back(interval_text(method.score, 2));
  }
  return hanging_lines(recommendation(pick) + "\n", 80) + "\n" + columns_text(left, columns);
}

}  // namespace fovea
