#pragma once

#include "base/utf8.hpp"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <type_traits>

namespace fovea {

/// An argument of a text for people: texts as `shown` gives them, all else as it is.
template <class T>
auto shown_argument(const T& argument) {
  if constexpr (std::is_convertible_v<const T&, std::string_view>)
    return shown(std::string_view(argument));
  else
    return argument;
}

/// fmt::format whose arguments can do a terminal no harm; the format itself may hold ends of lines.
template <class... Arguments>
std::string shown_format(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  return [&](const auto&... texts) {
    return fmt::vformat(fmt::string_view(format), fmt::make_format_args(texts...));
  }(shown_argument(arguments)...);
}

}  // namespace fovea
