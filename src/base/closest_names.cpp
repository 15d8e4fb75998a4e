#include "base/closest_names.hpp"

#include "base/edit_distance.hpp"
#include "base/lower_case.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

namespace fovea {

std::string closest_names(std::string_view wanted, std::span<const std::string> names, std::size_t most) {
  const std::string small = lower_case(std::string(wanted));
  std::vector<std::pair<std::size_t, std::size_t>> ranked;  // distance, place
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!seen.insert(names[i]).second)
      continue;
    const std::string name = lower_case(names[i]);
    const bool holds = !small.empty() && name.find(small) != std::string::npos;
    ranked.emplace_back(holds ? 1 : edit_distance(small, name), i);
  }
  std::sort(ranked.begin(), ranked.end());
  std::string text;
  for (std::size_t k = 0; k < std::min(most, ranked.size()); ++k)
    text += fmt::format("{}'{}'", k == 0 ? "" : ", ", names[ranked[k].second]);
  return text;
}

}  // namespace fovea
