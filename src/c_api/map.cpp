#include "c_api/map.hpp"

#include "base/check.hpp"
#include "c_api/guard.hpp"
#include "c_api/result.hpp"

#include <algorithm>

namespace fovea::c_api {
namespace {

Image view_of(const fovea_map& map, fovea_view view, const char* colormap, const DisplayRange& range) {
  switch (view) {
  case FOVEA_VIEW_PHOTO:
    return map.explanation.seen;
  case FOVEA_VIEW_HEAT:
    return map.explanation.heat(colormap, range);
  case FOVEA_VIEW_OVERLAY:
    return map.explanation.overlay({.colormap = colormap}, range);
  }
  throw UsageError(fmt::format("view {} does not exist", static_cast<int>(view)));
}

}  // namespace
}  // namespace fovea::c_api

using namespace fovea::c_api;

fovea_status fovea_map_describe(const fovea_map* map, fovea_map_info* info) {
  return guarded([&] {
    const fovea::Explanation& from = not_null(map, "map").explanation;
    not_null(info, "info") = {from.map.shape()[0], from.map.shape()[1], from.target.index,
                              from.target.score,   from.probability,    from.region.x,
                              from.region.y,       from.region.width,   from.region.height};
  });
}

fovea_status fovea_map_values(const fovea_map* map, float* values, size_t size) {
  return guarded([&] {
    const auto from = not_null(map, "map").explanation.map.data<float>();
    check_array(values, "values", size, from.size());
    std::copy(from.begin(), from.end(), values);
  });
}

fovea_status fovea_map_relevance(const fovea_map* map, fovea_array* relevance) {
  return guarded([&] {
    const fovea_map& from = not_null(map, "map");
    not_null(relevance, "relevance") = array_of(from.explanation.relevance);
  });
}

fovea_status fovea_map_method(const fovea_map* map, const char** method) {
  return guarded([&] {
    const fovea_map& from = not_null(map, "map");
    not_null(method, "method") = from.explanation.method.c_str();
  });
}

fovea_status fovea_map_view(const fovea_map* map, fovea_view view, const char* colormap, uint8_t* rgb,
                            size_t size) {
  const fovea::DisplayRange range;
  return fovea_map_view_with(map, view, colormap, range.percentile, range.gamma, rgb, size);
}

fovea_status fovea_map_view_with(const fovea_map* map, fovea_view view, const char* colormap,
                                 double percentile, double gamma, uint8_t* rgb, size_t size) {
  return guarded([&] {
    const fovea::Image picture =
        view_of(not_null(map, "map"), view, colormap ? colormap : "inferno", {percentile, gamma});
    check_array(rgb, "rgb", size, picture.pixels.size());
    std::copy(picture.pixels.begin(), picture.pixels.end(), rgb);
  });
}

void fovea_map_free(fovea_map* map) {
  delete map;
}
