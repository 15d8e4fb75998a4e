#include "base/number_list.hpp"

#include <charconv>

namespace fovea {

std::optional<std::vector<std::int64_t>> parse_number_list(std::string_view text) {
  std::vector<std::int64_t> numbers;
  const char *at = text.data(), *end = at + text.size();
  while (true) {
    std::int64_t number = 0;
    const auto [stop, error] = std::from_chars(at, end, number);
    if (error != std::errc() || number < 0)
      return {};
    numbers.push_back(number);
    if (stop == end)
      return numbers;
    if (*stop != ',')
      return {};
    at = stop + 1;
  }
}

}  // namespace fovea
