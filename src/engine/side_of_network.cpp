#include "engine/imported_graph.hpp"
#include "fovea/program.hpp"

#include <algorithm>
#include <array>

namespace fovea {
namespace {

/// Whether the network's layers fit together for square pictures of that side.
bool takes(const Model& model, std::int64_t side) {
  ProgramOptions options;
  options.height = options.width = side;
  return can_be_imported(model, options);
}

}  // namespace

std::int64_t side_of_network(const Model& model) {
  // Networks that take any size, or any multiple of 32, take these two, which nobody trains for.
  constexpr std::array unusual = {352, 416};
  constexpr std::array usual = {224, 32,  28,  64,  96,  128, 256, 299, 227,
                                160, 192, 240, 384, 512, 336, 448, 518, 48};
  const ImageInput picture = model.image_input();
  if (picture.height > 0 && picture.width > 0)
    return 0;
  const auto fits = [&](int side) { return takes(model, side); };
  if (std::all_of(unusual.begin(), unusual.end(), fits))
    return 0;
  const auto* found = std::find_if(usual.begin(), usual.end(), fits);
  return found == usual.end() ? 0 : *found;
}

}  // namespace fovea
