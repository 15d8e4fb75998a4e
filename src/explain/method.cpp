#include "explain/method.hpp"

#include "base/ceil_div.hpp"
#include "base/check.hpp"
#include "explain/picture_units.hpp"
#include "explain/session_batches.hpp"
#include "image/blur.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace fovea {
namespace {

/// Fills the seed for every picture of the batch: 1 at the class, -1 at the one that it is set against.
void seed_target(Session& session, const ExplainedScore& target) {
  const std::int64_t batch = session.program().options().batch, classes = session.program().classes();
  session.seed_classes(std::vector<std::int64_t>(static_cast<std::size_t>(batch), target.class_index));
  if (!target.against)
    return;
  auto seed = session.seed().data<float>();
  for (std::int64_t n = 0; n < batch; ++n)
    seed[static_cast<std::size_t>(n * classes + *target.against)] -= 1;
}

}  // namespace

bool reads_layer(const Method& method) {
  const auto& options = method.options;
  return std::find(options.begin(), options.end(), MethodOption::Layer) != options.end() ||
         std::any_of(method.passes.begin(), method.passes.end(), [](const MethodPass& pass) {
           return pass.to == MethodPass::To::Layer && pass.stride == 0;
         });
}

std::shared_ptr<const Program> compile_scores(const MethodContext& context) {
  ProgramOptions options = context.program;
  options.direction = Direction::Forward;
  return compile_for_pictures(context.model, options);
}

std::shared_ptr<const Program> compile_gradient(const MethodContext& context, std::int64_t batch) {
  ProgramOptions options = context.program;
  options.direction = Direction::ForwardAndBackward;
  options.batch = batch;
  return compile_for_pictures(context.model, options);
}

std::int64_t batch_for(std::int64_t samples) {
  constexpr std::int64_t smallest = 5, largest = 13;
  if (samples <= largest)
    return std::max<std::int64_t>(samples, 1);
  std::int64_t best = largest, least = std::numeric_limits<std::int64_t>::max();
  for (std::int64_t batch = largest; batch >= smallest; --batch) {
    const std::int64_t empty = ceil_div(samples, batch) * batch - samples;
    if (empty < least) {
      least = empty;
      best = batch;
    }
  }
  return best;
}

std::int64_t samples_of(const MethodContext& context, const MethodInfo& info) {
  return context.options.samples > 0 ? context.options.samples : info.samples;
}

void check_target(const ExplainedScore& target, std::int64_t classes) {
  for (const std::int64_t index : {target.class_index, target.against.value_or(target.class_index)})
    FOVEA_CHECK(index >= 0 && index < classes, "class {} is out of range: the model has {} classes, 0 to {}",
                index, classes, classes - 1);
  FOVEA_CHECK(
      target.against != target.class_index,
      "class {} is explained against itself, so its relevance would be 0 everywhere: name another class",
      target.class_index);
}

double value_of(std::span<const double> scores, const ExplainedScore& target) {
  const double score = scores[static_cast<std::size_t>(target.class_index)];
  return target.against ? score - scores[static_cast<std::size_t>(*target.against)] : score;
}

Tensor baseline_of(const Tensor& input, Baseline baseline, const Preprocessing& preprocessing) {
  Tensor result(DType::F32, input.shape());
  const Shape& shape = input.shape();
  auto values = result.data<float>();
  switch (baseline) {
  case Baseline::Black:
    normalize(Image::blank(shape[2], shape[1], 3, 0), preprocessing, shape[0], values.data());
    break;
  case Baseline::Mean:
    PictureUnits(preprocessing, shape[0]).to_network(values);
    break;
  case Baseline::Blurred:
    std::memcpy(result.raw(), input.raw(), input.bytes());
    gaussian_blur(values, shape[1], shape[2], 0.1 * static_cast<double>(std::min(shape[1], shape[2])));
    break;
  }
  return result;
}

void Sessions::set_region(std::span<const float> weights) {
  for (const auto& session : all_)
    for (std::int64_t n = 0; n < session->program().options().batch; ++n)
      fovea::set_region(*session, n, weights);
}

std::string_view baseline_in_words(Baseline baseline) {
  switch (baseline) {
  case Baseline::Black:
    return "black";
  case Baseline::Mean:
    return "the mean colour";
  case Baseline::Blurred:
    return "the blurred photo";
  }
  FOVEA_ASSERT(!"unknown baseline");
}

void run_batched(Session& session, std::int64_t count, const ExplainedScore& target,
                 const std::function<void(std::int64_t, std::int64_t, std::span<float>)>& make,
                 const std::function<void(const HeldSamples&)>& use, const SampleProgress& progress) {
  const ProgramOptions& options = session.program().options();
  const bool back = options.direction == Direction::ForwardAndBackward;
  const auto picture =
      static_cast<std::size_t>(session.program().inputs().front().shape.elements() / options.batch);
  if (back)
    seed_target(session, target);
  auto input = session.input().data<float>();
  const auto place = [&](std::int64_t n) {
    return input.subspan(static_cast<std::size_t>(n) * picture, picture);
  };
  for (std::int64_t first = 0; first < count; first += options.batch) {
    const HeldSamples held{first, std::min(options.batch, count - first)};
    session.parallel_for(held.count, [&](std::int64_t n) { make(first + n, n, place(n)); });
    for (std::int64_t n = held.count; n < options.batch; ++n)
      std::ranges::copy(place(held.count - 1), place(n).begin());
    session.forward();
    if (back)
      session.backward();
    use(held);
    if (progress)
      progress(first + held.count, count);
  }
}

void for_each_piece(Session& session, std::size_t size,
                    const std::function<void(std::size_t, std::size_t)>& part) {
  constexpr std::size_t kPiece = 1 << 14;
  const std::size_t pieces = (size + kPiece - 1) / kPiece;
  session.parallel_for(static_cast<std::int64_t>(pieces), [&](std::int64_t i) {
    const std::size_t begin = static_cast<std::size_t>(i) * kPiece;
    part(begin, std::min(size, begin + kPiece));
  });
}

std::span<const float> gradient_at(const Session& session, std::int64_t n) {
  const auto all = session.gradient().data<float>();
  const std::size_t one = all.size() / static_cast<std::size_t>(session.program().options().batch);
  return all.subspan(static_cast<std::size_t>(n) * one, one);
}

}  // namespace fovea
