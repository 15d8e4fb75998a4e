#pragma once

#include "fovea/display.hpp"
#include "fovea/preprocessing.hpp"
#include "fovea/program.hpp"

#include <cstdint>
#include <functional>
#include <optional>
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
/// InputError that lists all names for any other text; so are those below.
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

}  // namespace fovea
