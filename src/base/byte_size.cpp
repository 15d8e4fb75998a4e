#include "base/byte_size.hpp"

#include "base/check.hpp"
#include "base/lower_case.hpp"

#include <array>
#include <cmath>
#include <cstdlib>

namespace fovea {
namespace {

struct Unit {
  std::string_view name;
  double bytes;
};

constexpr double kKibi = 1024, kKilo = 1000;
constexpr std::array kUnits = {Unit{"", 1},
                               Unit{"b", 1},
                               Unit{"k", kKibi},
                               Unit{"kib", kKibi},
                               Unit{"kb", kKilo},
                               Unit{"m", kKibi* kKibi},
                               Unit{"mib", kKibi* kKibi},
                               Unit{"mb", kKilo* kKilo},
                               Unit{"g", kKibi* kKibi* kKibi},
                               Unit{"gib", kKibi* kKibi* kKibi},
                               Unit{"gb", kKilo* kKilo* kKilo},
                               Unit{"t", kKibi* kKibi* kKibi* kKibi},
                               Unit{"tib", kKibi* kKibi* kKibi* kKibi},
                               Unit{"tb", kKilo* kKilo* kKilo* kKilo}};

}  // namespace

std::string bytes_text(std::int64_t bytes) {
  static constexpr std::array units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  auto amount = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; amount >= kKibi && unit + 1 < units.size(); ++unit)
    amount /= kKibi;
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", amount, units[unit]);
}

std::int64_t parse_bytes(std::string_view text) {
  constexpr double largest = 4611686018427387904;  // 2^62
  const std::string copy(text);
  const std::size_t digits = copy.find_first_not_of("0123456789.");
  const std::string number = copy.substr(0, digits);
  const std::size_t begin = digits == std::string::npos ? copy.size() : copy.find_first_not_of(' ', digits);
  const std::string name = begin == std::string::npos ? "?" : lower_case(copy.substr(begin));
  char* end = nullptr;
  const double amount = std::strtod(number.c_str(), &end);
  const bool is_number = !number.empty() && end == number.c_str() + number.size();
  for (const Unit& unit : kUnits)
    if (is_number && unit.name == name && amount * unit.bytes >= 1 && amount * unit.bytes <= largest)
      return static_cast<std::int64_t>(std::floor(amount * unit.bytes));
  throw InputError(
      fmt::format("'{}' is not an amount of memory: expected one like 512MiB, 4GiB or 2000000000", text));
}

}  // namespace fovea
