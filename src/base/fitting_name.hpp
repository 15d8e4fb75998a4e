#pragma once

#include <cstddef>
#include <string>

namespace fovea {

/// The longest first part of the names of results, in bytes: with what is written behind it ("-overlay.png"),
/// a name stays below the 255 bytes that file systems allow.
inline constexpr std::size_t kMostNameBytes = 180;

/// A name, without folder, as the first part of the names of results: names of more than kMostNameBytes are
/// cut at a character, and end in a fingerprint of the whole, so that different ones stay different.
std::string fitting_name(const std::string& name);

}  // namespace fovea
