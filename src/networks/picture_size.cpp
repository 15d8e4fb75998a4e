#include "fovea/networks.hpp"
#include "fovea/program.hpp"

#include <fmt/format.h>

#include <charconv>

namespace fovea {
namespace {

bool is_one_number(const std::string& text) {
  return text.find('x') == std::string::npos;
}

std::optional<std::int64_t> parse_side(std::string_view text) {
  std::int64_t side = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), side);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole && side >= 1 && side <= 65536 ? std::optional(side) : std::nullopt;
}

}  // namespace

std::optional<PictureSize> parse_picture_size(std::string_view text) {
  const std::size_t cross = text.find('x');
  const auto height = parse_side(text.substr(0, cross));
  const auto width = cross == std::string_view::npos ? height : parse_side(text.substr(cross + 1));
  return height && width ? std::optional(PictureSize{*height, *width, {}}) : std::nullopt;
}

PictureSize picture_size(const Model& model, const std::string& text, std::int64_t otherwise) {
  const ImageInput input = model.image_input();
  const bool open = input.height == 0 || input.width == 0;
  PictureSize size{input.height, input.width, {}};
  if (!text.empty()) {
    const PictureSize wanted = parse_picture_size(text).value_or(PictureSize{});
    const auto contradicts = [&](std::int64_t fixed, std::int64_t side) {
      return fixed > 0 && fixed != side && !(open && is_one_number(text));
    };
    if (contradicts(size.height, wanted.height) || contradicts(size.width, wanted.width))
      throw InputError(fmt::format("--size {}: the input '{}' has a fixed size of {}x{} (height x width)",
                                   text, input.name, size.height > 0 ? std::to_string(size.height) : "?",
                                   size.width > 0 ? std::to_string(size.width) : "?"),
                       model.path());
    size.height = size.height > 0 ? size.height : wanted.height;
    size.width = size.width > 0 ? size.width : wanted.width;
  } else if (open) {
    const std::int64_t side = side_of_network(model);
    if (side > 0)
      size.note = Note{NoteKind::SizeFromLayers, {side}, {input.name}};
    const std::int64_t chosen = side > 0 ? side : otherwise;
    size.height = size.height > 0 ? size.height : chosen;
    size.width = size.width > 0 ? size.width : chosen;
  }
  if (size.height == 0 || size.width == 0)
    throw InputError(fmt::format("the size of input '{}' is open: give one with --size, as in --size 224 or "
                                 "--size 128x256 (height x width)",
                                 input.name),
                     model.path());
  return size;
}

}  // namespace fovea
