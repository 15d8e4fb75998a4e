#include "explain/gradient_ascent.hpp"

#include "base/check.hpp"
#include "image/blur.hpp"

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

double root_mean_square(std::span<const float> values) {
  double sum = 0;
  for (float value : values)
    sum += static_cast<double>(value) * value;
  return std::sqrt(sum / static_cast<double>(values.size()));
}

}  // namespace

GradientAscent::GradientAscent(const InputSize& size, const Preprocessing& preprocessing,
                               const ClassModelOptions& options, std::uint64_t seed)
    : size_(size), options_(options), units_(preprocessing, size.channels), generator_(seed),
      x_(DType::F32, {size.channels, size.height, size.width}) {
  if (is_fourier()) {
    basis_.emplace(size, units_.order());
    const auto elements = static_cast<std::size_t>(x_.elements());
    spectrum_.resize(elements);
    mean_.resize(elements);
    square_.resize(elements);
  }
  begin();
}

void GradientAscent::begin() {
  if (!is_paper())
    units_.to_network(x_.data<float>());  // the mean colour, wherever the network's own zero lies
  if (options_.start == ClassModelOptions::Start::Noise)
    add_noise(1);
  if (options_.start == ClassModelOptions::Start::Picture) {
    FOVEA_CHECK(options_.picture.dtype() == DType::F32 && options_.picture.shape() == x_.shape(),
                "the starting picture has shape {}, the network takes {}",
                to_string(options_.picture.shape()), to_string(x_.shape()));
    x_ = options_.picture.clone();
    if (is_fourier())
      analyze();
  }
}

std::vector<float> GradientAscent::standard_picture() const {
  const auto x = x_.data<float>();
  std::vector<float> values(x.begin(), x.end());
  units_.to_standard(values);
  return values;
}

double GradientAscent::norm() const {
  const auto x = x_.data<float>();
  const double rms = is_paper() ? root_mean_square(x) : root_mean_square(standard_picture());
  return rms * std::sqrt(static_cast<double>(x.size()));
}

void GradientAscent::show(std::span<float> input) const {
  show_posed(pose_, size_, x_.data<float>(), input);
}

void GradientAscent::take_gradient(std::span<const float> shown_gradient) {
  gradient_.resize(shown_gradient.size());
  pull_back_posed(pose_, size_, shown_gradient, gradient_);
  if (!is_paper())
    units_.to_standard_gradient(gradient_);
}

bool GradientAscent::has_gradient() const {
  return std::any_of(gradient_.begin(), gradient_.end(), [](float g) { return g != 0.0F; });
}

void GradientAscent::push_shown(std::span<const float> shown_direction, double share) {
  std::vector<float> direction(shown_direction.size());
  pull_back_posed(pose_, size_, shown_direction, direction);
  units_.to_standard_gradient(direction);
  push(std::move(direction), share);
}

void GradientAscent::push(std::vector<float> direction, double share) {
  const double length = root_mean_square(direction);
  if (length == 0)
    return;
  const auto scale = static_cast<float>(share * root_mean_square(gradient_) / length);
  for (std::size_t i = 0; i < gradient_.size(); ++i)
    gradient_[i] += scale * direction[i];
}

void GradientAscent::start_from_noise(double strength) {
  add_noise(strength);
  start_ = ClassModel::Start::NoiseBecauseGradientWasZero;
}

void GradientAscent::make_step() {
  switch (options_.method) {
  case ClassModelOptions::Method::Regularized:
    step_regularized();
    break;
  case ClassModelOptions::Method::Paper:
    step_as_in_the_paper();
    break;
  case ClassModelOptions::Method::Fourier:
    step_fourier();
    break;
  }
}

/// I += step * d/dI (S_c - l2 * ||I||^2), in the network's own units.
void GradientAscent::step_as_in_the_paper() {
  auto x = x_.data<float>();
  const double rate = step_of(options_);
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i] += static_cast<float>(rate * (gradient_[i] - 2 * options_.l2 * x[i]));
  ++step_;
}

/// A step of given length along the gradient; smoothing now and then; colours stay colours.
void GradientAscent::step_regularized() {
  auto x = x_.data<float>();
  const double to_go = 1.0 - static_cast<double>(step_) / options_.steps;
  gaussian_blur(gradient_, size_.height, size_.width, options_.coarse * to_go * side());
  const double scale = root_mean_square(gradient_), length = step_of(options_);
  units_.to_standard(x);
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i] = static_cast<float>((1 - options_.l2) * x[i] + (scale > 0 ? length * gradient_[i] / scale : 0));
  ++step_;
  constexpr int blur_period = 4, sharp_steps = 3;
  if (step_ % blur_period == 0 && step_ < options_.steps - sharp_steps)
    gaussian_blur(x, size_.height, size_.width, options_.blur * side());
  units_.clip_to_colours(x);
  units_.to_network(x);
}

/// A step of Adam, upwards, on the spectrum. The gradient comes to it through sigmoid, colours and transform.
void GradientAscent::step_fourier() {
  units_.to_unsquashed_gradient(standard_picture(), gradient_);
  basis_->pull_back(gradient_);
  // The gradient's own scale is taken out first, so that a network's units do not matter beside `tiny`.
  const double scale = root_mean_square(gradient_), rate = step_of(options_);
  ++step_;
  constexpr double keep_mean = 0.9, keep_square = 0.999, tiny = 1e-8;
  const double mean_seen = 1 - std::pow(keep_mean, step_), square_seen = 1 - std::pow(keep_square, step_);
  for (std::size_t i = 0; i < spectrum_.size(); ++i) {
    const double g = scale > 0 ? gradient_[i] / scale : 0;
    mean_[i] = static_cast<float>(keep_mean * mean_[i] + (1 - keep_mean) * g);
    square_[i] = static_cast<float>(keep_square * square_[i] + (1 - keep_square) * g * g);
    const double direction = mean_[i] / mean_seen / (std::sqrt(square_[i] / square_seen) + tiny);
    spectrum_[i] = static_cast<float>((1 - options_.l2) * spectrum_[i] + rate * direction);
  }
  render();
}

void GradientAscent::render() {
  auto x = x_.data<float>();
  std::copy(spectrum_.begin(), spectrum_.end(), x.begin());
  basis_->synthesize(x);
  units_.squash(x);
  units_.to_network(x);
}

void GradientAscent::analyze() {
  spectrum_ = standard_picture();
  units_.unsquash(spectrum_);
  basis_->analyze(spectrum_);
  render();
}

void GradientAscent::add_noise(double strength) {
  std::normal_distribution<float> normal;
  const double deviation = 0.4 * strength;
  if (is_fourier()) {
    for (float& z : spectrum_)
      z = static_cast<float>(deviation) * normal(generator_);
    return render();
  }
  auto x = x_.data<float>();
  constexpr std::int64_t cell = 8;
  const std::int64_t rows = size_.height / cell + 2, columns = size_.width / cell + 2;
  std::vector<float> grid(static_cast<std::size_t>(rows * columns));
  std::size_t i = 0;
  for (std::int64_t c = 0; c < size_.channels; ++c) {
    for (float& value : grid)
      value = static_cast<float>(deviation) * normal(generator_);
    auto node = [&](std::int64_t r, std::int64_t k) {
      return grid[static_cast<std::size_t>(r * columns + k)];
    };
    for (std::int64_t y = 0; y < size_.height; ++y)
      for (std::int64_t k = 0; k < size_.width; ++k, ++i) {
        const std::int64_t r = y / cell, q = k / cell;
        const float fy = static_cast<float>(y % cell) / cell, fx = static_cast<float>(k % cell) / cell;
        x[i] = (1 - fy) * ((1 - fx) * node(r, q) + fx * node(r, q + 1)) +
               fy * ((1 - fx) * node(r + 1, q) + fx * node(r + 1, q + 1));
      }
  }
  units_.clip_to_colours(x);
  units_.to_network(x);
}

}  // namespace fovea
