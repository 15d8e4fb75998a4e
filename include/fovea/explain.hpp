#pragma once

#include "fovea/classes.hpp"
#include "fovea/classify.hpp"
#include "fovea/display.hpp"
#include "fovea/geometry.hpp"
#include "fovea/preprocessing.hpp"
#include "fovea/program.hpp"

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

/// The ways to explain a score by the picture, all behind one interface: the name of a method is all that
/// tells them apart. docs/methods.md has their formulas.
namespace fovea {

/// The score that is explained.
struct ScoreTarget {
  std::int64_t class_index = 0;
  /// Contrastive: the score of `class_index` less that of this class.
  std::optional<std::int64_t> against = {};
  friend bool operator==(const ScoreTarget&, const ScoreTarget&) = default;
};

/// How the relevance of a pixel's channels becomes the one value of a map.
enum class ChannelMerge {
  Maximum,  ///< max_c |R_c| (Simonyan 2013)
  Sum,      ///< sum_c |R_c|
  L2,       ///< the root of sum_c R_c^2
};

/// "max", "sum" or "l2".
std::string_view name_of(ChannelMerge merge);
/// Throws InputError, with a list of all names, for any other text; so do the functions like it below.
ChannelMerge parse_channel_merge(std::string_view name);
std::vector<std::string> channel_merge_names();

/// The picture that stands for "nothing there", where a method compares with one.
enum class Baseline {
  Black,
  Mean,     ///< the mean colour of ImageNet's photos
  Blurred,  ///< the picture itself behind a Gaussian of a tenth of its shorter side
};

/// "black", "mean" or "blurred".
std::string_view name_of(Baseline baseline);
Baseline parse_baseline(std::string_view name);
std::vector<std::string> baseline_names();

/// The most pictures that a sampling method looks at, and that are averaged over.
inline constexpr std::int64_t kMaxSamples = 1000000;

struct MethodOptions {
  /// Pictures that a sampling method looks at: noisy ones, steps of a path, masks. 0: the method's own number
  /// (MethodInfo::samples).
  std::int64_t samples = 0;
  /// Average the method's relevance over that many noisy copies of the picture (SmoothGrad around any
  /// method). 0: the picture as it is.
  std::int64_t smooth = 0;
  /// Standard deviation of that noise and of SmoothGrad's, as a share of the range of the picture's values.
  double noise = 0.15;
  Baseline baseline = Baseline::Mean;
  /// The layer of Grad-CAM and its variants and of excitation back-propagation: the name of a value with a
  /// grid of positions, in whatever order its axes are (LayerLayout: [N,C,H,W], [N,H,W,C], patches [N,T,C]).
  /// Empty: the last one of more than one position on the way to the scores.
  std::string layer = {};
  ChannelMerge merge = ChannelMerge::Maximum;
  /// Occlusion: side of the square and its step, as shares of the picture's shorter side.
  double window = 0.15, stride = 0.05;
  /// RISE: cells of a mask along one side, and the share of them that is kept.
  std::int64_t cells = 7;
  double keep = 0.5;
  std::uint64_t seed = 0;  ///< of everything random
};

struct MethodInfo {
  std::string_view name;     ///< as it is asked for: "gradient", "grad-cam", ...
  std::string_view title;    ///< as it is printed: "Grad-CAM"
  std::string_view source;   ///< a key of docs/bibliography.bib
  std::string_view summary;  ///< one line
  std::int64_t samples = 0;  ///< what MethodOptions::samples is by default; 0: it is not a sampling method
  /// Whether each channel of each pixel has a relevance of its own, or the channels share one.
  enum class Values { PerChannel, PerPixel } values = Values::PerChannel;
};

/// All methods, in the order in which they are listed.
const std::vector<MethodInfo>& methods();
/// Their names, in the same order.
std::vector<std::string> method_names();
/// InputError naming all methods where there is none of that name.
const MethodInfo& method_info(std::string_view name);

/// What a method says of one network input.
struct Attribution {
  /// Signed relevance, [C,H,W] (MethodInfo::Values::PerChannel) or [1,H,W] (PerPixel), of the input's size.
  Tensor relevance;
  /// Of methods that promise that relevances sum up to a difference of scores (integrated gradients and
  /// blurred ones): how far they are off, as a share of that difference.
  std::optional<double> completeness_error = {};
};

/// Told how many of how many samples are done, now and then, on the thread that works.
using SampleProgress = std::function<void(std::int64_t done, std::int64_t total)>;

/// M_ij = max_k |gradient_kij|: [C,H,W] -> [H,W], F32.
Tensor channel_maximum(const Tensor& gradient);

/// Relevance [C,H,W] to a map [H,W], F32. One that channels share is not merged: its positive part is the
/// map, since what lowers a score is not what the picture shows of the class.
Tensor merge_channels(const Tensor& relevance, ChannelMerge merge, MethodInfo::Values values);

/// How a method's map [H,W], F32, is shown. White is `white_level` of the range. Black is 0 for maps of
/// per-channel relevance, and the map's smallest value where channels share one: RISE's maps stand on the
/// probability that a random mask leaves.
DisplayLevels display_levels(const Tensor& map, MethodInfo::Values values, const DisplayRange& range = {});

/// How photos are explained: by which method, what of a photo the network sees, and how the network is run.
struct ExplainOptions {
  /// A name of `methods()`; empty: none, and the explainer only frames and scores photos.
  std::string method = "gradient";
  /// Methods that explain the same photos along with it, from the same forward pass: Explainer::all.
  std::vector<std::string> further_methods = {};
  MethodOptions method_options = {};
  Crops crops = Crops::One;
  /// How a photo enters the network. None: as the model's file says, else "torchvision".
  std::optional<Preprocessing> preprocessing = {};
  /// Names of the classes. None: those of the model's file, or ImageNet's for 1000 classes.
  std::optional<Labels> labels = {};
  /// How many crops of photos are run at a time. 0: all crops of one photo. A model whose file takes no batch
  /// but its own is run with that.
  std::int64_t batch = 0;
  /// Size, precision, backend, threads, outputs, activation, rectifier_rule. Direction, batch, rule, wrt
  /// and target are the explainer's. A size that neither the file nor this gives is `side_of_network`.
  ProgramOptions program = {};
};

/// What of a photo is to be explained.
struct ExplainTarget {
  std::optional<std::int64_t> target = {};   ///< a class; none: the best guess
  std::optional<std::int64_t> against = {};  ///< contrastive: how far the score is above this class's
};

/// A photo as one network sees it: decoded, framed and scored once, whatever is asked of it afterwards. Made
/// by Explainer::frame; cheap to copy, immutable, and may be shared between threads and between explainers of
/// the same network, preprocessing and crops.
class FramedPhoto {
public:
  const Image& photo() const;  ///< as it was given
  const Framing& framing() const;
  Crops crops() const;
  /// What the network sees of the crops, [crops,C,H,W] of F32.
  const Tensor& inputs() const;
  /// Unnormalised scores of all classes, the mean over the crops, and their probabilities.
  const ClassScores& scores() const;

private:
  friend class Explainer;
  struct State;
  explicit FramedPhoto(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

/// Where in a photo the score of a class depends on the pixels, by one method.
struct Explanation {
  std::string method;                                          ///< MethodInfo::name
  MethodInfo::Values values = MethodInfo::Values::PerChannel;  ///< of `relevance`
  Prediction target;  ///< class, score and probability of what is explained
  std::string label;  ///< the class's name, or "class 17" where it has none
  /// 0..1; not a number where the network has no probabilities (`target.probability` is none then).
  double probability = std::numeric_limits<double>::quiet_NaN();
  std::optional<std::int64_t> against;  ///< the class that it is set against
  std::vector<Prediction> best;         ///< the five best guesses
  /// What the method says, signed: the derivative dS_c/dI, [channels, height, width], channels in the
  /// network's order, in units of score per unit of network input; of other methods, their relevance, [1,
  /// height, width] where channels share it. Of several crops: un-mirrored, put back in place, averaged where
  /// they overlap.
  Tensor relevance;
  /// M = max over the channels of |dS_c/dI| (Simonyan 2013, section 3.1), or as MethodOptions::merge has it,
  /// [height, width]. Of several crops: one map each, put back in place and averaged where they overlap; 0
  /// where no crop lies.
  Tensor map;
  Image seen;   ///< the part of the photo that the map covers, pixel for pixel
  Rect region;  ///< that part in the photo's own pixels
  /// The largest over the crops, of methods that have one (Attribution::completeness_error).
  std::optional<double> completeness_error;

  /// How the map is shown: `display_levels`.
  DisplayLevels levels(const DisplayRange& range = {}) const;
  /// The map as a grey picture, as a heat map, and as heat over the darkened photo, all of the size of
  /// `seen`. InputError as `to_grey`, `colorize` and `overlay` have it.
  Image grey(const DisplayRange& range = {}) const;
  Image heat(std::string_view colormap = "inferno", const DisplayRange& range = {}) const;
  Image overlay(std::string_view colormap = "inferno", const DisplayRange& range = {}) const;
};

/// A network that explains photos by one method or several.
///
/// The network is compiled once, by the constructor. A copy shares it and costs little; what one thread needs
/// to run it (memory for intermediate values) is taken at the first photo. So an explainer serves one thread
/// at a time: give every thread a copy. What `report_progress` and `cancel_with` are told holds for one copy.
///
/// Methods that look at one forward and one backward pass of the photo itself share the forward pass with one
/// another and with the scores. Asked again for a photo and class, what the last run left is used.
class Explainer {
public:
  /// InputError for an unknown method, options out of range, and a layer that is not there or no grid of
  /// positions; ModelError as Program::compile.
  explicit Explainer(const Model& model, const ExplainOptions& options = {});
  ~Explainer();
  Explainer(const Explainer& other);
  Explainer& operator=(const Explainer& other);
  Explainer(Explainer&&) noexcept;
  Explainer& operator=(Explainer&&) noexcept;

  /// The explanation of a photo by the first method. InputError when a score or relevance is not finite, a
  /// class does not exist, or there is no method.
  Explanation operator()(Image photo, const ExplainTarget& target = {});
  /// The same of a photo that is framed already, by this explainer or another one of the same network.
  /// InputError, too, for one that was framed otherwise. `method`: its place in `method_infos`.
  Explanation operator()(const FramedPhoto& photo, const ExplainTarget& target = {}, std::size_t method = 0);
  /// Explanations of several photos by the first method, in their order, as many photos at a time as
  /// ExplainOptions::batch takes.
  std::vector<Explanation> operator()(std::vector<Image> photos, const ExplainTarget& target = {});
  /// Explanations by all methods, in the order of `method_infos`.
  std::vector<Explanation> all(const FramedPhoto& photo, const ExplainTarget& target = {});

  /// Frames and scores a photo. InputError when a score is not finite.
  FramedPhoto frame(Image photo);
  /// The same of several, as many at a time as ExplainOptions::batch takes.
  std::vector<FramedPhoto> frame(std::vector<Image> photos);

  /// What a method says of a network input [C,H,W] of F32. InputError when it is of another shape, a class
  /// does not exist, or a value is not finite.
  Attribution attribute(const Tensor& input, const ScoreTarget& target, std::size_t method = 0);
  /// The session that gives the scores, of `program()`; for those who want raw scores or gradients.
  Session& session();
  /// Whether a method's relevance is the gradient that `session()` gives, by ProgramOptions::rule.
  bool is_plain_gradient(std::size_t method = 0) const;

  const std::vector<MethodInfo>& method_infos() const;
  const MethodOptions& method_options() const;
  /// The program that gives the scores, and the backward passes of the methods that need one.
  const Program& program() const;
  const Labels& labels() const;
  const Preprocessing& preprocessing() const;
  Crops crops() const;
  /// What all programs report, each once.
  std::vector<Note> notes() const;

  /// Called while sampling methods work.
  void report_progress(SampleProgress progress);
  /// As Session::cancel_with, for all that this copy runs.
  void cancel_with(std::stop_token stop);

private:
  struct Compiled;
  class Worker;
  Worker& worker();
  std::shared_ptr<FramedPhoto::State> frame_only(Image photo) const;
  void check_method(std::size_t method) const;
  std::shared_ptr<const Compiled> compiled_;
  std::unique_ptr<Worker> worker_;  ///< what one thread needs; empty until it is used
  SampleProgress progress_;
  std::stop_token stop_;
};

}  // namespace fovea
