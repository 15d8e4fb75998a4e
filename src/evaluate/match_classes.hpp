#pragma once

#include "fovea/classes.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fovea {

/// Which class of a second network is which class of a first one.
struct ClassMatching {
  enum class By : std::uint8_t {
    Lists,  ///< both have the same list of classes
    /// WordNet ids where both networks have one for the class, else names: in any case, with ' ', '_' and '-'
    /// as equals; of several synonyms all, or the first.
    IdsOrNames,
    Indices,  ///< one or both have no names, but as many classes: they are taken to be the same
  } by = By::Lists;
  std::vector<std::optional<std::int64_t>> second_of;  ///< for each class of the first network
  std::int64_t classes_of_second = 0;

  std::int64_t matched() const;
  /// "10 of 10 by WordNet id or name; the second network has 1000".
  std::string text() const;
};
/// "lists", "ids or names" or "indices".
std::string_view name_of(ClassMatching::By by);

/// Matches the classes: equal lists as they are, and else by ids or names; by indices only as many classes of
/// which a network has no names. A class whose id or name occurs twice in a network is left out. InputError,
/// with examples and what would help, if no class is matched.
ClassMatching match_classes(const Labels& first, std::int64_t classes_of_first, const Labels& second,
                            std::int64_t classes_of_second);

}  // namespace fovea
