#include "fovea/class_model.hpp"

#include "base/check.hpp"
#include "fovea/classify.hpp"
#include "image/blur.hpp"
#include "methods/picture_units.hpp"
#include "methods/session_batches.hpp"

#include <algorithm>
#include <cmath>
#include <random>

namespace fovea {
namespace {

/// The climb of one picture: where it is, and what the network says of it.
class Climb {
public:
  Climb(Session& session, const Preprocessing& preprocessing, const ClassModelOptions& options)
      : session_(session), options_(options), size_(input_size(session)),
        units_(preprocessing, size_.channels), generator_(options.seed),
        x_(DType::F32, {size_.channels, size_.height, size_.width}) {
    const std::int64_t classes = session.program().classes();
    FOVEA_CHECK(session.program().options().batch == 1, "a class model is climbed to with batch 1");
    FOVEA_CHECK(options.target_class >= 0 && options.target_class < classes,
                "class {} is out of range: the model has {} classes, 0 to {}", options.target_class, classes,
                classes - 1);
    FOVEA_CHECK(options.steps >= 0, "{} steps are not possible", options.steps);
    start();
  }

  ClassModel result() const {
    ClassModel model{x_.clone(), step_, score_, norm(), objective(), probability_, start_};
    return model;
  }

  ClassModelProgress progress() const { return {step_, score_, norm(), objective(), probability_, &x_}; }

  /// Score and probability of the picture as it is, and the gradient there.
  void look(std::int64_t shift_y = 0, std::int64_t shift_x = 0) {
    roll(x_.data<float>(), session_.input().data<float>(), shift_y, shift_x);
    session_.forward();
    const std::vector<double> scores = scores_of(session_, 0);
    const auto target = static_cast<std::size_t>(options_.target_class);
    score_ = scores[target];
    probability_ = softmax(scores)[target];
    const std::int64_t classes[] = {options_.target_class};
    session_.seed_classes(classes);
    session_.backward();
    gradient_.resize(x_.data<float>().size());
    roll(session_.gradient().data<float>(), gradient_, -shift_y, -shift_x);
  }

  bool has_gradient() const {
    return std::any_of(gradient_.begin(), gradient_.end(), [](float g) { return g != 0.0F; });
  }

  void start_from_noise() {
    add_noise(x_.data<float>());
    start_ = ClassModel::Start::NoiseBecauseGradientWasZero;
  }

  /// I += step * d/dI (S_c - l2 * ||I||^2), in the network's own units; then a look at where that leads.
  void step_as_in_the_paper() {
    auto x = x_.data<float>();
    for (std::size_t i = 0; i < x.size(); ++i)
      x[i] += static_cast<float>(options_.step * (gradient_[i] - 2 * options_.l2 * x[i]));
    ++step_;
    look();
  }

  /// A step of given length along the gradient of the rolled picture; smoothing now and then; colours stay
  /// colours.
  void step_regularized() {
    const auto reach_y =
        static_cast<std::int64_t>(std::lround(options_.jitter * static_cast<double>(size_.height)));
    const auto reach_x =
        static_cast<std::int64_t>(std::lround(options_.jitter * static_cast<double>(size_.width)));
    look(random_shift(reach_y), random_shift(reach_x));
    auto x = x_.data<float>();
    units_.to_standard_gradient(gradient_);
    const double to_go = 1.0 - static_cast<double>(step_) / options_.steps;
    gaussian_blur(gradient_, size_.height, size_.width, options_.coarse * to_go * side());
    const double scale = root_mean_square(gradient_);
    units_.to_standard(x);
    for (std::size_t i = 0; i < x.size(); ++i)
      x[i] = static_cast<float>((1 - options_.l2) * x[i] +
                                (scale > 0 ? options_.step * gradient_[i] / scale : 0));
    ++step_;
    constexpr int blur_period = 4, sharp_steps = 3;
    if (step_ % blur_period == 0 && step_ < options_.steps - sharp_steps)
      blur(x);
    units_.clip_to_colours(x);
    units_.to_network(x);
  }

private:
  void start() {
    auto x = x_.data<float>();
    if (options_.method == ClassModelOptions::Method::Regularized)
      units_.to_network(x);  // the mean colour, wherever the network's own zero lies
    if (options_.start == ClassModelOptions::Start::Noise)
      add_noise(x);
    if (options_.start == ClassModelOptions::Start::Picture) {
      FOVEA_CHECK(options_.picture.dtype() == DType::F32 && options_.picture.shape() == x_.shape(),
                  "the starting picture has shape {}, the network takes {}",
                  to_string(options_.picture.shape()), to_string(x_.shape()));
      x_ = options_.picture.clone();
    }
  }

  std::int64_t random_shift(std::int64_t reach) {
    return std::uniform_int_distribution<std::int64_t>(-reach, reach)(generator_);
  }

  /// Smooth coloured noise: normal values on a coarse grid, an eighth of the side, stretched over the
  /// picture.
  void add_noise(std::span<float> x) {
    constexpr std::int64_t cell = 8;
    constexpr double deviation = 0.4;
    std::normal_distribution<float> normal;
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

  /// destination = source, moved down and right with wrap-around.
  void roll(std::span<const float> source, std::span<float> destination, std::int64_t shift_y,
            std::int64_t shift_x) const {
    auto wrapped = [](std::int64_t i, std::int64_t n) { return static_cast<std::size_t>(((i % n) + n) % n); };
    std::size_t i = 0;
    for (std::int64_t c = 0; c < size_.channels; ++c)
      for (std::int64_t y = 0; y < size_.height; ++y)
        for (std::int64_t k = 0; k < size_.width; ++k, ++i)
          destination[(static_cast<std::size_t>(c * size_.height) + wrapped(y + shift_y, size_.height)) *
                          static_cast<std::size_t>(size_.width) +
                      wrapped(k + shift_x, size_.width)] = source[i];
  }

  void blur(std::span<float> x) const { gaussian_blur(x, size_.height, size_.width, options_.blur * side()); }

  double side() const { return static_cast<double>(std::min(size_.height, size_.width)); }

  static double root_mean_square(std::span<const float> values) {
    double sum = 0;
    for (float value : values)
      sum += static_cast<double>(value) * value;
    return std::sqrt(sum / static_cast<double>(values.size()));
  }

  double norm() const {
    const auto x = x_.data<float>();
    std::vector<float> values(x.begin(), x.end());
    if (options_.method == ClassModelOptions::Method::Regularized)
      units_.to_standard(values);
    return root_mean_square(values) * std::sqrt(static_cast<double>(values.size()));
  }
  double objective() const {
    return options_.method == ClassModelOptions::Method::Paper ? score_ - options_.l2 * norm() * norm()
                                                               : score_;
  }

  Session& session_;
  const ClassModelOptions& options_;
  InputSize size_;
  PictureUnits units_;
  std::mt19937_64 generator_;
  Tensor x_;
  std::vector<float> gradient_;
  int step_ = 0;
  double score_ = 0, probability_ = 0;
  ClassModel::Start start_ = ClassModel::Start::AsAsked;
};

}  // namespace

ClassModel class_model(Session& session, const Preprocessing& preprocessing, const ClassModelOptions& options,
                       const std::function<bool(const ClassModelProgress&)>& progress) {
  Climb climb(session, preprocessing, options);
  climb.look();
  if (!climb.has_gradient() && options.start == ClassModelOptions::Start::Zero) {
    climb.start_from_noise();
    climb.look();
  }
  auto goes_on = [&] { return !progress || progress(climb.progress()); };
  bool running = goes_on();
  for (int step = 0; running && step < options.steps; ++step) {
    if (options.method == ClassModelOptions::Method::Paper)
      climb.step_as_in_the_paper();
    else
      climb.step_regularized();
    running = goes_on();
  }
  climb.look();
  return climb.result();
}

Image to_picture(const Tensor& input, const Preprocessing& preprocessing, ClassModelDisplay display) {
  const Shape& shape = input.shape();
  FOVEA_CHECK(shape.rank() == 3, "expected a picture of [C,H,W], found {}", to_string(shape));
  if (display == ClassModelDisplay::Pixels)
    return denormalize(input.data<float>().data(), preprocessing, shape[0], shape[2], shape[1]);
  return PictureUnits(preprocessing, shape[0]).fitted(input);
}

}  // namespace fovea
