#pragma once

#include "fovea/explain.hpp"
#include "fovea/measures.hpp"

#include <array>
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
  Deletion,      ///< area of the deletion curve towards the mean colour
  Insertion,     ///< area of the insertion curve from the blurred picture
  RoadMost,      ///< area of ROAD's curve, most relevant pixels first
  RoadLeast,     ///< area of ROAD's curve, least relevant pixels first
  RoadGap,       ///< RoadLeast minus RoadMost
  Sensitivity,   ///< sensitivity-n towards the mean colour, the mean over several n
  Pointing,      ///< 1 if the peak is on the object, otherwise 0
  Energy,        ///< fraction of the map's energy on the object
  Gini,          ///< sparsity
  Completeness,  ///< relative error of the sum of relevances, for methods that guarantee this sum
};
inline constexpr std::size_t kMapMeasures = 10;

enum class Better : std::uint8_t { Lower, Higher, Neither };

struct MapMeasureInfo {
  MapMeasure measure;
  std::string_view name;   ///< of columns and files: "deletion", ...
  std::string_view title;  ///< of tables and plots
  Better better;
};
/// All measures, in the order of the enumeration.
const std::array<MapMeasureInfo, kMapMeasures>& map_measures();

struct FaithfulnessProtocol {
  CurveOptions curves = {};
  double blur = 0.1;  ///< of the first picture of insertion: see blurred_picture
  RoadOptions road = {};
  /// The n of sensitivity-n, as fractions of the pixels; empty: not measured.
  std::vector<double> set_shares = {0.01, 0.1, 0.5};
  std::int64_t subsets = 50;  ///< for each n
  double tolerance = kPointingTolerance;
  std::uint64_t seed = 0;  ///< for ties, noise, sets and the random map
};

/// The known place of the object, in the photo's pixels: nothing, boxes, or a mask.
using ObjectTruth = std::variant<std::monostate, std::vector<RealBox>, Mask>;

/// A picture on which maps are compared.
struct ExplainedPicture {
  Tensor input;         ///< the network's input, [C,H,W] F32
  Tensor mean_colour;   ///< the baseline of deletion and sensitivity-n, of the same shape
  ScorePictures score;  ///< of the class that is explained
  Rect region;          ///< the part of the photo that the input shows
  ObjectTruth truth;
};

/// A map to be judged.
struct JudgedMap {
  Tensor map;  ///< non-negative, [H,W]: its order is what the curves follow
  /// Signed relevance of each pixel, [H,W], for sensitivity-n; empty: the map itself.
  Tensor relevance = {};
  std::optional<double> completeness_error = {};
};

/// The measures of one map.
struct MapScores {
  Curve deletion, insertion, road_most, road_least;
  std::array<std::optional<double>, kMapMeasures> values = {};  ///< none: not measured or undefined

  const std::optional<double>& operator[](MapMeasure measure) const {
    return values[static_cast<std::size_t>(measure)];
  }
};

/// Computes all measures that the truth allows. InputError for the reasons of the individual measures.
MapScores judge_map(const ExplainedPicture& picture, const JudgedMap& map,
                    const FaithfulnessProtocol& protocol = {});

/// A method's map of a network input [C,H,W] and its signed relevance, summed over the channels. InputError
/// as for Explainer::attribute. `method` is an index into the explainer's methods.
JudgedMap judged_map(Explainer& explain, const Tensor& input, std::int64_t class_index,
                     std::size_t method = 0);

/// Scores pictures by the probability of a class, or by its score if the network has no probabilities. The
/// session's program gives unnormalised scores; pictures fill its batch. The session must outlive the
/// function. InputError for a class that does not exist.
ScorePictures class_probability(Session& session, std::int64_t class_index);

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
                        const FaithfulnessProtocol& protocol, std::uint64_t control_seed);

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
};
/// InputError for maps of different shapes, or smaller than the window of the structural similarity.
MapLikeness likeness(const JudgedMap& a, const JudgedMap& b);

/// Means over images, with intervals.
struct MeanLikeness {
  MeanInterval rank, signed_rank, similarity;
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
