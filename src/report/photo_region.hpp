#pragma once

#include "fovea/explain.hpp"
#include "fovea/image.hpp"

#include <cstdint>
#include <string_view>

/// Photos and maps for the panels of figures: in the photo's own pixels and proportions rather than those of
/// the network's input.
namespace fovea {

/// A panel's height in pixels at kPrintDpi. Photos are shown with no more rows than that.
inline constexpr std::int64_t kMostPanelRows = 1000;

/// The photo, reduced to kMostPanelRows if it has more.
Image for_panel(const Image& photo);

/// The part of the photo that the map covers, in the photo's own pixels, reduced to kMostPanelRows if it has
/// more; `seen`, if the photo has fewer pixels there. InputError if the photo does not contain the region.
Image region_of(const Image& photo, const Explanation& result);

/// The map in colours with the proportions of that part. It keeps its pixels, except along an axis that the
/// network's input squeezes by more than 2 %. InputError as for Explanation::heat.
Image heat_for(const Image& region, const Explanation& result, std::string_view colormap,
               const DisplayRange& range);

/// The map over that part, of the part's size. InputError as for Explanation::overlay.
Image overlay_on_region(const Image& region, const Explanation& result, const OverlayStyle& style,
                        const DisplayRange& range);

}  // namespace fovea
