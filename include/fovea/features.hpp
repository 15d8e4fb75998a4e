#pragma once

#include "fovea/classify.hpp"
#include "fovea/image.hpp"
#include "fovea/model.hpp"
#include "fovea/program.hpp"

#include <functional>
#include <optional>
#include <span>
#include <vector>

/// What a network has learnt to respond to: pictures that excite a class or a part of a layer most
/// (docs/class-models.md), and what of a photo excites a single unit (docs/relation.md).
namespace fovea {

/// What of a layer, the program's first output (ProgramOptions::target), is to be excited instead of a class.
/// A layer's channels and positions are found in whatever order its axes are (LayerLayout): [N,C,H,W],
/// [N,H,W,C]; [N,C], where a channel is a unit, at position 0, 0; the tokens of a transformer, [N,T,C], in
/// rows and columns where they are the picture's patches alone, in one row of T positions where a class token
/// is among them. InputError for a channel or unit of a layer whose axes are not known.
struct LayerTarget {
  enum class Part {
    Whole,    ///< the mean of squares of all values, of any shape (DeepDream's; `olah2017feature`)
    Channel,  ///< the mean of a channel over its positions
    Unit,     ///< one value
  } part = Part::Whole;
  std::int64_t channel = 0;
  /// The unit's row and column; without them the one in the middle (y = H / 2, x = W / 2).
  std::optional<std::int64_t> y = {}, x = {};
};

/// How the picture of a class or a layer is found by gradient ascent. All lengths are relative, so that one
/// setting serves every network: positions x are counted in units of the network's standardised input (0 the
/// mean colour, 1 about a standard deviation of natural pixels: 0.226 of the range 0..1), jitter and blur in
/// fractions of the picture's side.
struct ClassModelOptions {
  std::int64_t target_class = 0;
  int steps = 151;
  enum class Method {
    /// Steps of given length along the gradient, smoothed; the picture is blurred now and then.
    Regularized,
    /// The paper to the letter: x += step * (dS/dx - 2 * l2 * x) in the network's own units from the zero
    /// picture, nothing else.
    Paper,
    /// Ascent by Adam (`kingma2014adam`) on the picture's spectrum, whose coefficients are scaled as in
    /// natural photos: 1/frequency, colours correlated (`olah2017feature`). A sigmoid keeps colours colours.
    Fourier,
  } method = Method::Regularized;
  /// Regularized: the root mean square of one step, 0.08 unless given. Paper: the learning rate, 0.1.
  /// Fourier: Adam's learning rate, about the length of a step where 1 is a coefficient's standard deviation
  /// in natural photos, 0.05.
  std::optional<double> step = {};
  /// Paper: lambda. Regularized, Fourier: the share of x, or of the spectrum, that fades each step.
  double l2 = 0.0;
  /// The picture is rolled by up to this share of its side before every step (and back after it). All but
  /// Paper.
  double jitter = 0.1;
  /// Standard deviation of the Gaussian blur that smooths the picture every fourth step, but for the last
  /// ones, as a share of its side. Regularized only.
  double blur = 0.005;
  /// Standard deviation of the Gaussian blur of the gradient at the first step, as a share of the side; it
  /// shrinks evenly to nothing at the last step, so that large shapes come first and details last.
  /// Regularized only.
  double coarse = 0.012;
  std::uint64_t seed = 0;
  enum class Start { Zero, Noise, Picture } start = Start::Zero;
  /// For Start::Picture: the network's input, [C,H,W].
  Tensor picture = {};
  /// What to excite instead of `target_class`.
  std::optional<LayerTarget> layer = {};
  /// The picture is enlarged by a random factor between 1 / zoom and zoom before every step, and turned by up
  /// to `rotate` degrees either way, about its middle; it goes on periodically beyond its edges. Bilinear;
  /// the gradient comes back through the adjoint. All but Paper.
  double zoom = 1.0;
  double rotate = 0.0;
};

/// The step as given, or else the method's own.
double step_of(const ClassModelOptions& options);

/// The state after a number of steps. Score, probability and objective are those of `input`; but for Paper,
/// they are, from the first step on, those of the picture that the step started from, moved as it was: of the
/// forward pass that gave the step.
struct ClassModelProgress {
  int step = 0;                       ///< steps done, 0 being the start
  double score = 0;                   ///< S_c, or what LayerTarget says
  double norm = 0;                    ///< ||I||_2, in network units (Paper) or standard ones
  double objective = 0;               ///< S_c - l2 * ||I||^2 (Paper), S_c (the others)
  std::optional<double> probability;  ///< of the class; none for a layer
  const Tensor* input = nullptr;      ///< the picture as network input, [C,H,W]
};

struct ClassModel {
  Tensor input;   ///< the picture as network input, [C,H,W] F32
  int steps = 0;  ///< steps done
  double score = 0, norm = 0, objective = 0;
  std::optional<double> probability;
  enum class Start {
    AsAsked,
    NoiseBecauseGradientWasZero,  ///< the faintest of some noises that gave a gradient
    GradientStayedZero,           ///< of all noises: the picture is the last one, and no step changed it
  } start = Start::AsAsked;
};

/// Finds by gradient ascent a picture that excites a class (Simonyan 2013, section 2) or a part of a layer
/// (`olah2017feature`). `progress` is called before the first step and after every step; when it returns
/// false the ascent ends with what it has. The same options give the same picture on the same machine. The
/// session must have batch 1 and both directions. InputError when the target is out of range, or scores stop
/// being finite.
ClassModel class_model(Session& session, const Preprocessing& preprocessing, const ClassModelOptions& options,
                       const std::function<bool(const ClassModelProgress&)>& progress = {});

/// Several pictures of one target that are to differ (`olah2017feature`, "Diversity").
struct DiversityOptions {
  int pictures = 4;
  /// Each step adds to a picture's gradient a push away from the others: down the mean cosine similarity to
  /// them, with the length of `strength` times that similarity times the gradient's own. 0: the pictures
  /// differ by their seeds only.
  double strength = 1.0;
  /// A program, of the same model and input and both directions, whose first output is the layer in which the
  /// pictures are to differ: similarity is then that of the layer's Gram matrices over positions, which know
  /// what there is, but not where. Without it: the layer that is excited, where LayerTarget has one with
  /// several positions; else the pictures themselves, averaged over 16 x 16 cells.
  Session* layer = nullptr;
};

/// The same for several pictures together; picture k has the seed `options.seed + k`. Of any batch: the
/// pictures go through it in turns. Otherwise as `class_model`; not for Method::Paper, whose pictures would
/// be equal.
std::vector<ClassModel>
class_models(Session& session, const Preprocessing& preprocessing, const ClassModelOptions& options,
             const DiversityOptions& diversity,
             const std::function<bool(std::span<const ClassModelProgress>)>& progress = {});

/// How a class model is shown: `Pixels` maps it back (x * std + mean) and clips; `Fitted` shows 0.5 + x / (5
/// rms), which uses the range of brightness fully, however faint the picture is.
enum class ClassModelDisplay { Pixels, Fitted };
Image to_picture(const Tensor& input, const Preprocessing& preprocessing, ClassModelDisplay display);

/// A unit of a layer with a grid of positions: [N,C,H,W], [N,H,W,C], or as LayerLayout has it.
struct Unit {
  std::int64_t channel = 0, y = 0, x = 0;
  friend bool operator==(const Unit&, const Unit&) = default;
};

struct UnitActivation {
  Unit unit;
  double value = 0;
};

/// InputError unless the layer is channels of units in rows and columns, in whatever order its axes are.
void check_has_units(const LayerInfo& layer);
/// InputError that names what is out of range of such a layer.
void check_unit(const LayerInfo& layer, const Unit& unit);

/// The pattern in a photo that excites a unit, a channel or a class score: what comes back at the picture
/// when activations are sent through the network backwards under the program's rule (Zeiler & Fergus 2013,
/// section 2.1, for Rule::Deconvnet).
struct Reconstruction {
  /// Signed, [channels, height, width], channels in the network's order.
  Tensor pattern;
  /// The unit and its activation; of a channel its strongest one; of a score the class as `channel`, and the
  /// score.
  UnitActivation strongest;
  /// What the network saw of the photo, at the size of the pattern.
  Image seen;
  /// The receptive field within `pattern` (nothing of the pattern lies outside), and the same in the photo's
  /// own pixels.
  Rect field, field_in_photo;
};

/// A photo in front of a layer: the centre crop of it, run forward. The session's program must have been
/// compiled with the layer's name as ProgramOptions::target and a batch of 1; the session must outlive
/// this, as must the layer, and may do other work in between. Direction::Forward is enough but for
/// reconstructions.
class LayerExplainer {
public:
  /// InputError for a layer without units, or an activation that is not finite.
  LayerExplainer(Session& session, const LayerInfo& layer, const Image& photo,
                 const Preprocessing& preprocessing);

  /// What the network saw of the photo, at the network's size.
  const Image& seen() const { return seen_; }
  /// The same part in the photo's own pixels.
  const Rect& region() const { return region_; }
  std::int64_t channels() const { return activations_.shape()[1]; }

  /// InputError as by `check_unit`.
  UnitActivation at(const Unit& unit) const;
  /// The channel's largest activation; of equal ones the first from the top left.
  UnitActivation strongest(std::int64_t channel) const;
  /// The channels with the largest activations, by their strongest units, largest first, at most `count`;
  /// only those above 0.
  std::vector<UnitActivation> strongest_channels(std::int64_t count) const;

  /// Sends back the activation of one unit. This is the activation times the unit's gradient under the rule,
  /// whose sign it keeps where no ReLU lies in between.
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
  Tensor input_;               ///< what the network saw
  std::uint64_t seen_by_ = 0;  ///< the session's run that saw it
};

/// The pattern that a class score depends on: its gradient under the program's rule, with a seed of 1, since
/// a score can be negative. `target_class` none: the best guess. The program's target must be the scores.
Reconstruction reconstruct_score(Session& session, const Image& photo, const Preprocessing& preprocessing,
                                 std::optional<std::int64_t> target_class = {});

/// The pictures of a collection that excite each channel of a layer most, found in one pass: at most one
/// patch of a picture for each channel.
class StrongestPatches {
public:
  struct Patch {
    std::size_t picture = 0;  ///< its number
    UnitActivation activation;
  };

  /// Keeps `count` patches for each of `channels`.
  StrongestPatches(std::int64_t channels, std::int64_t count);
  /// Takes in a picture's strongest activation of every channel, in the order of channels. Pictures may come
  /// in any order.
  void add(std::size_t picture, const std::vector<UnitActivation>& strongest);
  /// The strongest first, those above 0 only; of equal activations the picture of the lower number.
  /// InputError for a channel that is not there.
  const std::vector<Patch>& of(std::int64_t channel) const;
  /// The channels with the largest activations, largest first, at most `count`.
  std::vector<std::int64_t> channels(std::int64_t count) const;

private:
  std::size_t count_;
  std::vector<std::vector<Patch>> patches_;
};

}  // namespace fovea
