#include "cli/picture_size.hpp"

#include "cli/output.hpp"
#include "fovea/error.hpp"
#include "fovea/program.hpp"

#include <fmt/format.h>

namespace fovea::cli {
namespace {

bool is_one_number(const std::string& text) {
  return text.find('x') == std::string::npos;
}

}  // namespace

PictureSize picture_size(const Model& model, const std::string& size_option, std::int64_t otherwise) {
  const ImageInput input = model.image_input();
  const bool open = input.height == 0 || input.width == 0;
  PictureSize size{input.height, input.width};
  if (!size_option.empty()) {
    const PictureSize wanted = parse_picture_size(size_option).value_or(PictureSize{});
    const auto contradicts = [&](std::int64_t fixed, std::int64_t side) {
      return fixed > 0 && fixed != side && !(open && is_one_number(size_option));
    };
    if (contradicts(size.height, wanted.height) || contradicts(size.width, wanted.width))
      throw InputError(fmt::format("--size {}: the input '{}' has a fixed size of {}x{} (height x width)",
                                   size_option, input.name,
                                   size.height > 0 ? std::to_string(size.height) : "?",
                                   size.width > 0 ? std::to_string(size.width) : "?"),
                       model.path());
    size.height = size.height > 0 ? size.height : wanted.height;
    size.width = size.width > 0 ? size.width : wanted.width;
  } else if (open) {
    const std::int64_t side = side_of_network(model);
    if (side > 0)
      say("fovea: note: the size of input '{}' is open: {}x{}, which its layers fit\n", input.name, side,
          side);
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

}  // namespace fovea::cli
