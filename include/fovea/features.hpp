#pragma once

#include "fovea/classify.hpp"
#include "fovea/image.hpp"
#include "fovea/model.hpp"
#include "fovea/program.hpp"

#include <functional>
#include <optional>
#include <span>
#include <vector>

/// Feature visualisation: pictures that maximally excite a class or a part of a layer (docs/class-models.md),
/// and reconstructions of what excites a unit in a photo (docs/relation.md).
namespace fovea {

/// The part of a layer that is excited instead of a class; the layer is the program's first output
/// (ProgramOptions::layer). Channels and positions are found whatever the order of the layer's axes is
/// (LayerLayout): [N,C,H,W], [N,H,W,C]; [N,C], where a channel is a unit at position 0, 0; or the tokens of a
/// transformer, [N,T,C], in rows and columns if they are just the picture's patches, in one row of T
/// positions if a class token is among them. InputError for a channel or unit of a layer whose axes are
/// unknown.
struct LayerTarget {
  enum class Part {
    Whole,    ///< the mean of squares of all values, of any shape (DeepDream's; `olah2017feature`)
    Channel,  ///< the mean of a channel over its positions
    Unit,     ///< one value
  } part = Part::Whole;
  std::int64_t channel = 0;
  /// The unit's row and column; by default the middle one (y = H / 2, x = W / 2).
  std::optional<std::int64_t> y = {}, x = {};
};

/// Options of gradient ascent. All lengths are relative, so that one setting suits every network: pixel
/// values x are in units of the network's standardised input (0 is the mean colour, 1 about a standard
/// deviation of natural pixels: 0.226 of the range 0..1); jitter and blur are fractions of the picture's
/// side.
struct ClassModelOptions {
  std::int64_t target_class = 0;
  int steps = 151;
  enum class Method {
    /// Steps of given length along the smoothed gradient; the picture is blurred every few steps.
    Regularized,
    /// Exactly the paper's method: x += step * (dS/dx - 2 * l2 * x) in the network's own units, from the zero
    /// picture.
    Paper,
    /// Ascent by Adam (`kingma2014adam`) on the picture's spectrum, whose coefficients are scaled as in
    /// natural photos: by 1/frequency and with correlated colours (`olah2017feature`). A sigmoid keeps
    /// colours within their range.
    Fourier,
  } method = Method::Regularized;
  /// Regularized: the root mean square of one step (default 0.08). Paper: the learning rate (default 0.1).
  /// Fourier: Adam's learning rate, in standard deviations of a coefficient in natural photos (default 0.05).
  std::optional<double> step = {};
  /// Paper: lambda. Regularized, Fourier: the fraction of x, or of the spectrum, that decays in each step.
  double l2 = 0.0;
  /// Before every step the picture is rolled by up to this fraction of its side, and rolled back afterwards.
  /// Not for Paper.
  double jitter = 0.1;
  /// Standard deviation of the Gaussian blur that smooths the picture in every fourth step except the last
  /// ones, as a fraction of its side. Regularized only.
  double blur = 0.005;
  /// Standard deviation of the Gaussian blur of the gradient at the first step, as a fraction of the side. It
  /// decreases linearly to 0 at the last step, so that large shapes appear first and details last.
  /// Regularized only.
  double coarse = 0.012;
  std::uint64_t seed = 0;
  enum class Start { Zero, Noise, Picture } start = Start::Zero;
  /// For Start::Picture: the network's input, [C,H,W].
  Tensor picture = {};
  /// The part of a layer to excite instead of `target_class`.
  std::optional<LayerTarget> layer = {};
  /// Before every step the picture is enlarged by a random factor between 1 / zoom and zoom and rotated by up
  /// to `rotate` degrees in either direction about its middle, with bilinear interpolation and periodic
  /// continuation beyond its edges; gradients are mapped back by the adjoint. Not for Paper.
  double zoom = 1.0;
  double rotate = 0.0;
};

/// The given step, or the method's default.
double step_of(const ClassModelOptions& options);

/// The state after a number of steps. For Paper, score, probability and objective are those of `input`. For
/// other methods they are, from the first step on, those of the forward pass that gave the step: of the
/// picture before the step, in its random position.
struct ClassModelProgress {
  int step = 0;                       ///< completed steps; 0 is the start
  double score = 0;                   ///< S_c, or the value of LayerTarget
  double norm = 0;                    ///< ||I||_2, in network units (Paper) or standard units
  double objective = 0;               ///< S_c - l2 * ||I||^2 (Paper), S_c (the others)
  std::optional<double> probability;  ///< of the class; none for a layer
  const Tensor* input = nullptr;      ///< the picture as network input, [C,H,W]
};

struct ClassModel {
  Tensor input;   ///< the picture as network input, [C,H,W] F32
  int steps = 0;  ///< completed steps
  double score = 0, norm = 0, objective = 0;
  std::optional<double> probability;
  enum class Start {
    AsAsked,
    NoiseBecauseGradientWasZero,  ///< started from the weakest noise that gave a gradient
    GradientStayedZero,           ///< for all noises tried; the picture is the last of them, unchanged
  } start = Start::AsAsked;
};

/// Finds by gradient ascent a picture that excites a class (Simonyan 2013, section 2) or a part of a layer
/// (`olah2017feature`). `progress` is called before the first step and after every step; if it returns false,
/// the ascent ends with its current picture. Equal options give equal pictures on the same machine. The
/// session must have batch 1 and both directions. InputError if the target is out of range or scores become
/// infinite or NaN.
ClassModel class_model(Session& session, const Preprocessing& preprocessing, const ClassModelOptions& options,
                       const std::function<bool(const ClassModelProgress&)>& progress = {});

/// Options of several, different pictures of one target (`olah2017feature`, "Diversity").
struct DiversityOptions {
  int pictures = 4;
  /// Each step adds to a picture's gradient a push that reduces the mean cosine similarity to the other
  /// pictures; its length is `strength` times this similarity times the gradient's own length. 0: the
  /// pictures differ by their seeds only.
  double strength = 1.0;
  /// A session whose program has the same model and input, both directions, and as its first output the layer
  /// in which the pictures are to differ. Similarity is then that of the layer's Gram matrices over
  /// positions, which describe content regardless of position. Null: the layer that is excited, if
  /// LayerTarget has one with several positions; otherwise the pictures themselves, averaged over 16 x 16
  /// cells.
  Session* layer = nullptr;
};

/// Finds several pictures together; picture k has the seed `options.seed + k`. The session may have any
/// batch; the pictures go through it in turns. Otherwise as `class_model`. Not for Method::Paper, whose
/// pictures would be equal.
std::vector<ClassModel>
class_models(Session& session, const Preprocessing& preprocessing, const ClassModelOptions& options,
             const DiversityOptions& diversity,
             const std::function<bool(std::span<const ClassModelProgress>)>& progress = {});

/// The display of a class model: `Pixels` maps it back to pixel values (x * std + mean) and clips; `Fitted`
/// shows 0.5 + x / (5 rms), which uses the full range of brightness however faint the picture is.
enum class ClassModelDisplay { Pixels, Fitted };
Image to_image(const Tensor& input, const Preprocessing& preprocessing, ClassModelDisplay display);

/// A unit of a layer with a grid of positions: [N,C,H,W], [N,H,W,C], or another order that LayerLayout
/// describes.
struct Unit {
  std::int64_t channel = 0, y = 0, x = 0;
  friend bool operator==(const Unit&, const Unit&) = default;
};

struct UnitActivation {
  Unit unit;
  double value = 0;
};

/// InputError unless the layer consists of channels of units in rows and columns, in any order of axes.
void check_has_units(const LayerInfo& layer);
/// InputError that names the index of the unit that is outside such a layer.
void check_unit(const LayerInfo& layer, const Unit& unit);

/// The pattern in a photo that excites a unit, a channel or a class score: the result at the picture of
/// sending activations back through the network under the program's rule (Zeiler & Fergus 2013, section 2.1,
/// for Rule::Deconvnet).
struct Reconstruction {
  /// Signed, [channels, height, width], channels in the network's order.
  Tensor pattern;
  /// The unit and its activation. Of a channel: its strongest unit. Of a score: the class as `channel`, with
  /// the score.
  UnitActivation strongest;
  /// The part of the photo that the network was shown, at the size of the pattern.
  Image seen;
  /// The receptive field within `pattern`, outside which the pattern is 0, and the same in the photo's own
  /// pixels.
  Rect field, field_in_photo;
};

/// Reconstructions of the units of one layer for the centre crop of one photo. The session's program must
/// have been compiled with the layer's name as ProgramOptions::layer and a batch of 1. Session and layer must
/// outlive this object; the session may do other work in between. Reconstructions need both directions,
/// everything else only Direction::Forward.
class LayerExplainer {
public:
  /// Runs the photo forward. InputError for a layer without units, or an activation that is not finite.
  LayerExplainer(Session& session, const LayerInfo& layer, const Image& photo,
                 const Preprocessing& preprocessing);

  /// The part of the photo that the network was shown, at the network's size.
  const Image& seen() const { return seen_; }
  /// The same part, in the photo's own pixels.
  const Rect& region() const { return region_; }
  std::int64_t channels() const { return activations_.shape()[1]; }
  /// All activations, [C,H,W], whatever the order of the layer's axes is.
  Tensor activations() const;

  /// The activation of a unit. InputError as for `check_unit`.
  UnitActivation at(const Unit& unit) const;
  /// The channel's largest activation; among equal ones the first from the top left.
  UnitActivation strongest(std::int64_t channel) const;
  /// The channels with the largest activations, given by their strongest units, largest first. At most
  /// `count`, and only positive ones.
  std::vector<UnitActivation> strongest_channels(std::int64_t count) const;

  /// Sends back the activation of one unit: the activation times the unit's gradient under the rule. If there
  /// is no ReLU between layer and picture, the sign of the activation is kept.
  Reconstruction unit(const Unit& unit);
  /// Sends back all activations of a channel: under Rule::Gradient the gradient of half the sum of their
  /// squares.
  Reconstruction channel(std::int64_t channel);

private:
  Rect in_photo(const Rect& seen) const;
  Reconstruction send_back(std::int64_t channel, const std::optional<Unit>& only);

  Session& session_;
  const LayerInfo& layer_;
  Image seen_;
  Rect region_;
  Tensor activations_;         ///< [1,C,H,W], whatever the order of the layer's axes is
  Tensor input_;               ///< the network's input
  std::uint64_t seen_by_ = 0;  ///< the session's run with this input
};

/// The pattern that a class score depends on: its gradient under the program's rule, with a seed of 1 because
/// a score can be negative. Without `target_class`, the best guess. The program's first output must be the
/// scores.
Reconstruction reconstruct_score(Session& session, const Image& photo, const Preprocessing& preprocessing,
                                 std::optional<std::int64_t> target_class = {});

/// Collects the pictures that excite each channel of a layer most, in one pass over a collection, with at
/// most one patch of a picture for each channel.
class StrongestPatches {
public:
  struct Patch {
    std::size_t picture = 0;  ///< the picture's number
    UnitActivation activation;
  };

  /// Keeps `count` patches for each of `channels`.
  StrongestPatches(std::int64_t channels, std::int64_t count);
  /// Adds a picture's strongest activation of every channel, in the order of channels. Pictures may be added
  /// in any order.
  void add(std::size_t picture, const std::vector<UnitActivation>& strongest);
  /// Adds a picture's strongest activation of one channel, and returns whether it is among those that are
  /// kept.
  bool add(std::size_t picture, std::int64_t channel, const UnitActivation& strongest);
  /// The channel's patches, strongest first, only positive ones; of equal activations the picture with the
  /// lower number comes first. InputError for a channel that does not exist.
  const std::vector<Patch>& of(std::int64_t channel) const;
  /// The channels with the largest activations, largest first, at most `count`.
  std::vector<std::int64_t> channels(std::int64_t count) const;

private:
  std::size_t count_;
  std::vector<std::vector<Patch>> patches_;
};

}  // namespace fovea
