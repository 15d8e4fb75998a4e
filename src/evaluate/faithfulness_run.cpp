#include "evaluate/faithfulness_run.hpp"

#include "base/failure.hpp"
#include "base/ordered_parallel.hpp"
#include "fovea/batch.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// The picture of a mask, which may have been drawn on the photo as it is stored: then it has the photo's
/// sides exchanged.
Image upright_mask(const std::string& file, const std::string& path, const Image& photo) {
  Image mask = read_image(file);
  if (mask.width == photo.width && mask.height == photo.height)
    return mask;
  const bool exchanged = mask.width == photo.height && mask.height == photo.width;
  const int orientation = exchanged ? read_orientation(path) : 1;
  if (orientation < 5)
    throw InputError(fmt::format("is for a picture of {}x{}, but it has {}x{}", mask.width, mask.height,
                                 photo.width, photo.height),
                     file);
  return turn_upright(std::move(mask), orientation);
}

/// The state of one worker.
struct Worker {
  explicit Worker(const FaithfulnessRun& run) : scorer(run.scores), explain(run.explainer) {}
  Session scorer;
  Explainer explain;
};

FaithfulnessImage judge(const FaithfulnessRun& run, Worker& worker, std::size_t i) {
  FaithfulnessImage result{run.images[i], {}, {}};
  try {
    Image photo = read_image(result.image);
    std::optional<std::int64_t> class_index = run.class_index;
    const ObjectTruth truth = run.truths.of(result.image, photo, class_index);
    result.judged = judge_photo(worker.scorer, worker.explain, std::move(photo), class_index, truth,
                                run.protocol, run.protocol.seed + i);
  } catch (const std::exception&) {
    result.error = failure_text(std::current_exception(), result.image);
  }
  return result;
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
                             std::optional<std::int64_t>& class_index) const {
  if (!knows(path))
    return {};
  if (!masks_.empty())
    return to_mask(upright_mask(mask_of(path), path, photo));
  AnnotatedImage image = *find(path);
  if (!image.usable())
    throw InputError(image.error);
  turn_upright(image, path, photo.width, photo.height);
  if (!class_index && image.class_index >= 0)
    class_index = image.class_index;
  return image.boxes;
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
  options.make_worker = [&]() -> Work {
    auto worker = std::make_shared<Worker>(run);
    return [&, worker](std::size_t i) -> Finish {
      return [&, result = judge(run, *worker, i)] {
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
