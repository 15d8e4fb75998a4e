#pragma once

#include "fovea/explain.hpp"
#include "fovea/measures.hpp"

#include <array>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Evaluation of maps over many photos: faithfulness, and sanity checks. docs/trust.md describes the
/// measures.
namespace fovea {

enum class MapMeasure : std::uint8_t {
  Deletion,         ///< area of the deletion curve towards the mean colour
  Insertion,        ///< area of the insertion curve from the blurred picture
  RoadMost,         ///< area of ROAD's curve, most relevant pixels first
  RoadLeast,        ///< area of ROAD's curve, least relevant pixels first
  RoadGap,          ///< RoadLeast minus RoadMost
  PixelFlipping,    ///< area of the deletion curve towards black
  Irof,             ///< area above the curve of removed segments, towards the mean colour
  Sensitivity,      ///< sensitivity-n towards the mean colour, the mean over several n
  MuFidelity,       ///< correlation for sets of cells, towards the mean colour
  Infidelity,       ///< scaled infidelity for squares, towards the mean colour
  AverageDrop,      ///< of the picture masked by its map, over the mean colour
  AverageIncrease,  ///< 1 if the masked picture has the higher score, otherwise 0
  Adcc,             ///< average drop, coherency and complexity
  MaxSensitivity,   ///< of the signed relevance
  InputStability,   ///< relative input stability of the signed relevance
  OutputStability,  ///< relative output stability of the signed relevance
  OtherClass,       ///< rank correlation with the map of another class
  Pointing,         ///< 1 if the peak is on the object, otherwise 0
  Energy,           ///< fraction of the map's energy on the object
  RankAccuracy,     ///< fraction of the highest pixels on the object
  Gini,             ///< sparsity
  Completeness,     ///< relative error of the sum of relevances, for methods that guarantee this sum
};
inline constexpr std::size_t kMapMeasures = 22;

enum class Better : std::uint8_t { Lower, Higher, Neither };

struct MapMeasureInfo {
  MapMeasure measure;
  std::string_view name;   ///< of options, columns and files: "deletion", ...
  std::string_view title;  ///< of tables and plots
  Better better;
  bool by_default;        ///< measured unless others are asked for
  bool needs_truth;       ///< of the object's place
  bool needs_method;      ///< explains further pictures, so that control maps have no value
  std::string_view cost;  ///< in words: "1 pass for each map"; empty: next to nothing
};
/// All measures, in the order of the enumeration.
const std::array<MapMeasureInfo, kMapMeasures>& map_measures();
/// Those that are measured by default.
std::vector<MapMeasure> default_map_measures();
/// The measures of these names, in the order of the enumeration; "default" and "all" stand for several.
/// InputError that lists the names for any other, for none at all, and for one that needs to know where
/// objects are, if `has_truth` is false ("all" leaves those out then).
std::vector<MapMeasure> parse_map_measures(std::span<const std::string> names, bool has_truth);
/// All names that `parse_map_measures` knows.
std::vector<std::string> map_measure_names();

struct FaithfulnessProtocol {
  std::vector<MapMeasure> measures = default_map_measures();
  /// The program leaves out steps of curves where the areas stay within 0.005.
  CurveOptions curves = {};
  double blur = 0.1;  ///< of the first picture of insertion: see blurred_picture
  RoadOptions road = {};
  /// The n of sensitivity-n, as fractions of the pixels; empty: not measured.
  std::vector<double> set_shares = {0.01, 0.1, 0.5};
  std::int64_t subsets = 50;  ///< for each n
  MuFidelityOptions mu_fidelity = {};
  InfidelityOptions infidelity = {};
  StabilityOptions stability = {};  ///< of max-sensitivity and relative stability
  std::int64_t superpixels = 50;    ///< of IROF, about
  double tolerance = kPointingTolerance;
  std::uint64_t seed = 0;  ///< for ties, noise, sets and the random map

  bool measures_any(std::initializer_list<MapMeasure> of) const;
  /// Sets the number of random sets of sensitivity-n; 0 leaves the measure out. InputError for 1, which has
  /// no correlation, and for 0 if the measure is among the `names` that were asked for.
  void set_subsets(std::int64_t count, std::span<const std::string> names);
  /// InputError if the measures cannot be computed for pictures of that size: more superpixels or cells than
  /// there are pixels.
  void check_fits(std::int64_t height, std::int64_t width) const;
};

/// The known place of the object, in the photo's pixels: nothing, boxes, or a mask.
using ObjectTruth = std::variant<std::monostate, std::vector<RealBox>, Mask>;

/// A picture on which maps are compared.
struct ExplainedPicture {
  Tensor input;         ///< the network's input, [C,H,W] F32
  Tensor mean_colour;   ///< the baseline of deletion and sensitivity-n, of the same shape
  Tensor black = {};    ///< the baseline of pixel flipping; empty: the picture's smallest value
  ScorePictures score;  ///< of the class that is explained
  /// Unnormalised scores of all classes, for relative stability; empty: not measured.
  PictureNumbers class_scores = {};
  Rect region;  ///< the part of the photo that the input shows
  ObjectTruth truth;
};

/// A map to be judged.
struct JudgedMap {
  Tensor map;  ///< non-negative, [H,W]: its order is what the curves follow
  /// Signed relevance of each pixel, [H,W], for sensitivity-n; empty: the map itself.
  Tensor relevance = {};
  std::optional<double> completeness_error = {};
};

/// The method that has made a map, for measures that explain further pictures. A function may be empty: what
/// needs it is not measured.
struct MapMethod {
  std::function<JudgedMap(const Tensor& picture)> explain = {};
  std::function<JudgedMap()> other_class = {};  ///< the same picture, explained for another class
};

/// The measures of one map.
struct MapScores {
  Curve deletion, insertion, road_most, road_least;  ///< empty: not measured
  /// The place in the list of the first map of the same picture that is the same (`same_map`).
  std::optional<std::size_t> same_as = {};
  std::array<std::optional<double>, kMapMeasures> values = {};  ///< none: not measured or undefined

  const std::optional<double>& operator[](MapMeasure measure) const {
    return values[static_cast<std::size_t>(measure)];
  }
};

/// Computes the protocol's measures as far as the truth and the method allow. InputError for the reasons of
/// the individual measures.
MapScores judge_map(const ExplainedPicture& picture, const JudgedMap& map,
                    const FaithfulnessProtocol& protocol = {}, const MapMethod& method = {});

/// A method's map of a network input [C,H,W] and its signed relevance, summed over the channels. InputError
/// as for Explainer::attribute. `method` is an index into the explainer's methods.
JudgedMap judged_map(Explainer& explain, const Tensor& input, std::int64_t class_index,
                     std::size_t method = 0);

/// Scores pictures by the probability of a class, or by its score if the network has no probabilities. The
/// session's program gives unnormalised scores; pictures fill its batch. The session must outlive the
/// function. InputError for a class that does not exist.
ScorePictures class_probability(Session& session, std::int64_t class_index);

/// Where the time of judging goes, in seconds of the working threads.
struct FaithfulnessTimes {
  double explaining = 0;      ///< maps
  double scoring = 0;         ///< forward passes of changed pictures
  double all = 0;             ///< with what is left: changing pictures, above all ROAD's imputation
  std::int64_t pictures = 0;  ///< that were scored
};

/// The measures of a photo that is explained by several methods.
struct JudgedPhoto {
  std::int64_t class_index = 0;  ///< the class that was explained
  double probability = 0;
  double mean_colour_probability = 0;  ///< probability of the last picture of deletion
  double blurred_probability = 0;      ///< probability of the first picture of insertion
  /// One entry for each method, in their order, then those of the random map and the centre prior.
  std::vector<MapScores> maps;
};

/// The control maps that follow the methods: "random", "centre".
inline constexpr std::array<std::string_view, 2> kControlMaps = {"random", "centre"};

/// Explains a photo by each method of the explainer, whose crops must be Whole or One, and measures all maps.
/// `scorer` gives the probabilities, its batch being the number of changed pictures scored at a time. Without
/// `class_index` the best guess is explained. `control_seed` determines the random map. InputError for a
/// photo that no method can explain, for other crops, and for a scorer whose input size differs from the
/// explainer's.
JudgedPhoto judge_photo(Session& scorer, Explainer& explain, Image photo,
                        std::optional<std::int64_t> class_index, const ObjectTruth& truth,
                        const FaithfulnessProtocol& protocol, std::uint64_t control_seed,
                        FaithfulnessTimes* times = nullptr);

/// One measure of one method over all images.
struct MeasuredMean {
  MeanInterval mean;
  std::int64_t undefined = 0;  ///< images where the measure is undefined
};

/// Means of one method's measures over images, with bootstrap intervals.
std::array<MeasuredMean, kMapMeasures> summarize(std::span<const MapScores> images,
                                                 const BootstrapOptions& options = {});

/// The mean of curves with the same shares, with pointwise intervals. InputError for curves with different
/// shares.
struct MeanCurve {
  std::vector<double> shares;
  std::vector<MeanInterval> scores;
};
MeanCurve mean_curve(std::span<const Curve> curves, const BootstrapOptions& options = {});

// Sanity checks (adebayo2018sanity) test whether maps depend on what the network has learnt. Maps of the
// network are compared with those of a copy whose weights are shuffled in some layers. A method whose maps
// stay the same shows the picture, not the network.

/// A set of layers whose weights are shuffled together.
struct SanityStage {
  std::string name;                 ///< name of the last layer, the deepest one in a cascade
  std::vector<std::string> layers;  ///< for ProgramOptions::shuffled_layers
};

/// Cascading stages from the scores back: each contains all layers of the one before it, and more. There are
/// at most `most` stages, with steps as equal as possible; the last contains all layers. 0: one stage for
/// each layer. `layers` is the result of `layers_with_weights`.
std::vector<SanityStage> cascading_stages(std::span<const std::string> layers, std::int64_t most);
/// The last layers of the cascade's stages, each alone.
std::vector<SanityStage> independent_stages(std::span<const std::string> layers, std::int64_t most);

/// The similarity of two maps.
struct MapLikeness {
  std::optional<double> rank;         ///< rank correlation of the maps
  std::optional<double> signed_rank;  ///< rank correlation of the relevances, signs included
  double similarity = 0;              ///< structural similarity of the maps
  /// The efficient test: see `efficient_randomisation`, of the first map and the second.
  std::optional<double> complexity_rise = {};
};
/// InputError for maps of different shapes, or smaller than the window of the structural similarity.
MapLikeness likeness(const JudgedMap& a, const JudgedMap& b);

/// Means over images, with intervals.
struct MeanLikeness {
  MeanInterval rank, signed_rank, similarity;
  MeanInterval complexity_rise = {};
};
MeanLikeness mean_likeness(std::span<const MapLikeness> images, const BootstrapOptions& options = {});

/// The mean over images of each image's mean rank correlation over the stages of the cascade,
/// `ranks[image][stage]`. Undefined stages, and images without any defined stage, are left out.
MeanInterval cascade_rank(std::span<const std::vector<std::optional<double>>> ranks,
                          const BootstrapOptions& options = {});

enum class SanityVerdict : std::uint8_t {
  Passes,  ///< the maps change when layers are shuffled
  Unclear,
  Fails,  ///< the maps hardly change
};
std::string_view name_of(SanityVerdict verdict);

/// Thresholds of the absolute rank correlation, below and above which the verdict is clear.
inline constexpr double kSanityPasses = 0.4, kSanityFails = 0.6;

/// The verdict on a method by its `cascade_rank`: Passes when the whole interval is below kSanityPasses,
/// Fails when the mean is above kSanityFails, Unclear otherwise or without a value. The verdict uses the mean
/// over the cascade rather than its end, because maps that follow the edges found by the first layers (guided
/// back-propagation) stay the same until these layers are shuffled.
SanityVerdict verdict_on(const MeanInterval& cascade_rank);

/// Rank correlation from which the maps of two classes count as the same.
inline constexpr double kSameForClasses = 0.9;
/// Whether the maps of the unchanged network depend on the class that is explained: whether their mean rank
/// correlation with the maps of other classes is below kSameForClasses. None if the maps are flat.
std::optional<bool> tells_classes_apart(const MeanLikeness& other_class);

}  // namespace fovea
