#pragma once

#include "fovea/error.hpp"

#include <fmt/format.h>

#include <string>

namespace fovea::detail {

[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}  // namespace fovea::detail

/// Throws InputError with a formatted message when `condition` is false: the caller's input is at fault. Code
/// that knows the file or node catches it and adds them.
#define FOVEA_CHECK(condition, ...)                                                                          \
  do {                                                                                                       \
    if (!(condition))                                                                                        \
      throw ::fovea::InputError(fmt::format(__VA_ARGS__));                                                   \
  } while (false)

/// Throws InternalError when `condition` is false: fovea itself is at fault.
#define FOVEA_ASSERT(condition)                                                                              \
  do {                                                                                                       \
    if (!(condition))                                                                                        \
      ::fovea::detail::assertion_failed(#condition, __FILE__, __LINE__);                                     \
  } while (false)
