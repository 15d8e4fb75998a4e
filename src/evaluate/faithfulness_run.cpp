#include "evaluate/faithfulness_run.hpp"

#include "base/failure.hpp"
#include "base/ordered_parallel.hpp"
#include "evaluate/faithfulness_results.hpp"
#include "evaluate/judge_photo.hpp"
#include "fovea/batch.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <utility>

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// The picture of a mask, which may have been drawn on the photo as it is stored: then it has the photo's
/// sides exchanged.
Image upright_mask(const std::string& file, const std::string& path, const Image& photo,
                   const std::function<int()>& orientation_of) {
  Image mask = read_image(file);
  if (mask.width == photo.width && mask.height == photo.height)
    return mask;
  const bool exchanged = mask.width == photo.height && mask.height == photo.width;
  const int orientation = !exchanged ? 1 : orientation_of ? orientation_of() : read_orientation(path);
  if (orientation < 5)
    throw InputError(fmt::format("is for a picture of {}x{}, but it has {}x{}", mask.width, mask.height,
                                 photo.width, photo.height),
                     file);
  return turn_upright(std::move(mask), orientation);
}

}  // namespace

ObjectTruths::ObjectTruths(const std::string& csv, const Labels& labels, std::int64_t classes) {
  std::vector<AnnotatedImage> images = read_truth_csv(csv);
  if (classes > 0)
    resolve_classes(images, labels, classes);
  for (AnnotatedImage& image : images)
    images_.emplace(image.name, std::move(image));
}

ObjectTruths ObjectTruths::of_masks(std::string folder) {
  ObjectTruths truths;
  truths.masks_ = std::move(folder);
  return truths;
}

const AnnotatedImage* ObjectTruths::find(const std::string& path) const {
  const fs::path name = fs::path(path).filename();
  auto found = images_.find(name.string());
  if (found == images_.end())
    found = images_.find(name.stem().string());
  return found == images_.end() ? nullptr : &found->second;
}

std::string ObjectTruths::mask_of(const std::string& path) const {
  return (fs::path(masks_) / (stem_of(path) + ".png")).string();
}

bool ObjectTruths::knows(const std::string& path) const {
  std::error_code ignored;
  return masks_.empty() ? find(path) != nullptr : fs::exists(mask_of(path), ignored);
}

ObjectTruth ObjectTruths::of(const std::string& path, const Image& photo,
                             std::optional<std::int64_t>& class_index,
                             const std::function<int()>& orientation) const {
  if (!knows(path))
    return {};
  if (!masks_.empty())
    return to_mask(upright_mask(mask_of(path), path, photo, orientation));
  AnnotatedImage image = *find(path);
  if (!image.usable())
    throw InputError(image.error);
  turn_upright(image, path, photo.width, photo.height, orientation);
  if (!class_index && image.class_index >= 0)
    class_index = image.class_index;
  return image.boxes;
}

bool LowestValues::may_be_among(double value) {
  const std::lock_guard lock(mutex_);
  if (values_.size() == most_ && value > *values_.rbegin())
    return false;
  values_.insert(value);
  if (values_.size() > most_)
    values_.erase(std::prev(values_.end()));
  return true;
}

void FaithfulnessClock::add(const FaithfulnessTimes& times) {
  const std::lock_guard lock(mutex_);
  sum_.explaining += times.explaining;
  sum_.scoring += times.scoring;
  sum_.all += times.all;
  sum_.pictures += times.pictures;
}

std::string FaithfulnessClock::text() const {
  const std::lock_guard lock(mutex_);
  if (sum_.all < 1)
    return {};
  const auto percent = [&](double seconds) { return 100 * seconds / sum_.all; };
  return fmt::format(
      "of {:.0f} s of work, {:.0f} % were scores of {} changed pictures, {:.0f} % maps, {:.0f} % "
      "changing and reading pictures",
      sum_.all, percent(sum_.scoring), sum_.pictures, percent(sum_.explaining),
      percent(sum_.all - sum_.scoring - sum_.explaining));
}

FaithfulnessJudge::FaithfulnessJudge(const FaithfulnessPlan& plan, LowestValues& hardest,
                                     FaithfulnessClock& clock)
    : plan_(plan), hardest_(hardest), clock_(clock), scorer_(plan.scores),
      explainers_(plan.methods.explainers) {}

FaithfulnessImage FaithfulnessJudge::judge(JudgedInput input) {
  std::optional<std::int64_t> class_index = plan_.class_index;
  const ObjectTruth truth = plan_.truths.of(input.name, input.photo, class_index, input.orientation);
  FaithfulnessImage result{input.name, {}, {}};
  const Image shown = plan_.small_picture ? input.photo : Image();
  FaithfulnessTimes times;
  result.judged = judge_photo(scorer_, explainers_, std::move(input.photo), class_index, truth,
                              plan_.protocol, plan_.protocol.seed + input.number, times);
  clock_.add(times);
  const auto hardness = hardness_of(result.judged, plan_.methods.names);
  if (plan_.small_picture && hardness && hardest_.may_be_among(hardness->mean))
    result.picture = plan_.small_picture(shown);
  return result;
}

std::size_t FaithfulnessResults::failures() const {
  return static_cast<std::size_t>(std::count_if(
      images.begin(), images.end(), [](const FaithfulnessImage& image) { return image.failed(); }));
}

std::vector<FaithfulnessImage> run_faithfulness(const FaithfulnessRun& run, const EvaluationEvents& events) {
  std::vector<FaithfulnessImage> all;
  OrderedParallelOptions options;
  options.count = run.images.size();
  options.workers = run.workers;
  LowestValues hardest(kHardestShown);
  FaithfulnessClock clock;
  options.make_worker = [&]() -> Work {
    auto judge = std::make_shared<FaithfulnessJudge>(run.plan, hardest, clock);
    return [&, judge](std::size_t i) -> Finish {
      FaithfulnessImage result{run.images[i], {}, {}};
      try {
        result = judge->judge({run.images[i], read_image(run.images[i]), i});
      } catch (const std::exception&) {
        result.error = failure_text(std::current_exception(), run.images[i]);
      }
      return [&, result = std::move(result)] {
        if (result.failed())
          report_failure(events, result.error);
        all.push_back(result);
      };
    };
  };
  options.before = [&](std::size_t i) {
    report_progress(events, static_cast<std::int64_t>(i), static_cast<std::int64_t>(run.images.size()),
                    run.images[i]);
  };
  options.failed = [](std::size_t, const std::exception_ptr& failure) { std::rethrow_exception(failure); };
  ordered_parallel(options);
  return all;
}

}  // namespace fovea
