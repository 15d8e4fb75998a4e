#pragma once

#include "fovea/image.hpp"
#include "fovea/program.hpp"

#include <functional>
#include <optional>

namespace fovea {

/// How the picture of a class is climbed to. All lengths are relative, so that one setting serves every
/// network: positions x are counted in units of the network's standardised input (0 the mean colour, 1 about
/// a standard deviation of natural pixels: 0.226 of the range 0..1), jitter and blur in fractions of the
/// picture's side.
struct ClassModelOptions {
  std::int64_t target_class = 0;
  int steps = 151;
  /// The paper to the letter: x += step * (dS/dx - 2 * l2 * x) in the network's own units from the zero
  /// picture, nothing else.
  enum class Method { Regularized, Paper } method = Method::Regularized;
  /// Regularized: the root mean square of one step. Paper: the learning rate.
  double step = 0.08;
  /// Paper: lambda. Regularized: the share of x that fades each step.
  double l2 = 0.0;
  /// The picture is rolled by up to this share of its side before every step (and back after it). Regularized
  /// only.
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
};

/// The state after a number of steps. Score, probability and objective are those of `input`; a Regularized
/// climb, from its first step on, tells those of the picture that the step started from, rolled by its
/// jitter: the look that gave the step.
struct ClassModelProgress {
  int step = 0;          ///< steps done, 0 being the start
  double score = 0;      ///< S_c
  double norm = 0;       ///< ||I||_2, in network units (Paper) or standard ones (Regularized)
  double objective = 0;  ///< S_c - l2 * ||I||^2 (Paper), S_c (Regularized)
  double probability = 0;
  const Tensor* input = nullptr;  ///< the picture as network input, [C,H,W]
};

struct ClassModel {
  Tensor input;   ///< the picture as network input, [C,H,W] F32
  int steps = 0;  ///< steps done
  double score = 0, norm = 0, objective = 0, probability = 0;
  enum class Start { AsAsked, NoiseBecauseGradientWasZero } start = Start::AsAsked;
};

/// Climbs to a picture that excites a class (Simonyan 2013, section 2). `progress` is called before the
/// first step and after every step; when it returns false the climb ends with what it has. The same options
/// give the same picture on the same machine. The session must have batch 1 and both directions. InputError
/// when scores stop being finite.
ClassModel class_model(Session& session, const Preprocessing& preprocessing, const ClassModelOptions& options,
                       const std::function<bool(const ClassModelProgress&)>& progress = {});

/// How a class model is shown: `Pixels` maps it back (x * std + mean) and clips; `Fitted` shows 0.5 + x / (5
/// rms), which uses the range of brightness fully, however faint the picture is.
enum class ClassModelDisplay { Pixels, Fitted };
Image to_picture(const Tensor& input, const Preprocessing& preprocessing, ClassModelDisplay display);

}  // namespace fovea
