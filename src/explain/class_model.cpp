#include "fovea/features.hpp"

#include "base/check.hpp"
#include "explain/diversity.hpp"
#include "explain/excitation.hpp"
#include "explain/gradient_ascent.hpp"
#include "explain/layer_view.hpp"
#include "explain/picture_units.hpp"
#include "explain/session_batches.hpp"

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

void check_options(const ClassModelOptions& options, const DiversityOptions& diversity) {
  FOVEA_CHECK(options.steps >= 0, "{} steps are not possible", options.steps);
  FOVEA_CHECK(options.steps <= 1000000, "{} steps are not possible: at most 1000000", options.steps);
  FOVEA_CHECK(std::isfinite(options.step.value_or(0)) && std::isfinite(options.l2),
              "a step of {} and an l2 of {} are not possible: expected finite numbers",
              options.step.value_or(0), options.l2);
  for (const auto& [name, share] : {std::pair{"jitter", options.jitter}, std::pair{"blur", options.blur},
                                    std::pair{"coarse", options.coarse}})
    FOVEA_CHECK(share >= 0 && share <= 1, "a {} of {} is not possible: expected a share of 0 to 1", name,
                share);
  FOVEA_CHECK(options.zoom >= 1 && options.zoom <= 4, "a zoom by {} is not possible: expected 1 to 4",
              options.zoom);
  FOVEA_CHECK(options.rotate >= 0 && options.rotate <= 180,
              "a rotation by {} degrees is not possible: expected 0 to 180", options.rotate);
  FOVEA_CHECK(diversity.pictures >= 1, "{} pictures are not possible", diversity.pictures);
  FOVEA_CHECK(diversity.pictures <= 4096, "{} pictures are not possible: at most 4096", diversity.pictures);
  FOVEA_CHECK(diversity.strength >= 0 && std::isfinite(diversity.strength),
              "a diversity of strength {} is not possible", diversity.strength);
  FOVEA_CHECK(diversity.pictures == 1 || options.method != ClassModelOptions::Method::Paper,
              "the paper's gradient ascent makes one picture for each class: several would be equal");
}

double root_sum_of_squares(std::span<const float> values) {
  double sum = 0;
  for (float value : values)
    sum += static_cast<double>(value) * value;
  return std::sqrt(sum);
}

/// Gradient ascent of several pictures together: looks at them through the session, batch by batch, and
/// pushes them apart.
class JointAscent {
public:
  JointAscent(Session& session, const Preprocessing& preprocessing, const ClassModelOptions& options,
              const DiversityOptions& diversity)
      : session_(session), options_(options), diversity_(diversity), excitation_(session.program(), options),
        size_(input_size(session)) {
    for (int k = 0; k < diversity.pictures; ++k)
      ascents_.emplace_back(size_, preprocessing, options, options.seed + static_cast<std::uint64_t>(k));
    looks_.resize(ascents_.size());
    features_.resize(ascents_.size());
    if (ascents_.size() > 1 && diversity.strength > 0)
      choose_apartness();
  }

  /// Scores, probabilities and gradients of the pictures as they are, or moved at random.
  void look_at_rest() {
    for (GradientAscent& ascent : ascents_)
      ascent.rest();
    look();
  }
  void look_moved() {
    for (GradientAscent& ascent : ascents_)
      ascent.move();
    look();
  }

  /// A picture without gradient starts from noise instead of from the mean colour: what sits behind a ReLU
  /// may open to a stronger one only.
  void leave_plateaus() {
    if (options_.start != ClassModelOptions::Start::Zero)
      return;
    constexpr int noises = 6;
    double strength = 1;
    for (int i = 0; i < noises && is_on_plateau(); ++i, strength *= 1.5) {
      for (GradientAscent& ascent : ascents_)
        if (!ascent.has_gradient())
          ascent.start_from_noise(strength);
      look_at_rest();
    }
    for (GradientAscent& ascent : ascents_)
      if (!ascent.has_gradient())
        ascent.give_up();
  }

  void step() {
    const bool is_paper = options_.method == ClassModelOptions::Method::Paper;
    if (!is_paper)
      look_moved();
    session_.parallel_for(static_cast<std::int64_t>(ascents_.size()),
                          [&](std::int64_t k) { ascents_[static_cast<std::size_t>(k)].make_step(); });
    if (is_paper)
      look_at_rest();
  }

  std::vector<ClassModelProgress> progress() const {
    std::vector<ClassModelProgress> all;
    for (std::size_t k = 0; k < ascents_.size(); ++k)
      all.push_back({ascents_[k].step(), looks_[k].score, ascents_[k].norm(), objective(k),
                     looks_[k].probability, &ascents_[k].picture()});
    return all;
  }

  std::vector<ClassModel> results() const {
    std::vector<ClassModel> all;
    for (const ClassModelProgress& p : progress())
      all.push_back({p.input->clone(), p.step, p.score, p.norm, p.objective, p.probability,
                     ascents_[all.size()].start()});
    return all;
  }

private:
  bool is_on_plateau() const {
    return std::any_of(ascents_.begin(), ascents_.end(),
                       [](const GradientAscent& c) { return !c.has_gradient(); });
  }

  /// The features by which pictures are kept apart: Gram matrices of the layer that is excited or of another
  /// session's, or the pictures themselves.
  enum class Apartness { None, OwnLayer, OtherLayer, Pictures };

  void choose_apartness() {
    if (diversity_.layer) {
      const Program& program = diversity_.layer->program();
      layout_ = layout_of(program.outputs().front());
      FOVEA_CHECK(layout_.positions() > 1, "layer '{}' has one position only: pictures cannot differ in it",
                  program.outputs().front().name);
      FOVEA_CHECK(layout_.pictures() == program.options().batch,
                  "the layer '{}' has shape {}, which is not that of a batch of {}",
                  program.outputs().front().name, to_string(program.outputs().front().shape),
                  program.options().batch);
      FOVEA_CHECK(
          program.inputs().front().shape.elements() / program.options().batch ==
              ascents_.front().picture().elements(),
          "the layer in which the pictures are compared takes pictures of {}, gradient ascent uses {}",
          to_string(program.inputs().front().shape), to_string(ascents_.front().picture().shape()));
      apartness_ = Apartness::OtherLayer;
      return;
    }
    apartness_ = Apartness::Pictures;
    const std::optional<LayerLayout>& own = session_.program().outputs().front().layout;
    if (options_.layer && own && own->positions() > 1 &&
        own->pictures() == session_.program().options().batch) {
      layout_ = *own;
      apartness_ = Apartness::OwnLayer;
    }
  }

  /// The number of pictures in a batch of the session that begins with picture `first`.
  std::int64_t held_from(const Session& session, std::size_t first) const {
    return std::min(session.program().options().batch, static_cast<std::int64_t>(ascents_.size() - first));
  }

  /// Calls use(n, k) for the pictures k of a batch that begins with picture `first`, at their places n.
  template <class Use>
  void for_each_of_batch(const Session& session, std::size_t first, Use use) {
    const std::int64_t held = held_from(session, first);
    for (std::int64_t n = 0; n < held; ++n)
      use(n, first + static_cast<std::size_t>(n));
  }

  /// The same on the session's threads.
  template <class Use>
  void in_parallel_for_batch(Session& session, std::size_t first, Use use) {
    session.parallel_for(held_from(session, first),
                         [&](std::int64_t n) { use(n, first + static_cast<std::size_t>(n)); });
  }

  /// Shows the session a batch of the pictures; places beyond the last picture keep what they had.
  void run_forward(Session& session, std::size_t first) {
    const std::int64_t batch = session.program().options().batch;
    in_parallel_for_batch(session, first, [&](std::int64_t n, std::size_t k) {
      ascents_[k].show(part_of(session.input().data<float>(), n, batch));
    });
    session.forward();
  }

  void look() {
    const std::int64_t batch = session_.program().options().batch;
    for (std::size_t first = 0; first < ascents_.size(); first += static_cast<std::size_t>(batch)) {
      run_forward(session_, first);
      for_each_of_batch(session_, first, [&](std::int64_t n, std::size_t k) {
        looks_[k] = excitation_.look(session_, n);
        excitation_.seed(session_, n);
      });
      if (apartness_ == Apartness::OwnLayer)
        push_in_layer(first);
      session_.backward();
      in_parallel_for_batch(session_, first, [&](std::int64_t n, std::size_t k) {
        ascents_[k].take_gradient(part_of(session_.gradient().data<float>(), n, batch));
      });
    }
    if (apartness_ == Apartness::OtherLayer)
      push_through_other_layer();
    if (apartness_ == Apartness::Pictures)
      push_pictures();
  }

  /// The n-th picture's part of the layer in which the pictures are to differ, [C,P].
  std::vector<float> layer_of(const Session& session, std::int64_t n) const {
    std::vector<float> layer(static_cast<std::size_t>(layout_.channels() * layout_.positions()));
    take_layer(layout_, session.output().data<float>(), n, layer);
    return layer;
  }

  void remember_grams(const Session& session, std::size_t first) {
    for_each_of_batch(session, first, [&](std::int64_t n, std::size_t k) {
      features_[k] = gram_matrix(layout_.channels(), layer_of(session, n));
    });
  }

  /// The similarity of the n-th picture's layer to the others, and d(that)/d(layer), [C,P], in `direction`.
  double similarity_in_layer(const Session& session, std::int64_t n, std::size_t k,
                             std::vector<float>& direction) {
    const std::vector<float> layer = layer_of(session, n);
    Features gradient;
    const double similarity = similarity_to_others(features_, k, gradient);
    direction.resize(layer.size());
    pull_back_gram(layout_.channels(), layer, gradient, direction);
    return similarity;
  }

  /// Adds the push to the seed, where both meet.
  void push_in_layer(std::size_t first) {
    remember_grams(session_, first);
    for_each_of_batch(session_, first, [&](std::int64_t n, std::size_t k) {
      std::vector<float> direction;
      const double similarity = similarity_in_layer(session_, n, k, direction);
      const double length = root_sum_of_squares(direction);
      if (length == 0)
        return;
      std::vector<float> seed(direction.size());
      take_layer(layout_, session_.seed().data<float>(), n, seed);
      const double scale = diversity_.strength * similarity * root_sum_of_squares(seed) / length;
      for (std::size_t i = 0; i < seed.size(); ++i)
        seed[i] -= static_cast<float>(scale * direction[i]);
      put_layer(layout_, seed, n, session_.seed().data<float>());
    });
  }

  void push_through_other_layer() {
    Session& session = *diversity_.layer;
    const std::int64_t batch = session.program().options().batch;
    for (std::size_t first = 0; first < ascents_.size(); first += static_cast<std::size_t>(batch)) {
      run_forward(session, first);
      remember_grams(session, first);
      std::vector<double> similarities(ascents_.size());
      for_each_of_batch(session, first, [&](std::int64_t n, std::size_t k) {
        std::vector<float> direction;
        similarities[k] = similarity_in_layer(session, n, k, direction);
        put_layer(layout_, direction, n, session.seed().data<float>());
      });
      session.backward();
      for_each_of_batch(session, first, [&](std::int64_t n, std::size_t k) {
        ascents_[k].push_shown(part_of(session.gradient().data<float>(), n, batch),
                               -diversity_.strength * similarities[k]);
      });
    }
  }

  void push_pictures() {
    for (std::size_t k = 0; k < ascents_.size(); ++k)
      features_[k] = coarse_picture(ascents_[k].standard_picture(), size_.height, size_.width);
    for (std::size_t k = 0; k < ascents_.size(); ++k) {
      Features gradient;
      const double similarity = similarity_to_others(features_, k, gradient);
      std::vector<float> direction(static_cast<std::size_t>(ascents_[k].picture().elements()));
      pull_back_coarse(gradient, size_.height, size_.width, direction);
      // Below 0 the pictures are opposites already: nothing pulls them together again.
      ascents_[k].push(std::move(direction), -diversity_.strength * std::max(similarity, 0.0));
    }
  }

  double objective(std::size_t k) const {
    const double norm = ascents_[k].norm();
    return options_.method == ClassModelOptions::Method::Paper ? looks_[k].score - options_.l2 * norm * norm
                                                               : looks_[k].score;
  }

  Session& session_;
  const ClassModelOptions& options_;
  const DiversityOptions& diversity_;
  Excitation excitation_;
  InputSize size_;
  std::vector<GradientAscent> ascents_;
  std::vector<Excitation::Look> looks_;
  Apartness apartness_ = Apartness::None;
  LayerLayout layout_;              ///< of the layer in which the pictures are to differ
  std::vector<Features> features_;  ///< what the pictures are compared by
};

}  // namespace

double step_of(const ClassModelOptions& options) {
  switch (options.method) {
  case ClassModelOptions::Method::Regularized:
    return options.step.value_or(0.08);
  case ClassModelOptions::Method::Paper:
    return options.step.value_or(0.1);
  case ClassModelOptions::Method::Fourier:
    return options.step.value_or(0.05);
  }
  FOVEA_ASSERT(!"unknown method");
}

std::vector<ClassModel>
class_models(Session& session, const Preprocessing& preprocessing, const ClassModelOptions& options,
             const DiversityOptions& diversity,
             const std::function<bool(std::span<const ClassModelProgress>)>& progress) {
  check_options(options, diversity);
  JointAscent ascent(session, preprocessing, options, diversity);
  ascent.look_at_rest();
  ascent.leave_plateaus();
  auto goes_on = [&] { return !progress || progress(ascent.progress()); };
  bool running = goes_on();
  for (int step = 0; running && step < options.steps; ++step) {
    ascent.step();
    running = goes_on();
  }
  ascent.look_at_rest();
  return ascent.results();
}

ClassModel class_model(Session& session, const Preprocessing& preprocessing, const ClassModelOptions& options,
                       const std::function<bool(const ClassModelProgress&)>& progress) {
  FOVEA_CHECK(session.program().options().batch == 1, "class models are made with batch 1");
  std::function<bool(std::span<const ClassModelProgress>)> of_one;
  if (progress)
    of_one = [&](std::span<const ClassModelProgress> all) { return progress(all.front()); };
  return std::move(class_models(session, preprocessing, options, {.pictures = 1}, of_one).front());
}

Image to_image(const Tensor& input, const Preprocessing& preprocessing, ClassModelDisplay display) {
  const Shape& shape = input.shape();
  FOVEA_CHECK(shape.rank() == 3, "expected a picture of [C,H,W], found {}", to_string(shape));
  if (display == ClassModelDisplay::Pixels)
    return denormalize(input.data<float>().data(), preprocessing, shape[0], shape[2], shape[1]);
  return PictureUnits(preprocessing, shape[0]).fitted(input);
}

}  // namespace fovea
