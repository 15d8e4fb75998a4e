#include "base/check.hpp"
#include "explain/explainer_impl.hpp"
#include "explain/session_batches.hpp"
#include "fovea/error.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

void check_finite(const Tensor& values, const char* what) {
  for (const float value : values.data<float>())
    FOVEA_CHECK(std::isfinite(value), "the {} holds a value that is not finite", what);
}

void add(std::vector<double>& mean, const std::vector<double>& scores, double share) {
  mean.resize(scores.size(), 0.0);
  for (std::size_t i = 0; i < scores.size(); ++i)
    mean[i] += share * scores[i];
}

}  // namespace

template <class Photos, class Use>
void Explainer::Worker::for_each_batch(const Photos& photos, const Use& use) {
  std::vector<CropOf> all;
  for (std::size_t p = 0; p < photos.size(); ++p)
    for (std::size_t c = 0; c < photos[p]->crop_count(); ++c)
      all.push_back({p, c});
  const auto batch = static_cast<std::size_t>(passes_.batch());
  for (std::size_t first = 0; first < all.size(); first += batch) {
    const auto held = std::span<const CropOf>(all).subspan(first, std::min(batch, all.size() - first));
    std::vector<std::span<const float>> inputs;
    for (const CropOf& crop : held)
      inputs.push_back(photos[crop.photo]->input(crop.crop));
    use(held, std::span<const std::span<const float>>(inputs));
  }
}

Explainer::Worker::Worker(std::shared_ptr<const Compiled> compiled)
    : compiled_(std::move(compiled)),
      passes_(compiled_->passes, std::make_shared<Session>(compiled_->passes.program)) {
  for (const ReadyMethod& method : compiled_->methods)
    attributes_.push_back(method.samples() ? method.sampling.start(others_) : Attribute());
}

void Explainer::Worker::cancel_with(const std::stop_token& stop) {
  others_.cancel_with(stop);
  session().cancel_with(stop);
}

std::size_t Explainer::Worker::group() const {
  return std::max<std::size_t>(static_cast<std::size_t>(passes_.batch() / crop_count(compiled_->crops)), 1);
}

void Explainer::Worker::score(std::span<const std::shared_ptr<FramedPhoto::State>> photos) {
  std::vector<std::vector<double>> further(photos.size());
  std::vector<RegionSums> sums(photos.size());
  const bool has_region = session().program().region_scores().has_value();
  for_each_batch(photos, [&](std::span<const CropOf> held, std::span<const std::span<const float>> inputs) {
    passes_.forward(inputs);
    for (std::size_t n = 0; n < held.size(); ++n) {
      const std::size_t p = held[n].photo;
      if (has_region) {
        add_region_scores(*photos[p], static_cast<std::int64_t>(n), sums[p]);
        continue;
      }
      const double share = 1 / static_cast<double>(photos[p]->crop_count());
      add(photos[p]->scores.scores, scores_of(session(), static_cast<std::int64_t>(n)), share);
      add(further[p], further_scores_of(session(), static_cast<std::int64_t>(n)), share);
    }
  });
  for (std::size_t p = 0; p < photos.size(); ++p) {
    if (has_region)
      photos[p]->scores = photos[p]->region_scores(sums[p]);
    else
      photos[p]->scores.probabilities =
          session().program().head().probabilities(photos[p]->scores.scores, further[p]);
  }
}

std::span<const float> Explainer::Worker::position_scores(std::int64_t n) {
  const Tensor& all = session().output(session().program().region_scores()->scores_output);
  const std::size_t each = all.data<float>().size() / static_cast<std::size_t>(passes_.batch());
  return all.data<float>().subspan(static_cast<std::size_t>(n) * each, each);
}

void Explainer::Worker::add_region_scores(FramedPhoto::State& photo, std::int64_t n, RegionSums& sums) {
  const RegionScores region = *session().program().region_scores();
  const Shape& shape = session().program().outputs()[region.scores_output].shape;
  const std::int64_t classes = shape[1];
  if (photo.masks.empty())
    photo.region_weights = region_weights(*compiled_->region, photo.framing, shape[2], shape[3]);
  photo.masks.emplace_back(position_scores(n), classes, region.are_exclusive);
  const RegionSums crop = region_sums(position_scores(n), classes, photo.masks.back(), photo.region_weights);
  add(sums.scores, crop.scores, 1);
  add(sums.areas, crop.areas, 1);
  sums.all += crop.all;
}

void Explainer::Worker::check_region(const FramedPhoto::State& photo, const ExplainedScore& target) const {
  FOVEA_CHECK(!photo.masks.empty(), "the photo was framed for scores that are not summed over a region");
  if (std::isfinite(photo.scores.scores.at(static_cast<std::size_t>(target.class_index))))
    return;
  std::vector<std::string> present;
  for (const Prediction& one : top_k(photo.scores, 5))
    present.push_back(
        fmt::format("{} ({:.1f} %)", compiled_->labels.short_name(one.index), 100 * *one.share));
  throw InputError(fmt::format("the class '{}' has an empty mask: the network sees it nowhere in the photo; "
                               "classes with a mask are {}",
                               compiled_->labels.short_name(target.class_index), fmt::join(present, ", ")));
}

std::vector<std::vector<Explanation>>
Explainer::Worker::explain(std::span<const FramedPhoto::State* const> photos,
                           std::span<const ExplainedScore> targets, const std::vector<std::size_t>& methods,
                           const SampleProgress& progress) {
  for (std::size_t p = 0; p < photos.size(); ++p) {
    photos[p]->check_fits(compiled_->size, compiled_->preprocessing, compiled_->crops);
    check_target(targets[p], session().program().classes());
    if (compiled_->region)
      check_region(*photos[p], targets[p]);
  }
  std::vector<std::vector<CropMaps>> maps;
  for (const std::size_t m : methods) {
    maps.emplace_back();
    for (const FramedPhoto::State* photo : photos)
      maps.back().emplace_back(photo->framing, compiled_->options.merge, compiled_->infos[m].values);
  }
  const auto reads_passes = [&](std::size_t m) { return !compiled_->methods[m].samples(); };
  const bool any_passes = std::any_of(methods.begin(), methods.end(), reads_passes);
  for_each_batch(photos, [&](std::span<const CropOf> held, std::span<const std::span<const float>> inputs) {
    std::vector<ExplainedScore> of_places;
    std::vector<std::vector<float>> regions;
    for (const CropOf& crop : held) {
      of_places.push_back(targets[crop.photo]);
      if (compiled_->region)
        regions.push_back(photos[crop.photo]->region(crop.crop, targets[crop.photo].class_index));
    }
    passes_.set_regions(regions);
    if (any_passes)
      passes_.backward(inputs, of_places);
    for (std::size_t n = 0; n < held.size(); ++n) {
      if (!regions.empty())
        others_.set_region(regions[n]);
      for (std::size_t i = 0; i < methods.size(); ++i)
        maps[i][held[n].photo].add(reads_passes(methods[i])
                                       ? read(methods[i], static_cast<std::int64_t>(n))
                                       : sample(methods[i], as_tensor(inputs[n]), of_places[n], progress),
                                   photos[held[n].photo]->framing.crops[held[n].crop]);
    }
  });
  std::vector<std::vector<Explanation>> all;
  for (std::size_t i = 0; i < methods.size(); ++i) {
    all.emplace_back();
    for (std::size_t p = 0; p < photos.size(); ++p)
      all.back().push_back(finish(methods[i], *photos[p], targets[p], maps[i][p]));
  }
  return all;
}

Attribution Explainer::Worker::attribute(const Tensor& input, const ExplainedScore& target,
                                         std::size_t method, const SampleProgress& progress) {
  const InputSize& size = compiled_->size;
  const Shape expected = {size.channels, size.height, size.width};
  FOVEA_CHECK(input.dtype() == DType::F32 && input.shape() == expected,
              "expected a network input of {}, found {}", to_string(expected), to_string(input.shape()));
  check_target(target, session().program().classes());
  const std::span<const float> values = input.data<float>();
  if (compiled_->region)
    set_region_of_input(values, target);
  if (compiled_->methods.at(method).samples())
    return sample(method, input, target, progress);
  passes_.backward({&values, 1}, {&target, 1});
  Attribution attribution = read(method, 0);
  check_finite(attribution.relevance, "map");
  return attribution;
}

void Explainer::Worker::set_region_of_input(std::span<const float> input, const ExplainedScore& target) {
  FOVEA_CHECK(compiled_->region->is_own(), "a region of a photo does not go with a network input");
  passes_.forward({&input, 1});
  const RegionScores region = *session().program().region_scores();
  const OwnMasks masks(position_scores(0), session().program().classes(), region.are_exclusive);
  const std::vector<std::vector<float>> own = {masks.of(target.class_index)};
  FOVEA_CHECK(std::find(own[0].begin(), own[0].end(), 1.0F) != own[0].end(),
              "the class '{}' has an empty mask: the network sees it nowhere in the input",
              compiled_->labels.short_name(target.class_index));
  passes_.set_regions(own);
  others_.set_region(own[0]);
}

Tensor Explainer::Worker::as_tensor(std::span<const float> input) const {
  Tensor tensor(DType::F32, {compiled_->size.channels, compiled_->size.height, compiled_->size.width});
  std::copy(input.begin(), input.end(), tensor.data<float>().begin());
  return tensor;
}

Attribution Explainer::Worker::read(std::size_t method, std::int64_t n) {
  const ReadyMethod& ready = compiled_->methods[method];
  const InputSize& size = compiled_->size;
  return {passes_.relevance(*ready.method, ready.passes, n, {size.channels, size.height, size.width},
                            compiled_->options),
          {}};
}

Attribution Explainer::Worker::sample(std::size_t method, const Tensor& input, const ExplainedScore& target,
                                      const SampleProgress& progress) {
  Attribution attribution = attributes_[method](input, target, progress);
  check_finite(attribution.relevance, "map");
  return attribution;
}

Explanation Explainer::Worker::finish(std::size_t method, const FramedPhoto::State& photo,
                                      const ExplainedScore& target, CropMaps& maps) const {
  const Framing& framing = photo.framing;
  const Rect whole{0, 0, framing.resized.width, framing.resized.height};
  const Rect covered = framing.letterbox_scale > 0 ? framing.content
                       : photo.crops == Crops::One ? framing.crops.front().rect
                                                   : whole;
  CropMaps::Result together = maps.finish(covered);
  check_finite(together.relevance, "gradient");
  Explanation result;
  result.method = compiled_->infos[method].name;
  result.values = compiled_->infos[method].values;
  result.target = photo.scores.prediction(target.class_index);
  result.label = compiled_->labels.name(target.class_index);
  result.probability = result.target.probability.value_or(result.probability);
  result.against = target.against;
  result.best = top_k(photo.scores, 5);
  result.relevance = std::move(together.relevance);
  result.map = std::move(together.map);
  result.completeness_error = together.completeness_error;
  result.seen = crop(framing.resized, covered);
  result.region = framing.in_photo(covered);
  return result;
}

}  // namespace fovea
