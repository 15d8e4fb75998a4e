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

/// Localisation: the object of a class in a photo, found from maps. docs/localization.md describes the
/// method.
namespace fovea {

/// The conversion of a map to the log odds, for every pixel, that it belongs to the object:
///
///     steepness * log( M / (level * sum M^2 / sum M) ),   within +-kMaxLogOdds.
///
/// sum M^2 / sum M is the map's mean weighted by the map itself. It is larger for maps that are concentrated
/// on few pixels, so that a small object does not get the area of a large one. docs/localization.md says how
/// steepness and level were chosen.
struct PriorOptions {
  double steepness = 2.0;  ///< change of the log odds, in nats, when M grows by a factor of e; above 0
  double level = 0.75;     ///< the value with even odds, as a fraction of the self-weighted mean; above 0
  /// Weight of -log p(colour | label) in a cut with a prior.
  double colour_weight = 0.2;
  /// Weight of the contrast term in a cut with a prior.
  double smoothness = 15.0;
};

inline constexpr double kMaxLogOdds = 8.0;

/// The log odds of the object for each pixel of a map [H,W] of F32 or F64: [H,W] F32, in nats. Values below a
/// fiftieth of the mean are raised to it. InputError for another shape or type, values that are negative or
/// not finite, a map that is 0 everywhere, and options out of range.
Tensor object_log_odds(const Tensor& map, const PriorOptions& options = {});

/// The geometric mean of maps [H,W] of one size, F32 or F64, each divided by its mean and increased by a
/// fiftieth of it, so that a zero in one map does not outweigh the others: [H,W] F32. Maps whose values are
/// all equal carry no information and are left out; a single remaining map is returned unchanged. InputError
/// if there is no map, if none has contrast, for negative values among several maps, and for shapes or values
/// that `object_log_odds` refuses.
Tensor multiply_maps(std::span<const Tensor> maps);

/// Otsu's threshold of a map (otsu1979threshold): the value that divides its pixels into two groups whose
/// means differ most, by the variance between groups; midway between the two values next to it. Of several
/// such, the lowest. InputError for a shape, type or values that `object_log_odds` refuses, negative ones
/// excepted, and for a map without contrast.
double otsu_threshold(const Tensor& map);

/// The components of the mask that the box encloses: the largest (Simonyan 2013, section 3.2), or all whose
/// area is a sizeable fraction of the largest one's, so that an object divided by a fence keeps both parts.
enum class BoxRule : std::uint8_t { LargestComponent, SizeableComponents };
/// "largest" or "sizeable".
std::string_view name_of(BoxRule rule);
/// InputError that lists all names for any other text.
BoxRule parse_box_rule(std::string_view name);
std::vector<std::string> box_rule_names();

struct LocalizeOptions {
  /// Standard deviation of the Gaussian that blurs the map before seeds are taken, as a fraction of the map's
  /// shorter side. 0: no blur.
  double smoothing = 0.02;
  SeedOptions seeds = {0.80, 0.50};
  /// With a prior the map influences the cut at every pixel: seeds from the map are used to learn the colours
  /// of object and background but do not fix labels, and `colour_weight` and `smoothness` of the prior
  /// replace those of `segment`. None: the map only gives seeds. Ignored if seeds are given.
  std::optional<PriorOptions> prior = PriorOptions();
  SegmentOptions segment = {};
  /// Makes the object star-convex around the map's peaks, or around the seeds if those are given.
  std::optional<StarOptions> star = {};
  PeakOptions peaks = {};  ///< in pixels of the photo as it is segmented
  BoxRule box = BoxRule::SizeableComponents;
  double min_fraction = 0.1;  ///< the area fraction for SizeableComponents, 0..1
  /// With a prior, the box is the mean of two: that of the mask, and that of the pixels whose map is above
  /// this multiple of its `otsu_threshold`. The cut errs at edges of colour and the map at its own edges, so
  /// that the mean is nearer to the object than either. 0: the box of the mask, as with a user's seeds. At
  /// least 0.
  double box_level = 1.0;
  /// A photo whose longer side exceeds this is segmented at a smaller size, and the mask scaled back. 0: no
  /// limit.
  std::int64_t max_side = 320;
};

/// The settings of Simonyan 2013, section 3.2: no blur, seeds above the 95 % and below the 30 % quantile, no
/// prior, the largest component's box; max_side is 512, so that ImageNet's usual 500 x 375 is segmented at
/// its own size. Whatever the paper leaves open has the default of LocalizeOptions.
LocalizeOptions paper_localize_options();

/// Settings for seeds given by a user, e.g. strokes: they are certain but few, and their colours say little
/// about the rest. Models and cut therefore alternate five times, the contrast term has half its weight, and
/// the object is star-convex around the seeds. Chosen on photos with masks (docs/segmentation.md).
LocalizeOptions stroke_localize_options();

/// An object in a photo, with the results of all stages.
struct Localization {
  Image seen;    ///< the photo at the size that was segmented
  Tensor map;    ///< the map that seeds were taken from, at that size, [H,W] F32; empty if seeds were given
  Trimap seeds;  ///< at that size
  Mask mask;     ///< in the photo's own pixels
  Box box;       ///< in the photo's own pixels (LocalizeOptions::box_level); empty for an empty mask
  double energy = 0;             ///< of the segmentation, in nats
  std::vector<double> energies;  ///< after each cut
};

/// Finds the object that a map [H,W] of F32 or F64 marks. The map covers the whole photo, at any size; it is
/// resized with a triangle filter. With a prior, a cut that finds no object is replaced by the pixels with
/// positive log odds. InputError for a map that has no contrast or is not finite, for negative values with a
/// prior, and for options out of range.
Localization localize(const Image& photo, const Tensor& map, const LocalizeOptions& options = {});
/// The same for several maps, which are smoothed and resized one by one and then multiplied
/// (`multiply_maps`).
Localization localize(const Image& photo, std::span<const Tensor> maps, const LocalizeOptions& options = {});

/// Finds the object that seeds of the photo's own size mark, e.g. strokes or points. Smoothing, quantiles,
/// peaks and max_side are ignored. InputError as for `segment`.
Localization localize(const Image& photo, const Trimap& seeds,
                      const LocalizeOptions& options = stroke_localize_options());

/// Finds the object that maps and a user's seeds mark together. The seeds have the photo's own size and may
/// be of one kind, or few; they hold wherever they are. With a prior the maps lead every other pixel, and
/// give seeds, from which colours are learnt, of a kind that the user has not given; without one they give
/// seeds to all pixels that the user left unknown. A star is around the user's object seeds, or the maps'
/// peaks where there are none. The photo is cut at its own size: max_side is ignored. InputError as for the
/// functions above.
Localization localize(const Image& photo, std::span<const Tensor> maps, const Trimap& seeds,
                      const LocalizeOptions& options);

/// A class with its explanation and the object found.
struct LocalizedClass {
  Explanation explanation;  ///< by the first method
  Localization object;
};

/// Finds the object of a class in a photo. The map is that of the explainer's method, or the product of the
/// maps of all its methods; the default options are tuned for fused LayerCAM (`object_explain_options`). The
/// map must cover the whole photo, which excludes Crops::One. InputError for an explainer with that framing,
/// and for everything that Explainer or the functions above refuse.
LocalizedClass localize(Explainer& explain, Image photo, const ExplainTarget& target = {},
                        const LocalizeOptions& options = {});
/// The same for a photo that is framed already.
LocalizedClass localize(Explainer& explain, const FramedPhoto& photo, const ExplainTarget& target = {},
                        const LocalizeOptions& options = {});

/// `options` with the method and crops for which LocalizeOptions are tuned: fused LayerCAM, the whole photo
/// and its mirror image.
ExplainOptions object_explain_options(ExplainOptions options = {});

/// The object's area as a fraction of the photo's, 0..1.
double area_share(const Localization& object);
/// The photo, at the size used for localisation, with the object's contour in red and boxes in yellow; lines
/// are about 1/130 of the shorter side thick.
Image draw_object(const Image& photo, const Localization& object, std::span<const Box> boxes);
/// "12,30 to 200,180; ...", or "no object".
std::string describe(std::span<const Box> boxes);

/// Resizes a map [H,W] of F32 or F64, F32: a triangle filter widened by the reduction factor, renormalised at
/// the edges. InputError for another shape or type, values that are not finite and a side below 1.
Tensor resize_map(const Tensor& map, std::int64_t width, std::int64_t height);

}  // namespace fovea
