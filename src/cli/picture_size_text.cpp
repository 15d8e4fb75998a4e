#include "cli/picture_size.hpp"

#include <charconv>

namespace fovea::cli {
namespace {

std::optional<std::int64_t> parse_side(std::string_view text) {
  std::int64_t side = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), side);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole && side >= 1 && side <= 65536 ? std::optional(side) : std::nullopt;
}

}  // namespace

std::optional<PictureSize> parse_picture_size(const std::string& text) {
  const std::size_t cross = text.find('x');
  const auto height = parse_side(std::string_view(text).substr(0, cross));
  const auto width =
      cross == std::string::npos ? height : parse_side(std::string_view(text).substr(cross + 1));
  return height && width ? std::optional(PictureSize{*height, *width}) : std::nullopt;
}

}  // namespace fovea::cli
