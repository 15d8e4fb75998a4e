#include "base/near_names.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace fovea {
namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

std::optional<std::size_t> near_miss(std::string_view wanted, std::string_view name) {
  // Far too long a text is like nothing; comparing it would only take time.
  wanted = wanted.substr(0, 200);
  std::size_t distance = edit_distance(wanted, name);
  if (wanted.size() >= 3 && name.find(wanted) != std::string_view::npos)
    distance = std::min<std::size_t>(distance, 1);
  if (distance >= wanted.size() || distance > std::max<std::size_t>(2, wanted.size() / 3))
    return std::nullopt;
  return distance;
}

std::vector<std::string> near_names(std::string_view wanted, const std::vector<std::string>& names,
                                    std::size_t count) {
  std::vector<std::pair<std::size_t, std::size_t>> misses;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (const auto distance = near_miss(wanted, names[i]))
      misses.emplace_back(*distance, i);
  std::sort(misses.begin(), misses.end());
  std::vector<std::string> nearest;
  for (std::size_t i = 0; i < std::min(misses.size(), count); ++i)
    nearest.push_back(names[misses[i].second]);
  return nearest;
}

}  // namespace fovea
