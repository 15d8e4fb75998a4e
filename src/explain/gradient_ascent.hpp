#pragma once

#include "explain/fourier_basis.hpp"
#include "explain/picture_units.hpp"
#include "explain/pose.hpp"
#include "fovea/features.hpp"

#include <algorithm>
#include <random>
#include <span>
#include <vector>

namespace fovea {

/// Gradient ascent on one picture: its current state, its random poses, and the steps. The caller runs the
/// network: it calls `show` and passes the gradient of what was shown to `take_gradient`.
class GradientAscent {
public:
  GradientAscent(const InputSize& size, const Preprocessing& preprocessing, const ClassModelOptions& options,
                 std::uint64_t seed);

  /// The picture as network input, [C,H,W].
  const Tensor& picture() const { return x_; }
  /// The picture in standard units.
  std::vector<float> standard_picture() const;
  /// ||x||_2, in network units (Paper) or standard ones.
  double norm() const;
  int step() const { return step_; }
  ClassModel::Start start() const { return start_; }

  /// Sets the pose: at rest, or a random one.
  void rest() { pose_ = {}; }
  void move() { pose_ = random_pose(options_, size_, generator_); }
  /// Writes the network's input.
  void show(std::span<float> input) const;

  /// Stores the gradient for the next step, given with respect to the shown picture, in network units.
  void take_gradient(std::span<const float> shown_gradient);
  bool has_gradient() const;
  /// Adds a push to the stored gradient, in the given direction and `share` times as long as the gradient.
  /// `push_shown` takes a direction for the shown picture in network units, `push` one for the picture in
  /// standard units.
  void push_shown(std::span<const float> shown_direction, double share);
  void push(std::vector<float> direction, double share);

  /// Starts from noise whose standard deviation is 0.4 times `strength`, in standard units.
  void start_from_noise(double strength);
  /// Records that no noise gave a gradient.
  void give_up() { start_ = ClassModel::Start::GradientStayedZero; }
  void make_step();

private:
  void begin();
  void step_as_in_the_paper();
  void step_regularized();
  void step_fourier();
  /// Smooth coloured noise: normal values on a coarse grid, an eighth of the side, stretched over the
  /// picture; for a spectrum, noise with the statistics of natural photos.
  void add_noise(double strength);
  /// Computes the picture from the spectrum (`render`), or the spectrum from the picture (`analyze`).
  void render();
  void analyze();
  bool is_paper() const { return options_.method == ClassModelOptions::Method::Paper; }
  bool is_fourier() const { return options_.method == ClassModelOptions::Method::Fourier; }
  double side() const { return static_cast<double>(std::min(size_.height, size_.width)); }

  InputSize size_;
  const ClassModelOptions& options_;
  PictureUnits units_;
  std::mt19937_64 generator_;
  Tensor x_;  ///< in network units
  Pose pose_;
  std::vector<float> gradient_;  ///< with respect to x in network units (Paper) or standard ones
  int step_ = 0;
  ClassModel::Start start_ = ClassModel::Start::AsAsked;

  /// Fourier only: the spectrum, and Adam's running means of its gradient and that squared.
  std::optional<FourierBasis> basis_;
  std::vector<float> spectrum_, mean_, square_;
};

}  // namespace fovea
