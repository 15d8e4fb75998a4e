#include "base/check.hpp"
#include "explain/method.hpp"
#include "explain/session_batches.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

/// Occlusion: the decrease of the score when a square of the picture is covered (Zeiler & Fergus 2013,
/// section 4.2).
namespace fovea {
namespace {

/// Left or top edges of the windows along one side: every `stride` pixels, and one that ends at the border.
std::vector<std::int64_t> places(std::int64_t side, std::int64_t window, std::int64_t stride) {
  std::vector<std::int64_t> result;
  for (std::int64_t at = 0; at < side - window; at += stride)
    result.push_back(at);
  result.push_back(side - window);
  return result;
}

struct Window {
  std::int64_t x, y;
};

/// The squares that one picture is covered with.
class Windows {
public:
  Windows(const Shape& picture, const MethodOptions& options) : height_(picture[1]), width_(picture[2]) {
    const auto shorter = static_cast<double>(std::min(height_, width_));
    const auto pixels = [&](double share) {
      return std::clamp<std::int64_t>(std::lround(share * shorter), 1, std::min(height_, width_));
    };
    side_ = pixels(options.window);
    const std::int64_t stride = pixels(options.stride);
    for (const std::int64_t y : places(height_, side_, stride))
      for (const std::int64_t x : places(width_, side_, stride))
        all_.push_back({x, y});
  }

  std::int64_t count() const { return static_cast<std::int64_t>(all_.size()); }

  /// Calls `act` with the place in [H,W] of every pixel of the i-th window.
  template <class Act>
  void for_pixels(std::int64_t i, const Act& act) const {
    const Window& window = all_[static_cast<std::size_t>(i)];
    for (std::int64_t y = window.y; y < window.y + side_; ++y)
      for (std::int64_t x = window.x; x < window.x + side_; ++x)
        act(static_cast<std::size_t>(y * width_ + x));
  }

private:
  std::int64_t height_, width_, side_ = 1;
  std::vector<Window> all_;
};

double score_of(Session& session, const Tensor& input, const ExplainedScore& target) {
  double score = 0;
  const auto x = input.data<float>();
  run_batched(
      session, 1, target,
      [&](std::int64_t, std::int64_t, std::span<float> p) { std::copy(x.begin(), x.end(), p.begin()); },
      [&](const HeldSamples&) { score = value_of(scores_of(session, 0), target); });
  return score;
}

/// For every pixel the mean fall of the score over the windows that cover it.
Attribution occlude(Session& session, const Tensor& input, const Tensor& baseline,
                    const MethodOptions& options, const ExplainedScore& target,
                    const SampleProgress& progress) {
  const Windows windows(input.shape(), options);
  const auto x = input.data<float>(), b = baseline.data<float>();
  const auto pixels = static_cast<std::size_t>(input.shape()[1] * input.shape()[2]);
  const double whole = score_of(session, input, target);
  std::vector<double> fall(pixels, 0), covered(pixels, 0);
  run_batched(
      session, windows.count(), target,
      [&](std::int64_t i, std::int64_t, std::span<float> picture) {
        std::copy(x.begin(), x.end(), picture.begin());
        windows.for_pixels(i, [&](std::size_t at) {
          for (std::size_t k = at; k < picture.size(); k += pixels)
            picture[k] = b[k];
        });
      },
      [&](const HeldSamples& held) {
        for (std::int64_t n = 0; n < held.count; ++n) {
          const double lost = whole - value_of(scores_of(session, n), target);
          windows.for_pixels(held.first + n, [&](std::size_t at) {
            fall[at] += lost;
            ++covered[at];
          });
        }
      },
      progress);
  Attribution result{Tensor(DType::F32, {1, input.shape()[1], input.shape()[2]}), {}};
  for (std::size_t i = 0; i < pixels; ++i)
    result.relevance.data<float>()[i] = static_cast<float>(covered[i] > 0 ? fall[i] / covered[i] : 0);
  return result;
}

SamplingMethod compile(const MethodContext& context, const MethodInfo&) {
  const MethodOptions& options = context.options;
  FOVEA_CHECK(options.window > 0 && options.window <= 1 && options.stride > 0 && options.stride <= 1,
              "a window of {} of the picture's side and a step of {}: expected more than 0 and at most 1",
              options.window, options.stride);
  MethodContext many = context;
  many.program.batch = 10;
  auto program = compile_scores(many);
  auto start = [program, options, preprocessing = context.preprocessing](Sessions& sessions) -> Attribute {
    auto session = sessions.add(program);
    return [=](const Tensor& input, const ExplainedScore& target, const SampleProgress& progress) {
      const Tensor baseline = baseline_of(input, options.baseline, preprocessing);
      return occlude(*session, input, baseline, options, target, progress);
    };
  };
  return {{program}, start};
}

std::string square_in_words(const MethodOptions& options, std::int64_t) {
  return fmt::format("a square of {:.3g} % of the side, steps of {:.3g} %", 100 * options.window,
                     100 * options.stride);
}

}  // namespace

std::vector<Method> occlusion_methods() {
  return {{{"occlusion", "Occlusion", "zeiler2013visualizing",
            "how far the score falls when a square is covered", 0, MethodInfo::Values::PerPixel,
            "The brighter a pixel, the further the score falls when a square over it is covered.", "w + 0"},
           {},
           nullptr,
           compile,
           square_in_words,
           {MethodOption::Baseline, MethodOption::Window, MethodOption::Stride}}};
}

}  // namespace fovea
