#pragma once

#include "base/check.hpp"
#include "base/closest_names.hpp"
#include "fovea/error.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fovea {

/// The values of an enumeration with the names that users know them by, in the order of lists. Each value and
/// each name occurs once.
template <class E, std::size_t N>
using EnumNames = std::array<std::pair<E, std::string_view>, N>;

/// The name of a value; InternalError for a value that is not in the list.
template <class E, std::size_t N>
std::string_view enum_name(const EnumNames<E, N>& names, E value) {
  const auto found =
      std::find_if(names.begin(), names.end(), [&](const auto& entry) { return entry.first == value; });
  FOVEA_ASSERT(found != names.end());
  return found->second;
}

/// All names, in their order.
template <class E, std::size_t N>
std::vector<std::string> all_names(const EnumNames<E, N>& names) {
  std::vector<std::string> list;
  for (const auto& entry : names)
    list.emplace_back(entry.second);
  return list;
}

/// The value of a name. InputError that offers names for any other text; `what` says what is named:
/// "precision".
template <class E, std::size_t N>
E enum_value(const EnumNames<E, N>& names, std::string_view what, std::string_view name) {
  const auto found =
      std::find_if(names.begin(), names.end(), [&](const auto& entry) { return entry.second == name; });
  if (found != names.end())
    return found->first;
  throw InputError(unknown_name(what, name, all_names(names)));
}

}  // namespace fovea
