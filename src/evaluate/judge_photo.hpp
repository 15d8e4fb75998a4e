#pragma once

#include <cstdint>

namespace fovea {

/// A class other than `class_index`, different from photo to photo by their numbers.
std::int64_t other_class_of(std::int64_t class_index, std::int64_t classes, std::uint64_t seed,
                            std::uint64_t number);

}  // namespace fovea
