#include "evaluate/localization_run.hpp"

#include "base/json.hpp"
#include "base/ordered_parallel.hpp"
#include "evaluate/settings.hpp"
#include "fovea/library.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace fovea {
namespace {

namespace fs = std::filesystem;

std::string failure_of(const ImageResult& result) {
  const bool is_named = result.error.find(result.name) != std::string::npos;
  return is_named ? result.error : result.name + ": " + result.error;
}

}  // namespace

bool TruthSource::is_devkit() const {
  std::error_code error;
  return fs::is_directory(path, error);
}

std::vector<AnnotatedImage> read_truth(const TruthSource& source) {
  if (!source.is_devkit())
    return read_truth_csv(source.path);
  DevkitFiles files = source.devkit;
  files.annotations = source.path;
  return read_devkit_truth(files);
}

nlohmann::ordered_json localization_settings(const Network& network, const LocalizationNames& names,
                                             const MethodOptions& method,
                                             const LocalizationProtocol& protocol, Crops crops,
                                             const std::vector<AnnotatedImage>& truth, const Shard& shard) {
  const LocalizeOptions& options = protocol.localize;
  nlohmann::ordered_json json = {{"fovea", build_info().version}};
  json.update(settings_json(network));
  json.update(
      {{"precision", names.precision},
       {"method", names.method},
       {"method_options", settings_json(method)},
       {"crops",
        crops == Crops::Whole ? nlohmann::ordered_json("whole") : nlohmann::ordered_json(crop_count(crops))},
       {"preset", names.preset},
       {"smoothing", options.smoothing},
       {"quantiles", {100 * options.seeds.foreground_quantile, 100 * options.seeds.background_quantile}},
       {"prior", options.prior ? options.prior->steepness : 0.0},
       {"level", options.prior ? options.prior->level : 0.0},
       {"colour_weight", options.prior ? options.prior->colour_weight : options.segment.colour_weight},
       {"smoothness", options.prior ? options.prior->smoothness : options.segment.smoothness},
       {"cuts", options.segment.iterations},
       {"box", name_of(options.box)},
       {"box_level", options.prior ? options.box_level : 0.0},
       {"star", options.star.has_value()},
       {"max_side", options.max_side},
       {"guesses", protocol.guesses},
       {"truth", {{"images", truth.size()}, {"fingerprint", fingerprint(truth)}}}});
  if (shard.of > 1)
    json["shard"] = {{"number", shard.number}, {"of", shard.of}};
  return nlohmann::ordered_json::parse(json_text(json));
}

void run_localization(const LocalizationRun& run, Journal& journal, const EvaluationEvents& events) {
  const std::size_t done = journal.done();
  const auto total = static_cast<std::int64_t>(run.places.size());
  const auto image_of = [&](std::size_t i) -> const AnnotatedImage& {
    return run.truth[static_cast<std::size_t>(run.places[done + i])];
  };
  OrderedParallelOptions options;
  options.count = run.places.size() - done;
  options.workers = run.workers;
  options.make_worker = [&]() -> Work {
    auto explain = std::make_shared<Explainer>(run.explainer);
    return [&, explain](std::size_t i) -> Finish {
      ImageResult result = evaluate_image(*explain, image_of(i), run.folder, run.protocol);
      result.index = run.places[done + i];
      return [&, result] {
        if (result.failed())
          report_failure(events, failure_of(result));
        journal.add(result);
      };
    };
  };
  options.before = [&](std::size_t i) {
    report_progress(events, static_cast<std::int64_t>(done + i), total, image_of(i).name);
  };
  options.failed = [](std::size_t, const std::exception_ptr& failure) { std::rethrow_exception(failure); };
  ordered_parallel(options);
}

}  // namespace fovea
