#include "explain/method.hpp"
#include "explain/session_batches.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

/// Guided integrated gradients (Kapishnikov et al. 2021): the gradient's integral along a path from the
/// baseline that first moves the values whose gradients are small, and so avoids noisy ones. The path stays
/// within a band around the straight line.
namespace fovea {
namespace {

constexpr double kFraction =
    0.25;                       ///< of all values: so many of those with the smallest gradients move first
constexpr double kBand = 0.02;  ///< how far a value's share of its way may be from the step's

/// Where each value stands on its way from the baseline to the input: a share of 0 to 1.
class Walk {
public:
  Walk(std::span<const float> from, std::span<const float> to)
      : from_(from), to_(to), shares_(from.size(), 0) {
    for (std::size_t i = 0; i < from.size(); ++i)
      length_ += distance(i);
  }

  /// |to - from| of one value.
  double distance(std::size_t i) const { return std::abs(static_cast<double>(to_[i]) - from_[i]); }
  bool has_length() const { return length_ > 0; }

  void write(std::span<float> picture) const {
    for (std::size_t i = 0; i < picture.size(); ++i)
      picture[i] = at(i, shares_[i]);
  }

  /// Moves until the picture has covered `share` of the way, all values together, and adds to `sum` the
  /// distance that each value moved times its gradient.
  void move_to(double share, std::span<const float> gradient, std::span<double> sum) {
    const double lowest = std::max(share - kBand, 0.0), highest = std::min(share + kBand, 1.0);
    const std::vector<double> before = shares_;
    for (double& own : shares_)
      own = std::max(own, lowest);
    std::vector<std::size_t> waiting = waiting_by_gradient(highest, gradient);
    double left = share * length_ - covered();
    for (std::size_t first = 0; left > 0 && first < waiting.size();) {
      const std::size_t count = group_size(waiting, first, gradient);
      const std::span<const std::size_t> group = std::span(waiting).subspan(first, count);
      double room = 0;
      for (const std::size_t i : group)
        room += (highest - shares_[i]) * distance(i);
      const double part = room > left ? left / room : 1;
      for (const std::size_t i : group)
        shares_[i] += part * (highest - shares_[i]);
      left -= part * room;
      first += count;
    }
    for (std::size_t i = 0; i < sum.size(); ++i)
      sum[i] +=
          (static_cast<double>(at(i, shares_[i])) - at(i, before[i])) * static_cast<double>(gradient[i]);
  }

private:
  float at(std::size_t i, double share) const {
    return share >= 1 ? to_[i]
                      : static_cast<float>(from_[i] + share * (static_cast<double>(to_[i]) - from_[i]));
  }

  double covered() const {
    double sum = 0;
    for (std::size_t i = 0; i < shares_.size(); ++i)
      sum += shares_[i] * distance(i);
    return sum;
  }

  /// The values that may still move, those of the smallest gradients first.
  std::vector<std::size_t> waiting_by_gradient(double highest, std::span<const float> gradient) const {
    std::vector<std::size_t> waiting;
    for (std::size_t i = 0; i < shares_.size(); ++i)
      if (shares_[i] < highest && distance(i) > 0)
        waiting.push_back(i);
    std::stable_sort(waiting.begin(), waiting.end(), [&](std::size_t a, std::size_t b) {
      return std::abs(gradient[a]) < std::abs(gradient[b]);
    });
    return waiting;
  }

  /// The next values to move: a fraction of all, and those whose gradients are as large as the last one's.
  std::size_t group_size(const std::vector<std::size_t>& waiting, std::size_t first,
                         std::span<const float> gradient) const {
    const std::size_t rest = waiting.size() - first;
    const auto size = [&](std::size_t k) { return std::abs(gradient[waiting[first + k]]); };
    std::size_t count =
        std::min(rest, static_cast<std::size_t>(kFraction * static_cast<double>(shares_.size() - 1)) + 1);
    while (count < rest && size(count) == size(count - 1))
      ++count;
    return count;
  }

  std::span<const float> from_, to_;
  std::vector<double> shares_;
  double length_ = 0;
};

/// Steps depend on one another, so each of them is a pass of its own.
Attribution walk(Session& session, const Tensor& input, const Tensor& baseline, std::int64_t steps,
                 const ExplainedScore& target, const SampleProgress& progress) {
  Walk walk(baseline.data<float>(), input.data<float>());
  std::vector<double> sum(input.data<float>().size(), 0);
  double scores[2] = {0, 0};  // of the path's beginning and end
  for (std::int64_t step = 0; step <= steps; ++step)
    run_batched(
        session, 1, target,
        [&](std::int64_t, std::int64_t, std::span<float> picture) { walk.write(picture); },
        [&](const HeldSamples&) {
          if (step == 0 || step == steps)
            scores[step > 0] = value_of(scores_of(session, 0), target);
          if (step < steps)
            walk.move_to(static_cast<double>(step + 1) / static_cast<double>(steps), gradient_at(session, 0),
                         sum);
          if (progress && step < steps)
            progress(step + 1, steps);
        });
  Attribution result{Tensor(DType::F32, input.shape()), {}};
  double total = 0;
  for (std::size_t i = 0; i < sum.size(); ++i) {
    total += sum[i];
    result.relevance.data<float>()[i] = static_cast<float>(sum[i]);
  }
  const double difference = scores[1] - scores[0];
  if (difference != 0)
    result.completeness_error = std::abs(total - difference) / std::abs(difference);
  return result;
}

SamplingMethod compile(const MethodContext& context, const MethodInfo& info) {
  const std::int64_t steps = samples_of(context, info);
  auto program = compile_gradient(context, 1);
  const auto start = [program, steps, kind = context.options.baseline,
                      preprocessing = context.preprocessing](Sessions& sessions) -> Attribute {
    auto session = sessions.add(program);
    return [=](const Tensor& input, const ExplainedScore& target, const SampleProgress& progress) {
      return walk(*session, input, baseline_of(input, kind, preprocessing), steps, target, progress);
    };
  };
  return {{program}, start};
}

std::string steps_in_words(const MethodOptions& options, std::int64_t samples) {
  return fmt::format("{} steps from {}", samples, baseline_in_words(options.baseline));
}

}  // namespace

std::vector<Method> guided_ig_methods() {
  return {
      {{"guided-ig", "Guided integrated gradients", "kapishnikov2021guided",
        "the gradient's integral along a path that avoids large gradients", 200,
        MethodInfo::Values::PerChannel,
        "As Integrated gradients, with less of the noise that a straight path collects on its way.", "n + n"},
       {},
       nullptr,
       compile,
       steps_in_words,
       {MethodOption::Baseline}}};
}

}  // namespace fovea
