#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fovea {

/// One of several parts of an evaluation: the images number - 1, number - 1 + of, ... of the ground truth.
struct Shard {
  std::int64_t number = 1;  ///< from 1
  std::int64_t of = 1;

  /// "" for the only shard, else "-2-of-8".
  std::string suffix() const;
  /// The places of its images among `total`, ascending.
  std::vector<std::int64_t> places(std::int64_t total) const;
};

/// Parses "2/8"; an empty text is the only shard. InputError for anything else, for numbers outside 1..of,
/// and for more than a million shards.
Shard parse_shard(std::string_view text);

}  // namespace fovea
