#pragma once

#include <cstdint>

namespace fovea {

/// The quotient a / b, rounded towards plus infinity; b > 0.
constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) {
  return a / b + (a % b > 0 ? 1 : 0);
}

}  // namespace fovea
