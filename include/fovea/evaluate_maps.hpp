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

/// Which methods' maps can be trusted, over many photos. docs/trust.md tells how it works.
namespace fovea {

enum class MapMeasure : std::uint8_t {
  Deletion,      ///< area of the deletion curve towards the mean colour
  Insertion,     ///< area of the insertion curve from the blurred picture
  RoadMost,      ///< area of ROAD's curve, most relevant pixels first
  RoadLeast,     ///< the same, least relevant ones first
  RoadGap,       ///< RoadLeast less RoadMost
  Sensitivity,   ///< sensitivity-n towards the mean colour, the mean over several n
  Pointing,      ///< 1: the peak is on the object; 0: it is not
  Energy,        ///< share of the map's energy on the object
  Gini,          ///< sparsity
  Completeness,  ///< relative error of the sum of relevances, of methods that promise one
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
  double blur = 0.1;  ///< of insertion's first picture: see blurred_picture
  RoadOptions road = {};
  /// The n of sensitivity-n, as shares of the pixels; empty: not measured.
  std::vector<double> set_shares = {0.01, 0.1, 0.5};
  std::int64_t subsets = 50;  ///< for each n
  double tolerance = kPointingTolerance;
  std::uint64_t seed = 0;  ///< of ties, noise, sets and the random map
};

/// What is known of where the object is, in the photo's pixels.
using ObjectTruth = std::variant<std::monostate, std::vector<RealBox>, Mask>;

/// A picture on which maps are compared.
struct ExplainedPicture {
  Tensor input;         ///< of the network, [C,H,W] F32
  Tensor mean_colour;   ///< what deletion and sensitivity-n put in the place of pixels, of the same shape
  ScorePictures score;  ///< of the class that is explained
  Rect region;          ///< the part of the photo that the input shows
  ObjectTruth truth;
};

/// A map with what goes with it.
struct JudgedMap {
  Tensor map;  ///< non-negative, [H,W]: its order is what the curves follow
  /// Signed relevance of each pixel, [H,W], for sensitivity-n; empty: the map.
  Tensor relevance = {};
  std::optional<double> completeness_error = {};
};

/// What became of one map.
struct MapScores {
  Curve deletion, insertion, road_most, road_least;
  std::array<std::optional<double>, kMapMeasures> values = {};  ///< none: not measured, or not defined

  const std::optional<double>& operator[](MapMeasure measure) const {
    return values[static_cast<std::size_t>(measure)];
  }
};

/// Puts a map to all tests that the truth allows. InputError as the measures have it.
MapScores judge_map(const ExplainedPicture& picture, const JudgedMap& map,
                    const FaithfulnessProtocol& protocol = {});

/// What a method says of a network input [C,H,W], as a map and as signed relevance summed over the channels.
/// InputError like Explainer::attribute. `method`: its place among the explainer's.
JudgedMap judged_map(Explainer& explain, const Tensor& input, std::int64_t class_index,
                     std::size_t method = 0);

/// The probability of a class, its score where the network has none, by a session whose scores are
/// unnormalised; pictures fill its batch. The session must outlive the function. InputError for a class that
/// does not exist.
ScorePictures class_probability(Session& session, std::int64_t class_index);

/// A photo that is explained by several methods.
struct JudgedPhoto {
  std::int64_t class_index = 0;  ///< that was explained
  double probability = 0;
  double mean_colour_probability = 0;  ///< of what deletion ends with
  double blurred_probability = 0;      ///< of what insertion begins with
  /// One for each method, in their order; then the random map's and the centre prior's.
  std::vector<MapScores> maps;
};

/// The control maps that follow the methods: "random", "centre".
inline constexpr std::array<std::string_view, 2> kControlMaps = {"random", "centre"};

/// Explains a photo by each method of the explainer, whose crops are Whole or One, and puts the maps to all
/// tests. `scorer` gives the probabilities; its batch is how many changed pictures are scored at a time.
/// `class_index`: none means the best guess. `control_seed` makes the random map. InputError for what no
/// method can explain, other crops, and a scorer of another size than the explainer's.
JudgedPhoto judge_photo(Session& scorer, Explainer& explain, Image photo,
                        std::optional<std::int64_t> class_index, const ObjectTruth& truth,
                        const FaithfulnessProtocol& protocol, std::uint64_t control_seed);

/// One measure of one method over all images.
struct MeasuredMean {
  MeanInterval mean;
  std::int64_t undefined = 0;  ///< images where it has no value
};

/// Means over images of what one method got, with bootstrap intervals.
std::array<MeasuredMean, kMapMeasures> summarize(std::span<const MapScores> images,
                                                 const BootstrapOptions& options = {});

/// The mean of curves that have the same shares, with intervals point by point. InputError where they differ.
struct MeanCurve {
  std::vector<double> shares;
  std::vector<MeanInterval> scores;
};
MeanCurve mean_curve(std::span<const Curve> curves, const BootstrapOptions& options = {});

// Whether maps depend on what the network has learnt (adebayo2018sanity): the maps of a network some of
// whose layers have had their weights shuffled are compared with those of the network as it is. A method
// whose maps stay as they were shows the picture, not the network.

/// Layers that are shuffled together.
struct SanityStage {
  std::string name;                 ///< of the last one: of the deepest in a cascade
  std::vector<std::string> layers;  ///< what ProgramOptions::shuffled_layers takes
};

/// From the scores back, each stage with all layers of the one before it and more: at most `most` stages, the
/// last of all layers, their steps as equal as can be. 0: one for each layer. `layers` as
/// `layers_with_weights` gives them.
std::vector<SanityStage> cascading_stages(std::span<const std::string> layers, std::int64_t most);
/// The same layers that the cascade's stages end with, each alone.
std::vector<SanityStage> independent_stages(std::span<const std::string> layers, std::int64_t most);

/// How much two maps are alike.
struct MapLikeness {
  std::optional<double> rank;         ///< rank correlation of the maps
  std::optional<double> signed_rank;  ///< rank correlation of the relevances, signs included
  double similarity = 0;              ///< structural similarity of the maps
};
/// InputError for maps of other shapes, or smaller than the window of the structural similarity.
MapLikeness likeness(const JudgedMap& a, const JudgedMap& b);

/// Means over images, with intervals.
struct MeanLikeness {
  MeanInterval rank, signed_rank, similarity;
};
MeanLikeness mean_likeness(std::span<const MapLikeness> images, const BootstrapOptions& options = {});

/// Of each image the mean rank correlation over the stages of the cascade where it is defined, and of those
/// the mean over images: `ranks[image][stage]`. Images without any are left out.
MeanInterval cascade_rank(std::span<const std::vector<std::optional<double>>> ranks,
                          const BootstrapOptions& options = {});

enum class SanityVerdict : std::uint8_t {
  Passes,  ///< shuffling layers makes other maps
  Unclear,
  Fails,  ///< the maps stay much the same
};
std::string_view name_of(SanityVerdict verdict);

/// Rank correlations, in absolute value, below and above which the verdict is clear.
inline constexpr double kSanityPasses = 0.4, kSanityFails = 0.6;

/// The verdict on a method by its `cascade_rank`: Passes when the whole interval is below kSanityPasses,
/// Fails when the mean is above kSanityFails, Unclear otherwise and where there is none. The mean over the
/// cascade rather than its end, since maps that follow the first layers' edges (guided back-propagation) stay
/// until those are shuffled, too.
SanityVerdict verdict_on(const MeanInterval& cascade_rank);

/// Rank correlation of the maps of two classes from which they are the same.
inline constexpr double kSameForClasses = 0.9;
/// Whether maps of the network as it is depend on the class that is explained: whether the mean rank
/// correlation with the maps of other classes is below kSameForClasses. None where maps are flat.
std::optional<bool> tells_classes_apart(const MeanLikeness& other_class);

}  // namespace fovea
