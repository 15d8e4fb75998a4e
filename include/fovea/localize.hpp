#pragma once

#include "fovea/explain.hpp"
#include "fovea/segment.hpp"
#include "fovea/tensor.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Where the object of a class is in a photo, from maps. docs/localization.md tells how it works.
namespace fovea {

/// What a map tells of every pixel: the log odds that it belongs to the object,
///
///     steepness * log( M / (level * sum M^2 / sum M) ),   within +-kMaxLogOdds.
///
/// sum M^2 / sum M is the map's mean weighted by the map itself: it rises as the map gathers in few pixels,
/// so that a small object is not given the area of a large one. How steepness and level were found is told in
/// docs/localization.md.
struct PriorOptions {
  double steepness = 2.0;  ///< nats for a value e times another one; above 0
  double level = 0.65;     ///< where the odds are even, as a share of the self-weighted mean; above 0
  /// Weight of -log p(colour | label) in a cut that is led by the map as well.
  double colour_weight = 0.2;
  /// Weight of the contrast term of such a cut.
  double smoothness = 15.0;
};

inline constexpr double kMaxLogOdds = 8.0;

/// Log odds of object for each pixel of a map [H,W] of F32 or F64: [H,W] F32, in nats. Values below a
/// fiftieth of the mean count as that. InputError for another shape or type, values that are negative or not
/// finite, a map that is 0 everywhere, and options out of range.
Tensor object_log_odds(const Tensor& map, const PriorOptions& options = {});

/// The geometric mean of maps [H,W] of one size, F32 or F64, each over its own mean and with a fiftieth of it
/// added, so that a zero in one map does not silence the others: [H,W] F32. Maps whose values are all equal
/// say nothing and are left out; a single map that is left is given back as it is. InputError for no map,
/// none with contrast, negative values among several maps, and shapes or values that `object_log_odds` would
/// refuse.
Tensor multiply_maps(std::span<const Tensor> maps);

/// Which of the mask's components the box surrounds: the largest (Simonyan 2013, section 3.2), or all of a
/// sizeable share of the largest one's area, so that an object cut in two by a fence keeps both parts.
enum class BoxRule : std::uint8_t { LargestComponent, SizeableComponents };
/// "largest" or "sizeable".
std::string_view name_of(BoxRule rule);
/// InputError that lists all names for any other text.
BoxRule parse_box_rule(std::string_view name);
std::vector<std::string> box_rule_names();

struct LocalizeOptions {
  /// Standard deviation of the Gaussian that blurs the map before seeds are taken, as a share of the map's
  /// shorter side. 0: no blur.
  double smoothing = 0.025;
  SeedOptions seeds = {0.80, 0.50};
  /// The cut listens to the map at every pixel: seeds from the map then teach the colours of object and
  /// background, but keep no label, and `colour_weight` and `smoothness` take the place of those in
  /// `segment`. None: the map gives seeds and nothing else. Does not matter where seeds are given.
  std::optional<PriorOptions> prior = PriorOptions();
  SegmentOptions segment = {};
  /// The object is made star-convex: around the map's peaks, or around the seeds where those are given.
  std::optional<StarOptions> star = {};
  PeakOptions peaks = {};  ///< in pixels of the photo as it is segmented
  BoxRule box = BoxRule::SizeableComponents;
  double min_fraction = 0.1;  ///< the share of SizeableComponents, 0..1
  /// A photo whose longer side is above this is segmented smaller, and the mask brought back to its pixels.
  /// 0: any photo is segmented as it is.
  std::int64_t max_side = 320;
};

/// Simonyan 2013, section 3.2: no blur, seeds above the 95 % and below the 30 % quantile, no prior, the
/// largest component's box; max_side is 512, so that ImageNet's usual 500 x 375 is segmented as it is. Where
/// the paper is silent, as LocalizeOptions has it.
LocalizeOptions paper_localize_options();

/// For seeds that a user gives, e.g. strokes: surely right, but few, and their colours say little of the
/// rest. So models and cut take turns five times, the contrast term weighs half, and the object is
/// star-convex around the seeds. Chosen on photos with masks (docs/segmentation.md).
LocalizeOptions stroke_localize_options();

/// An object in a photo, with all stages on the way to it.
struct Localization {
  Image seen;                    ///< the photo at the size that was segmented
  Tensor map;                    ///< what seeds were taken from, at that size, [H,W] F32; empty where given
  Trimap seeds;                  ///< at that size
  Mask mask;                     ///< in the photo's own pixels
  Box box;                       ///< in the photo's own pixels; empty for an empty mask
  double energy = 0;             ///< of the segmentation, in nats
  std::vector<double> energies;  ///< after each cut
};

/// The object that a map [H,W] of F32 or F64 marks. The map covers the whole photo, at any size; it is
/// resized with a triangle filter. With a prior, where the cut finds no object the mask is what the map
/// holds for object. InputError for a map without contrast or not finite, negative values with a prior, and
/// options out of range.
Localization localize(const Image& photo, const Tensor& map, const LocalizeOptions& options = {});
/// The same for several maps, each smoothed and resized, then multiplied (`multiply_maps`).
Localization localize(const Image& photo, std::span<const Tensor> maps, const LocalizeOptions& options = {});

/// The object that seeds of the photo's own size mark, e.g. strokes or points. smoothing, quantiles, peaks
/// and max_side do not matter. InputError as `segment` has it.
Localization localize(const Image& photo, const Trimap& seeds,
                      const LocalizeOptions& options = stroke_localize_options());

/// A class and where it is.
struct LocalizedClass {
  Explanation explanation;  ///< by the first method
  Localization object;
};

/// The object of a class in a photo, by the map of the explainer's method, or by the product of the maps of
/// all its methods: the defaults are made for gradient and guided back-propagation together
/// (`object_explain_options`). The explainer's crops must be such that the map covers the whole photo: all
/// but One. InputError otherwise, and where the explainer or the functions above have one.
LocalizedClass localize(Explainer& explain, Image photo, const ExplainTarget& target = {},
                        const LocalizeOptions& options = {});
/// The same of a photo that is framed already.
LocalizedClass localize(Explainer& explain, const FramedPhoto& photo, const ExplainTarget& target = {},
                        const LocalizeOptions& options = {});

/// `options` with the methods and crops that LocalizeOptions are made for: gradient and guided, the whole
/// photo and its mirror image.
ExplainOptions object_explain_options(ExplainOptions options = {});

/// The share of the photo's pixels that the object takes, 0..1.
double area_share(const Localization& object);
/// The photo, of the size that was localised in, with the object's contour in red and boxes in yellow, lines
/// about a 130th of the shorter side thick.
Image draw_object(const Image& photo, const Localization& object, std::span<const Box> boxes);
/// "12,30 to 200,180; ...", or "no object".
std::string describe(std::span<const Box> boxes);

/// A map [H,W] of F32 or F64 at another size, F32: a triangle filter, widened by the reduction, edges
/// renormalised. InputError for another shape or type, values that are not finite and a side below 1.
Tensor resize_map(const Tensor& map, std::int64_t width, std::int64_t height);

}  // namespace fovea
