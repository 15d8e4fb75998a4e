#pragma once

#include "fovea/classes.hpp"
#include "fovea/classify.hpp"
#include "fovea/geometry.hpp"
#include "fovea/image.hpp"
#include "fovea/preprocessing.hpp"
#include "fovea/program.hpp"
#include "fovea/segment.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

/// Methods that explain a class score by the picture, all behind one interface and chosen by name.
/// docs/methods.md has their formulas.
namespace fovea {

/// The score that a method explains: of a class, or the difference of two classes' scores.
struct ExplainedScore {
  std::int64_t class_index = 0;
  /// The class whose score is subtracted (contrastive explanation); none: no other class.
  std::optional<std::int64_t> against = {};
  friend bool operator==(const ExplainedScore&, const ExplainedScore&) = default;
};

/// The reduction of a pixel's channels to the one value of a map.
enum class ChannelMerge {
  Maximum,  ///< max_c |R_c| (Simonyan 2013)
  Sum,      ///< sum_c |R_c|
  L2,       ///< the root of sum_c R_c^2
};

/// "max", "sum" or "l2".
std::string_view name_of(ChannelMerge merge);
/// InputError that lists all names for any other text, as in all functions of this kind below.
ChannelMerge parse_channel_merge(std::string_view name);
std::vector<std::string> channel_merge_names();

/// The reference picture of methods that compare with one.
enum class Baseline {
  Black,
  Mean,     ///< the mean colour of ImageNet's photos
  Blurred,  ///< the picture itself behind a Gaussian of a tenth of its shorter side
};

/// "black", "mean" or "blurred".
std::string_view name_of(Baseline baseline);
Baseline parse_baseline(std::string_view name);
std::vector<std::string> baseline_names();

/// The reduction of the attention of several heads to one (attention rollout).
enum class HeadFusion { Mean, Maximum, Minimum };

/// "mean", "max" or "min".
std::string_view name_of(HeadFusion fusion);
HeadFusion parse_head_fusion(std::string_view name);
std::vector<std::string> head_fusion_names();

/// The largest number of samples, and of noisy copies to average over.
inline constexpr std::int64_t kMaxSamples = 1000000;

struct MethodOptions {
  /// Number of pictures that a sampling method evaluates: noisy copies, steps of a path, masks; of Sobol
  /// indices and extremal perturbations the number of rounds, of as many pictures as there are cells and one,
  /// or areas. 0: the method's own number (MethodInfo::samples).
  std::int64_t samples = 0;
  /// Number of noisy copies of the picture over which the method's relevance is averaged (SmoothGrad around
  /// any method). 0: no averaging.
  std::int64_t smooth = 0;
  /// Standard deviation of this noise and of SmoothGrad's, as a fraction of the range of the picture's
  /// values.
  double noise = 0.15;
  Baseline baseline = Baseline::Mean;
  /// The layer of Grad-CAM and its variants and of excitation back-propagation: the name of a value with a
  /// grid of positions, whatever the order of its axes (LayerLayout: [N,C,H,W], [N,H,W,C], tokens [N,T,C] of
  /// patches, with or without a class token). Empty: that of last_spatial_layer.
  std::string layer = {};
  ChannelMerge merge = ChannelMerge::Maximum;
  /// Occlusion: side and step of the square, as fractions of the picture's shorter side.
  double window = 0.15, stride = 0.05;
  /// RISE, Sobol indices and HSIC: number of cells of a mask along one side; RISE: the fraction of them that
  /// is kept.
  std::int64_t cells = 7;
  double keep = 0.5;
  /// Attention rollout: the reduction over heads, the share of the smallest entries of each matrix that are
  /// set to 0, and the share of each token that passes a layer by, both 0 to less than 1.
  HeadFusion heads = HeadFusion::Mean;
  double discard = 0;
  double residual = 0.5;
  /// Methods that read attention: the number of the network's last blocks that count. 0: all. InputError from
  /// compiling for more than there are.
  std::int64_t blocks = 0;
  /// Expected gradients: files of photos whose pictures are the baselines. Empty: `baseline` with noise.
  std::vector<std::string> references = {};
  /// XRAI: number of regions of the finest of its segmentations. 0: one for about 170 pixels. LIME and kernel
  /// SHAP: number of regions. 0: one for 16 samples, at most 64.
  std::int64_t segments = 0;
  std::uint64_t seed = 0;  ///< seed of all random numbers
};

struct MethodInfo {
  std::string_view name;     ///< the name for options: "gradient", "grad-cam", ...
  std::string_view title;    ///< the name for display: "Grad-CAM"
  std::string_view source;   ///< a key of docs/bibliography.bib
  std::string_view summary;  ///< one line
  std::int64_t samples = 0;  ///< default of MethodOptions::samples; 0: not a sampling method
  /// PerChannel: each channel of each pixel has its own relevance. PerPixel: the channels share one.
  enum class Values { PerChannel, PerPixel } values = Values::PerChannel;
  /// A sentence for readers who know no formula: what bright parts of the map stand for.
  std::string_view reading = {};
  /// Forward + backward passes for one input, "1 + 1"; n: samples, k: layer channels, w: squares, c: cells.
  std::string_view passes = {};
  std::string_view needs = {};  ///< of the network: "ReLUs", "layer" with a grid, "ReLUs, layer", "attention"
  std::string_view group = {};  ///< the heading that the method is listed under: "Class activation maps"
  /// Whether the map depends on weights and class (adebayo2018sanity), as measured on two networks in
  /// docs/trust.md. Passes: by the verdicts on both. Fails: by that on either, or the map is the same for
  /// another class.
  enum class Sanity { NotMeasured, Passes, Unclear, Fails } sanity = Sanity::NotMeasured;
};
/// "", "passes", "unclear" or "fails".
std::string_view name_of(MethodInfo::Sanity sanity);

/// All methods, in the order in which they are listed: those of a group follow one another.
const std::vector<MethodInfo>& methods();
/// Their names, in the same order.
std::vector<std::string> method_names();
/// InputError naming the nearest methods, or all, where there is none of that name.
const MethodInfo& method_info(std::string_view name);
/// A method that cannot explain a network, and why, with what would work.
struct UnusableMethod {
  std::string_view name;
  std::string reason;
};
/// The methods that need a part which the network's graph lacks: those that read attention, of networks
/// without it. Batch and size are those of the options. Compiling the others may still find that the network
/// does not suit them. ModelError if the graph cannot be read.
std::vector<UnusableMethod> unusable_methods(const Model& model, const ProgramOptions& options);
/// The method's title and the options that it uses in words, for captions: "SmoothGrad: 50 noisy copies,
/// noise 15 % of the range; the largest of each pixel's channels". InputError as for `method_info`.
std::string describe_method(std::string_view name, const MethodOptions& options = {});

/// The result of a method for one network input.
struct Attribution {
  /// Signed relevance, [C,H,W] (MethodInfo::Values::PerChannel) or [1,H,W] (PerPixel), of the input's size.
  Tensor relevance;
  /// The deviation of the sum of relevances from the difference of scores that it should equal, as a fraction
  /// of that difference; none for methods without this property (all but integrated and blurred integrated
  /// gradients).
  std::optional<double> completeness_error = {};
};

/// Receives the number of finished samples and their total from time to time, on the working thread.
using SampleProgress = std::function<void(std::int64_t done, std::int64_t total)>;

/// M_ij = max_k |gradient_kij|: [C,H,W] -> [H,W], F32.
Tensor channel_maximum(const Tensor& gradient);

/// Reduces relevance [C,H,W] to a map [H,W], F32. Relevance that the channels share is not merged: the map is
/// its positive part, since what lowers a score is not evidence for the class.
Tensor merge_channels(const Tensor& relevance, ChannelMerge merge, MethodInfo::Values values);

/// The values of a method's map [H,W], F32, that are displayed as black and white. White is `white_level`.
/// Black is 0 for per-channel relevance and the map's minimum for relevance that channels share, because
/// RISE's maps have the mean probability under random masks as an offset.
DisplayLevels display_levels(const Tensor& map, MethodInfo::Values values, const DisplayRange& range = {});

/// Where the scores of a class are summed, of a network that segments pictures: one whose output [N,C,H,W]
/// has scores of C classes at each of H x W positions. Without `box` and `mask` it is the class's own mask:
/// the positions where no class has a larger score or, of independent classes, where its score is above 0.
/// The mask is that of the photo itself and stays as it is while a method changes the picture.
struct ScoreRegion {
  std::optional<Box> box = {};    ///< in the photo's pixels
  std::optional<Mask> mask = {};  ///< of the photo's size, in place of a box
  bool is_own() const { return !box && !mask; }
};
/// "own", "X0,Y0,X1,Y1" in the photo's pixels, with X1 and Y1 outside, or the path of a picture whose bright
/// pixels are the region (to_mask). InputError for a text that is none of these.
ScoreRegion read_score_region(const std::string& text);

/// How photos are explained: the methods, the crops, and how the network runs.
struct ExplainOptions {
  /// A name from `methods()`; empty: the explainer only frames and scores photos.
  std::string method = "gradient";
  /// Further methods, which share the forward pass with the first one: see Explainer::all.
  std::vector<std::string> further_methods = {};
  MethodOptions method_options = {};
  Crops crops = Crops::One;
  /// The preprocessing of photos. None: as the model's file says, else "torchvision".
  std::optional<Preprocessing> preprocessing = {};
  /// Names of the classes. None: those of the model's file, or ImageNet's for 1000 classes.
  std::optional<Labels> labels = {};
  /// For networks that segment pictures; none for others. A box or a mask goes with one crop.
  std::optional<ScoreRegion> region = {};
  /// Number of crops that run together. 0: all crops of one photo. A model whose file fixes the batch runs
  /// with that batch.
  std::int64_t batch = 0;
  /// Size, precision, backend, threads, outputs, activation and rectifier_rule. The explainer sets direction,
  /// batch, rule, wrt, layer and sum_over_region itself. A size given by neither the file nor these options
  /// is that of `side_of_network`.
  ProgramOptions program = {};
};

/// The class to be explained.
struct ExplainTarget {
  std::optional<std::int64_t> target = {};   ///< the index of a class; none: the best guess
  std::optional<std::int64_t> against = {};  ///< contrastive: the class whose score is subtracted
};

/// A photo prepared for one network: decoded, framed and scored once, however many explanations follow. Made
/// by Explainer::frame; cheap to copy and immutable. It may be shared between threads and between explainers
/// of the same network, preprocessing and crops.
class FramedPhoto {
public:
  const Image& photo() const;  ///< the original photo
  const Framing& framing() const;
  Crops crops() const;
  /// The network inputs of all crops, [crops,C,H,W] of F32.
  const Tensor& inputs() const;
  /// Unnormalised scores of all classes, averaged over the crops, and their probabilities.
  const ClassScores& scores() const;

private:
  friend class Explainer;
  struct State;
  explicit FramedPhoto(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

/// The parts of a photo that the score of a class depends on, according to one method.
struct Explanation {
  std::string method;                                          ///< MethodInfo::name
  MethodInfo::Values values = MethodInfo::Values::PerChannel;  ///< of `relevance`
  Prediction target;  ///< the class that is explained, its score and probability
  std::string label;  ///< the class's name, or "class 17" if it has none
  /// Probability of the class, 0..1; NaN if the network has no probabilities (`target.probability` is none
  /// then).
  double probability = std::numeric_limits<double>::quiet_NaN();
  std::optional<std::int64_t> against;  ///< the class whose score was subtracted
  std::vector<Prediction> best;         ///< the five best guesses
  /// Signed relevance. For the gradient: dS_c/dI, [channels, height, width], channels in the network's order,
  /// in units of score per unit of network input. For other methods: their relevance, [1, height, width] if
  /// the channels share it. With several crops, the crops' relevances are un-mirrored, placed where the crops
  /// lie, and averaged where they overlap.
  Tensor relevance;
  /// The map [height, width]: M = max over the channels of |dS_c/dI| (Simonyan 2013, section 3.1), or the
  /// reduction that MethodOptions::merge asks for. With several crops, each crop has a map, and these are
  /// averaged where crops overlap; pixels outside all crops are 0.
  Tensor map;
  Image seen;   ///< the part of the photo that the map covers, at the map's size
  Rect region;  ///< this part in the photo's own pixels
  /// The largest Attribution::completeness_error of the crops, for methods that have one.
  std::optional<double> completeness_error;

  /// The display levels of the map: see `display_levels`.
  DisplayLevels levels(const DisplayRange& range = {}) const;
  /// The magnitude that a diverging colour map shows in its end colours: the percentile of the magnitudes of
  /// the relevance, summed over the channels.
  double signed_level(const DisplayRange& range = {}) const;
  /// The map as a grey picture, of the size of `seen`. With a diverging colour map, `heat` and `overlay` show
  /// the signed sum of each pixel's channels instead, for which 128 stands for 0 (`signed_grey`).
  Image grey(const DisplayRange& range = {}) const;
  Image signed_grey(const DisplayRange& range = {}) const;
  /// The map in colours. InputError as for `to_grey` and `colorize`.
  Image heat(std::string_view colormap = "inferno", const DisplayRange& range = {}) const;
  /// The map over `seen`. InputError as for `to_grey` and `fovea::overlay`.
  Image overlay(const OverlayStyle& style = {}, const DisplayRange& range = {}) const;
  /// The map over the whole photo, in its own size and colours; what lies outside `region` stays as it is.
  /// InputError also if the photo does not contain `region`.
  Image overlay_on(const Image& photo, const OverlayStyle& style = {}, const DisplayRange& range = {}) const;
};

/// A network compiled to explain photos by one or several methods.
///
/// The constructor compiles the network. Copies share it and cost little; the memory to run it is allocated
/// at the first photo. An explainer serves one thread at a time, so every thread needs a copy.
/// `report_progress` and `cancel_with` apply to one copy.
///
/// Methods that need only passes over the photo itself share the forward pass with one another and with the
/// scores. The results of the last run are kept and reused for the same photo and class.
class Explainer {
public:
  /// InputError for an unknown method, options out of range, and a layer that does not exist or has no grid
  /// of positions; ModelError as for Program::compile.
  explicit Explainer(const Model& model, const ExplainOptions& options = {});
  ~Explainer();
  Explainer(const Explainer& other);
  Explainer& operator=(const Explainer& other);
  Explainer(Explainer&&) noexcept;
  Explainer& operator=(Explainer&&) noexcept;

  /// Explains a photo by the first method. InputError if a score or relevance is not finite, if a class does
  /// not exist or has an empty mask (ScoreRegion), or if there is no method.
  Explanation operator()(Image photo, const ExplainTarget& target = {});
  /// Explains a photo that is framed already, by this explainer or another one of the same network. `method`
  /// is an index into `method_infos`. InputError also for a photo that was framed differently.
  Explanation operator()(const FramedPhoto& photo, const ExplainTarget& target = {}, std::size_t method = 0);
  /// Explains several photos by the first method, in their order, with as many photos at a time as
  /// ExplainOptions::batch allows.
  std::vector<Explanation> operator()(std::vector<Image> photos, const ExplainTarget& target = {});
  /// Explains a photo by all methods, in the order of `method_infos`.
  std::vector<Explanation> all(const FramedPhoto& photo, const ExplainTarget& target = {});

  /// Frames and scores a photo. InputError when a score is not finite, and for a region that does not lie in
  /// what the network sees of the photo.
  FramedPhoto frame(Image photo);
  /// Frames and scores several photos, as many at a time as ExplainOptions::batch allows.
  std::vector<FramedPhoto> frame(std::vector<Image> photos);

  /// Applies a method to a network input [C,H,W] of F32. InputError if it has another shape, a class does not
  /// exist, or a value is not finite.
  Attribution attribute(const Tensor& input, const ExplainedScore& target, std::size_t method = 0);
  /// The session of `program()`, for raw scores and gradients.
  Session& session();
  /// Whether a method's relevance is the gradient that `session()` computes with ProgramOptions::rule.
  bool is_plain_gradient(std::size_t method = 0) const;

  const std::vector<MethodInfo>& method_infos() const;
  const MethodOptions& method_options() const;
  /// The program that gives the scores, and the backward passes of the methods that need one.
  const Program& program() const;
  const Labels& labels() const;
  const Preprocessing& preprocessing() const;
  Crops crops() const;
  /// The notes of all programs, without repetitions.
  std::vector<Note> notes() const;

  /// Sets the function that sampling methods report their progress to.
  void report_progress(SampleProgress progress);
  /// Cancels this copy's work when the token is stopped: see Session::cancel_with.
  void cancel_with(std::stop_token stop);

private:
  struct Compiled;
  class Worker;
  Worker& worker();
  std::shared_ptr<FramedPhoto::State> frame_only(Image photo) const;
  void check_method(std::size_t method) const;
  std::shared_ptr<const Compiled> compiled_;
  std::unique_ptr<Worker> worker_;  ///< the state of one thread; empty until the first use
  SampleProgress progress_;
  std::stop_token stop_;
};

}  // namespace fovea
