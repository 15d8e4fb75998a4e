#pragma once

#include "base/utf8.hpp"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <type_traits>

namespace fovea {

/// An argument of a text for people: texts are escaped by `shown`, everything else is passed on.
template <class T>
auto terminal_argument(const T& argument) {
  if constexpr (std::is_convertible_v<const T&, std::string_view>)
    return shown(std::string_view(argument));
  else
    return argument;
}

/// fmt::format whose arguments are made safe for a terminal; the format itself may contain line ends.
template <class... Arguments>
std::string shown_format(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  return [&](const auto&... texts) {
    return fmt::vformat(fmt::string_view(format), fmt::make_format_args(texts...));
  }(terminal_argument(arguments)...);
}

}  // namespace fovea
