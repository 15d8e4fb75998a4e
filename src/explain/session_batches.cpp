#include "explain/session_batches.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <cmath>

namespace fovea {

std::int64_t fill_batch(Session& session, const Framing& framing, const Preprocessing& preprocessing,
                        std::size_t first) {
  const InputSize size = input_size(session);
  const auto batch = static_cast<std::size_t>(session.program().options().batch);
  const auto picture = static_cast<std::size_t>(size.channels * size.height * size.width);
  auto input = session.input().data<float>();
  for (std::size_t n = 0; n < batch; ++n)
    write_crop(framing, std::min(first + n, framing.crops.size() - 1), preprocessing,
               input.data() + n * picture);
  return static_cast<std::int64_t>(std::min(batch, framing.crops.size() - first));
}

bool set_region(Session& session, std::int64_t n, std::span<const float> weights) {
  const std::optional<RegionScores> region = session.program().region_scores();
  FOVEA_ASSERT(region);
  const std::span<float> place = session.input(region->region_input)
                                     .data<float>()
                                     .subspan(static_cast<std::size_t>(n) * weights.size(), weights.size());
  if (std::equal(weights.begin(), weights.end(), place.begin()))
    return false;
  std::copy(weights.begin(), weights.end(), place.begin());
  return true;
}

std::vector<double> scores_of(const Session& session, std::int64_t n) {
  const std::int64_t classes = session.program().classes();
  const auto all = session.output().data<float>().subspan(static_cast<std::size_t>(n * classes),
                                                          static_cast<std::size_t>(classes));
  for (std::size_t c = 0; c < all.size(); ++c)
    FOVEA_CHECK(std::isfinite(all[c]), "the model's score of class {} is {}", c, all[c]);
  return {all.begin(), all.end()};
}

std::vector<double> further_scores_of(const Session& session, std::int64_t n) {
  const std::optional<std::size_t> output = session.program().further_scores();
  if (!output)
    return {};
  const auto all = session.output(*output).data<float>();
  const std::size_t each = all.size() / static_cast<std::size_t>(session.program().options().batch);
  const auto mine = all.subspan(static_cast<std::size_t>(n) * each, each);
  return {mine.begin(), mine.end()};
}

ClassScores class_scores_of(const Session& session, std::int64_t n) {
  ClassScores result{scores_of(session, n), {}};
  result.probabilities = session.program().head().probabilities(result.scores, further_scores_of(session, n));
  return result;
}

InputSize input_size(const Session& session) {
  return input_size(session.program());
}

InputSize input_size(const Program& program) {
  const TensorInfo& info = program.inputs().front();
  FOVEA_CHECK(info.dtype == DType::F32 && info.shape.rank() == 4,
              "expected a float32 program on pictures, found {} {}", name_of(info.dtype),
              to_string(info.shape));
  return {info.shape[1], info.shape[2], info.shape[3]};
}

}  // namespace fovea
