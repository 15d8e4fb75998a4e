#include "evaluate/compare_photo.hpp"

#include "base/check.hpp"
#include "explain/method.hpp"

#include <algorithm>
#include <span>
#include <variant>

namespace fovea {
namespace {

PlacedMap placed(const Explanation& explanation) {
  return {{explanation.map, channel_sum(explanation.relevance), {}}, explanation.region};
}

bool is_zero_everywhere(const Explanation& explanation) {
  const std::span<const float> values = explanation.map.data<float>();
  return std::all_of(values.begin(), values.end(), [](float value) { return value == 0; });
}

std::optional<double> energy_of(const Explanation& explanation, const ObjectTruth& truth) {
  if (const auto* boxes = std::get_if<std::vector<RealBox>>(&truth))
    return energy_inside(*boxes, explanation.map, explanation.region);
  if (const auto* mask = std::get_if<Mask>(&truth))
    return energy_inside(*mask, explanation.map, explanation.region);
  return std::nullopt;
}

}  // namespace

ComparedPhoto compare_photo(Explainer& first, Explainer& second, const ClassMatching& classes,
                            const Image& photo, const ComparisonTask& task) {
  FOVEA_ASSERT(first.method_infos().size() == second.method_infos().size());
  ComparedPhoto result{{}, {first.frame(photo), second.frame(photo)}, {}};
  PhotoComparison& numbers = result.numbers;
  for (std::size_t k = 0; k < 2; ++k) {
    numbers.guess[k] = top_k(result.framed[k].scores(), 1).front();
    if (task.true_class[k])
      numbers.is_right[k] = numbers.guess[k].index == *task.true_class[k];
  }
  const auto second_of = [&](std::int64_t index) {
    return classes.second_of[static_cast<std::size_t>(index)];
  };
  numbers.is_changed = second_of(numbers.guess[0].index) != numbers.guess[1].index;
  const std::int64_t target = task.target.value_or(numbers.guess[0].index);
  const std::optional<std::int64_t> same = second_of(target);
  numbers.target[0] = result.framed[0].scores().prediction(target);
  if (same)
    numbers.target[1] = result.framed[1].scores().prediction(*same);
  result.maps[0] = first.all(result.framed[0], {.target = target});
  result.maps[1] = second.all(result.framed[1], {.target = same.value_or(numbers.guess[1].index)});
  for (std::size_t m = 0; same && m < result.maps[0].size(); ++m)
    numbers.methods.push_back(
        {compare_maps(placed(result.maps[0][m]), placed(result.maps[1][m])),
         {energy_of(result.maps[0][m], task.truth), energy_of(result.maps[1][m], task.truth)},
         {is_zero_everywhere(result.maps[0][m]), is_zero_everywhere(result.maps[1][m])}});
  return result;
}

}  // namespace fovea
