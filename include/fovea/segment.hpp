#pragma once

#include "fovea/geometry.hpp"
#include "fovea/image.hpp"
#include "fovea/tensor.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// Segmentation: masks and their components, seeds, colour models, star convexity, and the graph cut.
/// docs/segmentation.md describes the method.
namespace fovea {

/// A set of pixels: 1 inside, 0 outside, rows from the top: pixels[y * width + x].
struct Mask {
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::vector<std::uint8_t> pixels;

  /// InputError when a side is below 1 or the mask larger than kMaxImagePixels.
  static Mask blank(std::int64_t width, std::int64_t height, std::uint8_t value = 0);
  std::uint8_t& at(std::int64_t x, std::int64_t y) { return pixels[static_cast<std::size_t>(y * width + x)]; }
  std::uint8_t at(std::int64_t x, std::int64_t y) const {
    return pixels[static_cast<std::size_t>(y * width + x)];
  }
  /// The number of pixels in the mask.
  std::int64_t area() const;
  friend bool operator==(const Mask&, const Mask&) = default;
};

/// Area of the intersection over area of the union, 0..1; 0 when both are empty.
double intersection_over_union(const Box& a, const Box& b);
double intersection_over_union(const RealBox& a, const RealBox& b);
/// The same for masks. InputError when their sizes differ.
double intersection_over_union(const Mask& a, const Mask& b);

/// `{"x0":1,"y0":2,"x1":30,"y1":40}`
std::string to_json(const Box& box);
/// The column names of `to_csv`: "x0,y0,x1,y1".
std::string box_csv_header();
/// "1,2,30,40"
std::string to_csv(const Box& box);

/// The mask as a grey picture: 255 inside, 0 outside.
Image to_image(const Mask& mask);
/// The mask of the pixels of a grey or RGB picture whose luma is at least 128: the inverse of `to_image`.
Mask to_mask(const Image& image);

/// The photo in RGB with the mask's outline: the mask's pixels that have a 4-neighbour outside it or lie at
/// the picture's border, `thickness` pixels inwards. InputError for different sizes or a thickness below 1.
Image draw_contour(const Image& photo, const Mask& mask, const Colour& colour, std::int64_t thickness = 2);
/// The photo in RGB, with the pixels outside the mask grey and darkened.
Image cut_out(const Image& photo, const Mask& mask);
/// The photo in RGB with the frame of the box, `thickness` pixels inwards. Parts outside the photo and empty
/// boxes are not drawn. InputError for a thickness below 1.
Image draw_box(const Image& photo, const Box& box, const Colour& colour, std::int64_t thickness = 2);

/// The neighbours of a pixel: those that share an edge (Four), or also those that share a corner (Eight).
enum class Connectivity : std::uint8_t { Four, Eight };

struct Component {
  std::int64_t area = 0;  ///< pixels
  Box box;                ///< the smallest box around them
};

struct Components {
  std::int64_t width = 0;
  std::int64_t height = 0;
  /// The number of each pixel's component, from 1; 0 outside the mask.
  std::vector<std::int32_t> labels;
  /// Component i + 1 at [i], largest first; of equal areas, the first from the top left.
  std::vector<Component> components;
};

/// The connected components of a mask.
Components connected_components(const Mask& mask, Connectivity connectivity = Connectivity::Eight);

/// Component numbers as a grey picture: 0 outside, 1..254 by size, 255 for all from the 255th on.
Image to_image(const Components& components);
/// The pixels of component `number` (from 1). InputError if there is none.
Mask component_mask(const Components& components, std::int32_t number);

/// The box of the largest component (Simonyan 2013, section 3.2). An empty mask gives an empty box.
Box largest_component_box(const Mask& mask, Connectivity connectivity = Connectivity::Eight);
/// One box for each component of at least `min_fraction` of the largest one's area, largest first.
/// InputError unless 0 <= min_fraction <= 1.
std::vector<Box> component_boxes(const Mask& mask, double min_fraction = 0.0,
                                 Connectivity connectivity = Connectivity::Eight);
/// The box around all components of at least `min_fraction` of the largest one's area: 0 is the whole mask's
/// box, 1 the largest component's. An empty mask gives an empty box.
Box sizeable_components_box(const Mask& mask, double min_fraction = 0.1,
                            Connectivity connectivity = Connectivity::Eight);

enum class Seed : std::uint8_t { Unknown = 0, Foreground = 1, Background = 2 };

/// The seeds of a segmentation: the known label of each pixel, pixels[y * width + x].
struct Trimap {
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::vector<Seed> pixels;

  /// InputError when a side is below 1 or the map larger than kMaxImagePixels.
  static Trimap blank(std::int64_t width, std::int64_t height, Seed value = Seed::Unknown);
  Seed& at(std::int64_t x, std::int64_t y) { return pixels[static_cast<std::size_t>(y * width + x)]; }
  Seed at(std::int64_t x, std::int64_t y) const { return pixels[static_cast<std::size_t>(y * width + x)]; }
  std::int64_t count(Seed seed) const;
};

struct SeedOptions {
  double foreground_quantile = 0.95;  ///< pixels above this quantile of the map are foreground
  double background_quantile = 0.30;  ///< pixels below this one are background
};

/// Seeds from a map [H,W] of floats (Simonyan 2013, section 3.2). Quantiles are interpolated between order
/// statistics, as in NumPy. If ties leave no value strictly above (below) the quantile, the pixels equal to
/// it are taken, so that both kinds of seeds always exist. InputError for another shape or type, values that
/// are not finite, a map whose values are all equal, and unless 0 <= background <= foreground <= 1.
Trimap seeds_from_map(const Tensor& map, const SeedOptions& options = {});

struct StrokeColours {
  Colour foreground = {255, 0, 0};
  Colour background = {0, 0, 255};
  /// Pixels count as a stroke if no channel differs by more than this from its colour, so that soft or
  /// JPEG-compressed strokes are recognised.
  std::int64_t tolerance = 60;
};

/// Seeds from a picture with brush strokes; all other colours are unknown. InputError if a colour does not
/// occur, if the two colours differ by less than twice the tolerance, or if the picture is not width x
/// height.
Trimap seeds_from_strokes(const Image& strokes, std::int64_t width, std::int64_t height,
                          const StrokeColours& colours = {});

/// Seeds as discs of `radius` pixels (0: single pixels) around points. InputError if a point lies outside the
/// picture, if there are no points of a kind, or if a pixel would be both.
Trimap seeds_from_points(const std::vector<Point>& foreground, const std::vector<Point>& background,
                         std::int64_t width, std::int64_t height, std::int64_t radius = 3);

/// The trimap as a grey picture: background 0, unknown 128, foreground 255.
Image to_image(const Trimap& seeds);
/// The photo in RGB with foreground seeds tinted red and background seeds blue. InputError for different
/// sizes.
Image draw_seeds(const Image& photo, const Trimap& seeds);

struct PeakOptions {
  std::int64_t max_count = 5;      ///< the largest number of peaks
  std::int64_t min_distance = 20;  ///< the smallest distance of two peaks, in pixels
  double min_fraction = 0.5;       ///< the fraction of the map's range that a peak must reach
};

/// Local maxima of a map [H,W], highest first, then from the top left: pixels that no 8-neighbour exceeds and
/// that are far enough from every higher peak. The map's maximum is always the first. InputError for another
/// shape or type and for values that are not finite.
std::vector<Point> find_peaks(const Tensor& map, const PeakOptions& options = {});

struct MixtureOptions {
  std::int64_t components = 5;
  std::int64_t iterations = 10;  ///< the largest number of EM iterations
  /// EM ends when the mean log-likelihood of a sample increases by less than this.
  double tolerance = 1e-3;
  /// The smallest standard deviation along any axis, in grey levels, which keeps densities of few or equal
  /// colours finite.
  double min_deviation = 2.0;
  /// The largest number of colours that EM uses, drawn evenly over the list; 0: all.
  std::int64_t max_samples = 8192;
  std::uint64_t seed = 0;
};

/// One Gaussian of colours (red, green, blue in 0..255). Covariance row by row.
struct Gaussian {
  double weight = 0;
  std::array<double, 3> mean = {};
  std::array<double, 9> covariance = {};
};

/// A density of colours: a sum of Gaussians with full covariances.
class GaussianMixture {
public:
  /// Fits by EM from a k-means++ start (`dempster1977em`, `arthur2007kmeans`). `colours` holds 3 bytes a
  /// pixel. Each step is the exact maximiser among covariances whose eigenvalues are at least
  /// min_deviation^2, so the log-likelihood of the colours used never decreases. Fewer distinct colours than
  /// components give fewer components. The result is deterministic for a seed. InputError for an empty list,
  /// a length that is no multiple of 3, or options out of range.
  static GaussianMixture fit(std::span<const std::uint8_t> colours, const MixtureOptions& options = {});
  /// Continues EM from this mixture with other colours.
  GaussianMixture refit(std::span<const std::uint8_t> colours, const MixtureOptions& options = {}) const;
  /// The mixture of given Gaussians. InputError unless the weights are positive and sum to 1 and the
  /// covariances are symmetric and positive definite.
  static GaussianMixture from(std::vector<Gaussian> gaussians);

  const std::vector<Gaussian>& gaussians() const { return gaussians_; }
  /// Mean log-likelihood of a sample before each EM step and after the last one, in nats; empty for `from`.
  const std::vector<double>& log_likelihoods() const { return log_likelihoods_; }

  /// Writes -log p(colour) in nats for every colour: 3 bytes in, one float out.
  void negative_log(std::span<const std::uint8_t> colours, std::span<float> out) const;

private:
  GaussianMixture() = default;
  static GaussianMixture expectation_maximisation(std::vector<Gaussian> start, const std::vector<double>& x,
                                                  const MixtureOptions& options);
  std::vector<Gaussian> gaussians_;
  std::vector<double> log_likelihoods_;
};

struct StarOptions {
  /// The weight g in the length of a step between 8-neighbours p, q: sqrt((1 - g) |p - q|^2 + g |grad I|^2),
  /// 0..1. 0: straight rays (`veksler2008star`); 1: paths follow the picture alone. |grad I|^2 is the squared
  /// colour difference of p and q divided by its mean in the picture, so that g does not depend on contrast.
  double geodesic = 0.5;
};

/// The shortest path of each pixel to its nearest centre: a forest over 8-neighbours.
struct StarForest {
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::vector<std::int32_t> parent;  ///< index y * width + x of the next pixel on the path; -1 at a centre
  std::vector<float> distance;       ///< length of the path; 0 at a centre
  std::vector<std::int32_t> centre;  ///< index of the centre where the path ends
};

/// The geodesic forest of a photo from its centres (`gulshan2010geodesic`). InputError for no centre, one
/// outside the photo, or a g outside 0..1.
StarForest geodesic_forest(const Image& photo, const std::vector<Point>& centres,
                           const StarOptions& options = {});
/// All pixels of a kind, e.g. the foreground strokes, as centres.
std::vector<Point> points_of(const Trimap& seeds, Seed kind);

/// True if the mask contains the parent of each of its pixels, and thus each pixel's whole path to its
/// centre.
bool is_star_convex(const Mask& mask, const StarForest& forest);

/// Hard: the pixel keeps the seed's label. Soft: the seed trains the colour models, and contradicting it
/// costs `soft_seed_cost`.
enum class SeedStrength : std::uint8_t { Hard, Soft };
enum class Neighbourhood : std::uint8_t { Four, Eight };

struct SegmentOptions {
  MixtureOptions mixture = {};
  double colour_weight = 1.0;  ///< of -log p(colour | label), in nats
  /// Weight of the contrast term between neighbours of different labels:
  /// smoothness * exp(-beta |I_p - I_q|^2) / |p - q|.
  double smoothness = 50.0;
  /// beta = contrast / (2 * mean of |I_p - I_q|^2 over all neighbours); 0: all edges cost the same.
  double contrast = 1.0;
  Neighbourhood neighbourhood = Neighbourhood::Eight;
  SeedStrength foreground_seeds = SeedStrength::Hard;
  SeedStrength background_seeds = SeedStrength::Hard;
  double soft_seed_cost = 0.0;  ///< cost in nats of a soft seed that gets the other label
  double prior_weight = 0.0;    ///< weight of the prior map, see SegmentGuides
  /// The largest number of cuts. 1: one cut with models of the seeds (Simonyan 2013). More: the models are
  /// fitted again to the pixels of each label after each cut (`rother2004grabcut`), until the energy no
  /// longer decreases.
  std::int64_t iterations = 1;
  /// With 2 or more, what concerns object and background, and the star, is worked out on two threads at once.
  /// Results do not depend on it.
  int threads = 1;
};

/// Optional guidance of the cut besides colours and seeds.
struct SegmentGuides {
  /// The prior of the foreground for each pixel, [H,W], F32 or F64, 0..1: background costs prior_weight *
  /// prior, foreground prior_weight * (1 - prior). Empty: none.
  Tensor prior = {};
  /// Makes the foreground star-convex along this forest. Hard foreground seeds whose path crosses a hard
  /// background seed become soft, because both cannot be satisfied.
  std::optional<StarForest> star = {};
};

struct Segmentation {
  Mask mask;
  /// Sum of all costs of the mask, in nats: colour, soft seeds, prior, neighbours.
  double energy = 0;
  /// The energy after each cut, which never increases.
  std::vector<double> energies;
  GaussianMixture foreground;
  GaussianMixture background;
};

/// Divides a photo into object and background by a minimal cut (`boykov2001interactive`). The seeds must have
/// the photo's size and be of both kinds. In a photo of one colour only the contrast term counts, and
/// everything but hard seeds may become background. Costs are rounded to 2^-23 of the largest one before the
/// cut, which is then exact. InputError for different sizes, missing seeds, a prior that is outside 0..1 or
/// not finite, and options out of range.
Segmentation segment(const Image& photo, const Trimap& seeds, const SegmentOptions& options = {},
                     const SegmentGuides& guides = {});

}  // namespace fovea
