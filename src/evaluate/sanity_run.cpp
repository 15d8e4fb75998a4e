#include "evaluate/sanity_run.hpp"

#include "base/failure.hpp"
#include "base/ordered_parallel.hpp"
#include "fovea/classify.hpp"
#include "fovea/error.hpp"
#include "fovea/model.hpp"

#include <algorithm>
#include <memory>

namespace fovea {
namespace {

/// A picture as the network sees it, with the maps that all others are compared with.
struct SanityImage {
  std::string path;
  Tensor input;
  std::int64_t class_index = 0;
  std::int64_t other_class = 0;  ///< any but that one
  std::vector<JudgedMap> maps;   ///< one for each method
};

/// The other maps of a comparison: of one kind of changed network, or of another class.
struct Comparison {
  std::string kind;
  SanityStage stage;
  std::size_t position = 0;
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

/// A class other than `index`, different from image to image.
std::int64_t other_class(const SanityRun& run, std::int64_t index, std::int64_t classes, std::size_t place) {
  const auto steps =
      static_cast<std::int64_t>((seed_of(run) * 7919 + place * 104729 + 1) %
                                static_cast<std::uint64_t>(std::max<std::int64_t>(classes - 1, 1)));
  return (index + 1 + steps) % classes;
}

SanityImage explain_image(const SanityRun& run, Explainer& explain, const std::string& path,
                          std::size_t place) {
  SanityImage image{path, {}, 0, 0, {}};
  const FramedPhoto photo = explain.frame(read_image(path));
  const Shape& shape = photo.inputs().shape();
  image.input = photo.inputs().reshaped({shape[1], shape[2], shape[3]});
  image.class_index = run.class_index ? *run.class_index : top_k(photo.scores(), 1).front().index;
  image.other_class = other_class(run, image.class_index, explain.program().classes(), place);
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

Likenesses compare_image(const SanityImage& image, Explainer& explain, const Comparison& comparison) {
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

std::vector<Comparison> comparisons_for(const std::vector<std::string>& layers, std::int64_t stages) {
  std::vector<Comparison> list = {{"other_class", {"another class", {}}, 0}};
  for (const SanityStage& stage : cascading_stages(layers, stages))
    list.push_back({"cascading", stage, stage.layers.size()});
  for (const SanityStage& stage : independent_stages(layers, stages)) {
    const auto at = std::find(layers.begin(), layers.end(), stage.name);
    list.push_back({"independent", stage, static_cast<std::size_t>(at - layers.begin()) + 1});
  }
  return list;
}

/// Fills the results, comparison by comparison.
class Filler {
public:
  Filler(const SanityRun& run, const EvaluationEvents& events, std::size_t comparisons,
         SanityResults& results)
      : run_(run), events_(events), results_(results),
        total_(static_cast<std::int64_t>(run.images.size() * (comparisons + 1))) {}

  /// Maps of the network as it is.
  void explain_images(const Explainer& explainer) {
    OrderedParallelOptions options;
    options.count = run_.images.size();
    options.workers = run_.workers;
    options.make_worker = [&]() -> Work {
      auto explain = std::make_shared<Explainer>(explainer);
      return [&, explain](std::size_t i) -> Finish {
        SanityImage image = explain_image(run_, *explain, run_.images[i], i);
        return [this, image = std::move(image)] { images_.push_back(image); };
      };
    };
    options.before = [&](std::size_t) { tell(run_.images[static_cast<std::size_t>(done_)]); };
    options.failed = [&](std::size_t i, const std::exception_ptr& failure) {
      results_.failed.push_back({run_.images[i], failure_text(failure, run_.images[i])});
      report_failure(events_, results_.failed.back().error);
    };
    ordered_parallel(options);
    results_.images = static_cast<std::int64_t>(images_.size());
    ranks_.assign(explainer.method_infos().size(),
                  std::vector<std::vector<std::optional<double>>>(images_.size()));
  }

  void add_points(const Explainer& explainer, const Comparison& comparison) {
    const std::vector<Likenesses> found = compare(explainer, comparison);
    for (std::size_t m = 0; m < found.size(); ++m) {
      std::vector<MapLikeness> defined;
      for (const auto& value : found[m])
        if (value)
          defined.push_back(*value);
      for (std::size_t i = 0; comparison.kind == "cascading" && i < found[m].size(); ++i)
        ranks_[m][i].push_back(found[m][i] ? found[m][i]->rank : std::nullopt);
      results_.points.push_back({results_.methods[m], comparison.kind, comparison.stage, comparison.position,
                                 mean_likeness(defined, {.seed = seed_of(run_)}),
                                 static_cast<std::int64_t>(found[m].size() - defined.size())});
    }
  }

  void add_cascades() {
    for (const auto& method : ranks_)
      results_.cascades.push_back(cascade_rank(method, {.seed = seed_of(run_)}));
  }

private:
  void tell(const std::string& what) { report_progress(events_, done_++, total_, what); }

  /// One list for each method, of one entry for each image.
  std::vector<Likenesses> compare(const Explainer& explainer, const Comparison& comparison) {
    std::vector<Likenesses> found(explainer.method_infos().size());
    const auto add_row = [&found](const Likenesses& row) {
      for (std::size_t m = 0; m < row.size(); ++m)
        found[m].push_back(row[m]);
    };
    OrderedParallelOptions options;
    options.count = images_.size();
    options.workers = run_.workers;
    options.make_worker = [&]() -> Work {
      auto explain = std::make_shared<Explainer>(explainer);
      return [&, explain](std::size_t i) -> Finish {
        return [&add_row, row = compare_image(images_[i], *explain, comparison)] { add_row(row); };
      };
    };
    options.before = [&](std::size_t i) { tell(comparison.stage.name + " " + images_[i].path); };
    options.failed = [&](std::size_t i, const std::exception_ptr& failure) {
      report_failure(events_, failure_text(failure, images_[i].path));
      results_.comparison_failed = true;
      add_row(Likenesses(found.size()));
    };
    ordered_parallel(options);
    return found;
  }

  const SanityRun& run_;
  const EvaluationEvents& events_;
  SanityResults& results_;
  std::int64_t total_;
  std::int64_t done_ = 0;
  std::vector<SanityImage> images_;
  /// Rank correlations by method, image and stage of the cascade.
  std::vector<std::vector<std::vector<std::optional<double>>>> ranks_;
};

}  // namespace

SanityCheck::SanityCheck(SanityRun run)
    : run_(std::move(run)), layers_(layers_with_weights(run_.model, run_.explain.program)) {
  if (layers_.empty())
    throw InputError("has no layer with weights that could be shuffled", run_.model.path());
  explainer_.emplace(compile(run_, {}));
}

SanityResults SanityCheck::results(const EvaluationEvents& events) const {
  const std::vector<Comparison> comparisons = comparisons_for(layers_, run_.stages);
  SanityResults results;
  for (const MethodInfo& info : explainer_->method_infos())
    results.methods.emplace_back(info.name);
  results.layers = static_cast<std::int64_t>(layers_.size());
  Filler filler(run_, events, comparisons.size(), results);
  filler.explain_images(*explainer_);
  for (const Comparison& comparison : comparisons)
    filler.add_points(comparison.stage.layers.empty() ? *explainer_ : compile(run_, comparison.stage),
                      comparison);
  filler.add_cascades();
  return results;
}

}  // namespace fovea
