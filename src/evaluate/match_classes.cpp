#include "evaluate/match_classes.hpp"

#include "base/closest_names.hpp"
#include "base/enum_names.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace fovea {
namespace {

using By = ClassMatching::By;

constexpr EnumNames<By, 3> kRules = {
    {{By::Lists, "lists"}, {By::IdsOrNames, "ids or names"}, {By::Indices, "indices"}}};

/// The texts by which a network's classes are known; empty where a class has none.
using Keys = std::vector<std::string>;

template <class KeyOf>
Keys keys_of(const Labels& labels, std::int64_t classes, KeyOf&& key_of) {
  Keys keys(static_cast<std::size_t>(classes));
  for (std::int64_t i = 0; i < std::min(labels.size(), classes); ++i)
    keys[static_cast<std::size_t>(i)] = key_of(i);
  return keys;
}

/// The index of each key that occurs once.
std::map<std::string, std::int64_t> unique_keys(const Keys& keys) {
  std::map<std::string, std::int64_t> found, once;
  for (std::size_t i = 0; i < keys.size(); ++i)
    if (!keys[i].empty() && !found.try_emplace(keys[i], static_cast<std::int64_t>(i)).second)
      found[keys[i]] = -1;
  for (const auto& [key, index] : found)
    if (index >= 0)
      once.emplace(key, index);
  return once;
}

/// Matches what is not matched yet by equal keys. Classes with ids in both networks, where `ids` are given,
/// are not the same if these differ.
void match(ClassMatching& matching, const Keys& first, const Keys& second, const Keys& first_ids = {},
           const Keys& second_ids = {}) {
  std::vector<bool> taken(second.size());
  for (const auto& index : matching.second_of)
    if (index)
      taken[static_cast<std::size_t>(*index)] = true;
  const auto has_id = [](const Keys& ids, std::size_t i) { return !ids.empty() && !ids[i].empty(); };
  const auto once = unique_keys(second);
  for (const auto& [key, index] : unique_keys(first)) {
    const auto at = once.find(key);
    const auto i = static_cast<std::size_t>(index);
    if (at == once.end() || matching.second_of[i])
      continue;
    if (const auto k = static_cast<std::size_t>(at->second);
        !taken[k] && !(has_id(first_ids, i) && has_id(second_ids, k)))
      matching.second_of[i] = at->second;
  }
}

void match_indices(ClassMatching& matching) {
  for (std::size_t i = 0; i < matching.second_of.size(); ++i)
    matching.second_of[i] = static_cast<std::int64_t>(i);
}

bool same_lists(const Labels& first, std::int64_t classes, const Labels& second, std::int64_t others) {
  if (classes != others || first.size() != second.size() || first.empty())
    return false;
  for (std::int64_t i = 0; i < first.size(); ++i)
    if (first[i].wordnet_id != second[i].wordnet_id || first[i].name != second[i].name)
      return false;
  return true;
}

/// "10 classes (tench, English springer, ...)".
std::string examples(const Labels& labels, std::int64_t classes) {
  if (labels.empty())
    return fmt::format("{} without names", classes);
  std::string text = fmt::format("{} (", classes);
  for (std::int64_t i = 0; i < std::min<std::int64_t>(std::min(labels.size(), classes), 2); ++i)
    text += labels.short_name(i) + ", ";
  return text + "...)";
}

}  // namespace

std::string_view name_of(ClassMatching::By by) {
  return enum_name(kRules, by);
}

std::int64_t ClassMatching::matched() const {
  return std::count_if(second_of.begin(), second_of.end(),
                       [](const auto& index) { return index.has_value(); });
}

std::string ClassMatching::text() const {
  const auto all = static_cast<std::int64_t>(second_of.size());
  if (by == By::Lists)
    return fmt::format("all {}: both networks have the same list", all);
  if (by == By::Indices)
    return fmt::format("all {} by index: a network has no class names", all);
  return fmt::format("{} of {} by WordNet id or name; the second network has {}", matched(), all,
                     classes_of_second);
}

ClassMatching match_classes(const Labels& first, std::int64_t classes, const Labels& second,
                            std::int64_t others) {
  ClassMatching matching;
  matching.second_of.resize(static_cast<std::size_t>(classes));
  matching.classes_of_second = others;
  if (same_lists(first, classes, second, others)) {
    match_indices(matching);
    return matching;
  }
  if ((first.empty() || second.empty()) && classes == others) {
    matching.by = By::Indices;
    match_indices(matching);
    return matching;
  }
  matching.by = By::IdsOrNames;
  const auto id = [](const Labels& labels) {
    return [&labels](std::int64_t i) { return labels[i].wordnet_id; };
  };
  const Keys ids = keys_of(first, classes, id(first)), other_ids = keys_of(second, others, id(second));
  match(matching, ids, other_ids);
  const auto match_names = [&](auto&& name_of_class) {
    const auto name = [&](const Labels& labels) {
      return [&](std::int64_t i) { return fold_name(name_of_class(labels, i)); };
    };
    match(matching, keys_of(first, classes, name(first)), keys_of(second, others, name(second)), ids,
          other_ids);
  };
  match_names([](const Labels& labels, std::int64_t i) { return labels[i].name; });
  match_names([](const Labels& labels, std::int64_t i) { return labels.short_name(i); });
  if (matching.matched() == 0)
    throw InputError(fmt::format(
        "the networks have no class in common: the first has {}, the second {}. Name the classes of the "
        "first with --labels, those of the second with --labels-b",
        examples(first, classes), examples(second, others)));
  return matching;
}

}  // namespace fovea
