#include "evaluate/sanity_run.hpp"

#include "base/failure.hpp"
#include "base/ordered_parallel.hpp"
#include "evaluate/judge_photo.hpp"
#include "fovea/classify.hpp"
#include "fovea/error.hpp"
#include "fovea/model.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <utility>

namespace fovea {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostPhotosOfGroup = 256;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// A picture as the network sees it, with the maps that all others are compared with.
struct SanityImage {
  std::size_t place = 0;  ///< in the list of photos
  Tensor input;
  std::int64_t class_index = 0;
  std::int64_t other_class = 0;  ///< any but that one
  std::vector<JudgedMap> maps;   ///< one for each method
};

std::uint64_t seed_of(const SanityRun& run) {
  return run.explain.method_options.seed;
}

Explainer compile(const SanityRun& run, const SanityStage& stage) {
  ExplainOptions options = run.explain;
  options.program.shuffled_layers = stage.layers;
  options.program.shuffle_seed = seed_of(run);
  return Explainer(run.model, options);
}

SanityImage explain_image(const SanityRun& run, Explainer& explain, const SanityInput& input,
                          std::size_t place) {
  SanityImage image{place, {}, 0, 0, {}};
  const FramedPhoto photo = explain.frame(input.read());
  const Shape& shape = photo.inputs().shape();
  image.input = photo.inputs().reshaped({shape[1], shape[2], shape[3]});
  image.class_index = run.class_index ? *run.class_index : top_k(photo.scores(), 1).front().index;
  image.other_class =
      other_class_of(image.class_index, explain.program().classes(), seed_of(run), input.number);
  for (std::size_t m = 0; m < explain.method_infos().size(); ++m) {
    image.maps.push_back(judged_map(explain, image.input, image.class_index, m));
    // Maps too small to be compared are this photo's failure, and not a row of empty cells.
    (void)likeness(image.maps.back(), image.maps.back());
  }
  return image;
}

/// The similarity of an image's maps to the original ones, one for each method; none if a map could not be
/// made.
using Likenesses = std::vector<std::optional<MapLikeness>>;

Likenesses compare_image(const SanityImage& image, Explainer& explain, const SanityComparison& comparison) {
  const std::int64_t target = comparison.kind == "other_class" ? image.other_class : image.class_index;
  Likenesses row;
  for (std::size_t m = 0; m < image.maps.size(); ++m)
    try {
      row.push_back(likeness(image.maps[m], judged_map(explain, image.input, target, m)));
    } catch (const InputError&) {
      row.emplace_back();  // scores of a shuffled network may be beyond all numbers
    }
  return row;
}

std::vector<SanityComparison> comparisons_for(const std::vector<std::string>& layers, std::int64_t stages) {
  std::vector<SanityComparison> list = {{"other_class", {"another class", {}}, 0}};
  for (const SanityStage& stage : cascading_stages(layers, stages))
    list.push_back({"cascading", stage, stage.layers.size()});
  for (const SanityStage& stage : independent_stages(layers, stages)) {
    const auto at = std::find(layers.begin(), layers.end(), stage.name);
    list.push_back({"independent", stage, static_cast<std::size_t>(at - layers.begin()) + 1});
  }
  return list;
}

/// Fills the results of photos, comparison by comparison.
class Filler {
public:
  Filler(const SanityRun& run, const std::vector<SanityInput>& photos, const EvaluationEvents& events,
         const std::function<bool()>& is_stopped, std::size_t comparisons)
      : run_(run), inputs_(photos), events_(events), is_stopped_(is_stopped),
        total_(static_cast<std::int64_t>(photos.size() * (comparisons + 1))), photos_(photos.size()) {
    for (std::size_t i = 0; i < photos.size(); ++i)
      photos_[i].image = photos[i].name;
  }

  /// Maps of the network as it is.
  void explain_photos(const Explainer& explainer) {
    OrderedParallelOptions options;
    options.count = inputs_.size();
    options.workers = run_.workers;
    options.make_worker = [&]() -> Work {
      auto explain = std::make_shared<Explainer>(explainer);
      return [&, explain](std::size_t i) -> Finish {
        SanityImage image = explain_image(run_, *explain, inputs_[i], i);
        return [this, image = std::move(image)] { images_.push_back(image); };
      };
    };
    options.before = [&](std::size_t i) { tell(inputs_[i].name); };
    options.failed = [&](std::size_t i, const std::exception_ptr& failure) { fail(i, failure); };
    ordered_parallel(options);
  }

  void compare(const Explainer& explainer, const SanityComparison& comparison) {
    OrderedParallelOptions options;
    options.count = images_.size();
    options.workers = run_.workers;
    options.make_worker = [&]() -> Work {
      auto explain = std::make_shared<Explainer>(explainer);
      return [&, explain](std::size_t i) -> Finish {
        return [&found = photos_[images_[i].place].found,
                row = compare_image(images_[i], *explain, comparison)] { found.push_back(row); };
      };
    };
    options.before = [&](std::size_t i) {
      tell(comparison.stage.name + " " + inputs_[images_[i].place].name);
    };
    options.failed = [&](std::size_t i, const std::exception_ptr& failure) {
      fail(images_[i].place, failure);
      photos_[images_[i].place].found.emplace_back(explainer.method_infos().size());
    };
    ordered_parallel(options);
  }

  std::vector<SanityPhoto> take() { return std::move(photos_); }

private:
  void tell(const std::string& what) {
    if (is_stopped_ && is_stopped_())
      throw Cancelled();
    report_progress(events_, done_++, total_, what);
  }
  void fail(std::size_t place, const std::exception_ptr& failure) {
    const std::string error = failure_text(failure, inputs_[place].name);
    report_failure(events_, error);
    if (photos_[place].error.empty())
      photos_[place].error = error;
  }

  const SanityRun& run_;
  const std::vector<SanityInput>& inputs_;
  const EvaluationEvents& events_;
  const std::function<bool()>& is_stopped_;
  std::int64_t total_;
  std::int64_t done_ = 0;
  std::vector<SanityImage> images_;
  std::vector<SanityPhoto> photos_;
};

}  // namespace

void SanityGroups::learn(const SanityTimes& times, std::size_t photos) {
  const double each = std::max((times.all - times.compiling) / static_cast<double>(photos), 1e-6);
  const double wanted = 9 * times.compiling / each;
  const double size = std::clamp(wanted, static_cast<double>(2 * workers_), double{kMostPhotosOfGroup});
  size_ = static_cast<std::size_t>(std::ceil(size / static_cast<double>(workers_))) * workers_;
}

SanityCheck::SanityCheck(SanityRun run)
    : run_(std::move(run)), layers_(layers_with_weights(run_.model, run_.explain.program)) {
  if (layers_.empty())
    throw InputError("has no layer with weights that could be shuffled", run_.model.path());
  explainer_.emplace(compile(run_, {}));
}

SanityPlan SanityCheck::plan() const {
  SanityPlan plan{
      {}, static_cast<std::int64_t>(layers_.size()), comparisons_for(layers_, run_.stages), seed_of(run_)};
  for (const MethodInfo& info : explainer_->method_infos())
    plan.methods.emplace_back(info.name);
  return plan;
}

std::vector<SanityPhoto> SanityCheck::compare(const std::vector<SanityInput>& photos,
                                              const EvaluationEvents& events,
                                              const std::function<bool()>& is_stopped,
                                              SanityTimes* times) const {
  const Clock::time_point begin = Clock::now();
  const std::vector<SanityComparison> comparisons = comparisons_for(layers_, run_.stages);
  Filler filler(run_, photos, events, is_stopped, comparisons.size());
  filler.explain_photos(*explainer_);
  double compiling = 0;
  for (const SanityComparison& comparison : comparisons) {
    const Clock::time_point begin_of_compiling = Clock::now();
    const Explainer explainer =
        comparison.stage.layers.empty() ? *explainer_ : compile(run_, comparison.stage);
    compiling += seconds_since(begin_of_compiling);
    filler.compare(explainer, comparison);
  }
  if (times)
    *times = {compiling, seconds_since(begin)};
  return filler.take();
}

SanityResults SanityCheck::results(const EvaluationEvents& events) const {
  std::vector<SanityInput> inputs;
  for (const std::string& image : run_.images)
    inputs.push_back({image, [image] { return read_image(image); }, inputs.size()});
  SanitySums sums(plan());
  for (const SanityPhoto& photo : compare(inputs, events))
    sums.add(photo);
  return sums.results();
}

SanitySums::SanitySums(SanityPlan plan)
    : plan_(std::move(plan)),
      defined_(plan_.comparisons.size(), std::vector<std::vector<MapLikeness>>(plan_.methods.size())),
      undefined_(plan_.comparisons.size(), std::vector<std::int64_t>(plan_.methods.size())),
      ranks_(plan_.methods.size()) {
  results_.methods = plan_.methods;
  results_.layers = plan_.layers;
}

void SanitySums::add(const SanityPhoto& photo) {
  if (!photo.is_used()) {
    results_.failed.push_back({photo.image, photo.error});
    return;
  }
  ++results_.images;
  results_.comparison_failed = results_.comparison_failed || !photo.error.empty();
  for (std::size_t m = 0; m < plan_.methods.size(); ++m) {
    ranks_[m].emplace_back();
    for (std::size_t c = 0; c < plan_.comparisons.size(); ++c) {
      const std::optional<MapLikeness>& found = photo.found[c][m];
      if (found)
        defined_[c][m].push_back(*found);
      else
        ++undefined_[c][m];
      if (plan_.comparisons[c].kind == "cascading")
        ranks_[m].back().push_back(found ? found->rank : std::nullopt);
    }
  }
}

SanityResults SanitySums::results() const {
  SanityResults results = results_;
  for (std::size_t c = 0; c < plan_.comparisons.size(); ++c) {
    const SanityComparison& comparison = plan_.comparisons[c];
    for (std::size_t m = 0; m < plan_.methods.size(); ++m)
      results.points.push_back({plan_.methods[m], comparison.kind, comparison.stage, comparison.position,
                                mean_likeness(defined_[c][m], {.seed = plan_.seed}), undefined_[c][m]});
  }
  for (const auto& method : ranks_)
    results.cascades.push_back(cascade_rank(method, {.seed = plan_.seed}));
  return results;
}

}  // namespace fovea
