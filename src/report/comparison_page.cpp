#include "report/comparison_page.hpp"

#include "base/atomic_file.hpp"
#include "base/check.hpp"
#include "base/json.hpp"
#include "batch/photo_data.hpp"
#include "evaluate/compare_photo.hpp"
#include "evaluate/comparison_data.hpp"
#include "evaluate/photo_runs.hpp"
#include "evaluate/settings.hpp"
#include "fovea/decode_image.hpp"
#include "fovea/error.hpp"
#include "report/comparison_blocks.hpp"
#include "report/page_run.hpp"
#include "report/report_summary.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <utility>

namespace fovea {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

ComparedNetwork described(const ReportNetwork& network) {
  return {network.title(), fs::path(network.network.model.path()).filename().string(),
          network.explainers.maps.program().classes(), network.network.labels};
}

ClassMatching matching_of(const std::vector<ReportNetwork>& networks) {
  return match_classes(networks[0].network.labels, networks[0].explainers.maps.program().classes(),
                       networks[1].network.labels, networks[1].explainers.maps.program().classes());
}

/// The task of a picture with its true class in the first network, and the matching one in the second.
PhotoTask compared_task(const Picture& picture, const ClassTruth& truth, const ReportNetwork& first,
                        const ClassMatching& classes) {
  PhotoTask task = photo_task(picture, truth, {first});
  if (!task.truths.empty()) {
    const std::optional<std::int64_t> known = task.truths.front();
    task.truths.push_back(known ? classes.second_of[static_cast<std::size_t>(*known)] : std::nullopt);
  }
  return task;
}

std::string title_of_page(const std::vector<ReportNetwork>& networks) {
  return fs::path(networks[0].title()).stem().string() + " and " +
         fs::path(networks[1].title()).stem().string() + ": comparison";
}

void write_files(Page& page, const NetworkComparisonOutcome& outcome, const std::string& file) {
  const std::vector<std::string> files = comparison_files(file);
  AtomicFile table(files[1]), json(files[2]);
  table.write(comparison_csv(outcome.results));
  json.write(json_text(comparison_json(outcome.results, outcome.methods, outcome.gate)) + "\n");
  page.finish();
  table.commit();
  json.commit();
}

}  // namespace

/// What one thread needs.
struct ComparisonRun::Worker {
  Explainer first, second;
  LayerComparer layers;
};

std::vector<std::string> comparison_files(const std::string& page) {
  return {page, fs::path(page).replace_extension(".csv").string(),
          fs::path(page).replace_extension(".json").string()};
}

ComparisonRun::ComparisonRun(const std::vector<ReportNetwork>& networks,
                             const NetworkComparisonOptions& options, const ReportEvents& events)
    : networks_(told_apart(networks)), options_(options), events_(events) {
  FOVEA_CHECK(networks.size() == 2, "a comparison of {} networks: expected two", networks.size());
  empty_.networks = {described(networks_[0]), described(networks_[1])};
  for (const MethodInfo& info : networks_[0].explainers.maps.method_infos())
    empty_.methods.emplace_back(info.name);
  empty_.classes = matching_of(networks_);
  empty_.settings = options.settings;
  empty_.seed = options.seed;
  if (options.target && !empty_.classes.second_of[static_cast<std::size_t>(*options.target)])
    throw InputError(fmt::format("the network {} has no class that is '{}' of {}", networks_[1].title(),
                                 networks_[0].network.labels.name(*options.target), networks_[0].title()));
  check_true_classes(networks_[0], options.page.truth);
  layers_ =
      plan_layers(networks_[0].explainers.maps, networks_[0].network.model, networks_[1].explainers.maps,
                  networks_[1].network.model, static_cast<std::size_t>(options.layers));
}

PhotoWorker ComparisonRun::worker() const {
  auto worker = std::make_shared<Worker>(
      Worker{networks_[0].explainers.maps, networks_[1].explainers.maps, LayerComparer(layers_)});
  return [this, worker](const Picture& picture) { return result_of(*worker, picture); };
}

PhotoResult ComparisonRun::result_of(Worker& worker, const Picture& picture) const {
  const PhotoTask task = compared_task(picture, options_.page.truth, networks_[0], empty_.classes);
  const Image photo = read_picture(picture);
  ComparisonTask comparison;
  comparison.target = options_.target;
  std::optional<std::int64_t> ignored;
  comparison.truth =
      options_.places.of(picture.name, photo, ignored,
                         picture.bytes ? [&] { return decode_orientation(*picture.bytes, picture.name); }
                                       : std::function<int()>());
  for (std::size_t k = 0; k < task.truths.size(); ++k)
    comparison.true_class[k] = task.truths[k];
  ComparedPhoto compared = compare_photo(worker.first, worker.second, empty_.classes, photo, comparison);
  PhotoComparison& numbers = compared.numbers;
  numbers.image = picture.name;
  for (std::size_t k = 0; events_.scored && k < 2; ++k)
    events_.scored(k, compared.framed[k].scores().scores);
  if (numbers.target[1])
    numbers.layers = worker.layers.compare(compared.framed[0], compared.framed[1],
                                           {numbers.target[0]->index, numbers.target[1]->index});
  PhotoResult result;
  PhotoPictures pictures(options_.page, result);
  const std::string block = compared_photo_block(
      [&](const std::string& name, const std::string& bytes) { return pictures.add(name, bytes); }, compared,
      task, networks_, options_);
  result.data = pictures.data({{"numbers", photo_json(empty_.networks, empty_.methods, numbers)},
                               {"layers", layers_data(numbers.layers)}},
                              block);
  return result;
}

Json ComparisonRun::settings() const {
  Json json = {{"second", settings_json(networks_[1].network)}};
  // Data name their pictures by the folder that has the page's name.
  if (options_.page.split)
    json["page"] = fs::path(options_.page.file).filename().string();
  return json;
}

ComparisonResults ComparisonRun::results_of(const ResultStore& store) const {
  ComparisonResults results = empty_;
  for_each_photo(store, [&](const PhotoData& photo) {
    if (photo.data.is_null()) {
      results.photos.emplace_back();
      results.photos.back().image = photo.image;
      results.photos.back().error = photo.error;
    } else {
      results.photos.push_back(
          photo_comparison(photo.data.at("numbers"), photo.data.at("layers"), results.methods));
    }
  });
  results.layers = mean_agreement(layers_, results.photos);
  return results;
}

NetworkComparisonOutcome ComparisonRun::write(const ResultStore& store,
                                              const std::vector<std::string>& other_files) const try {
  NetworkComparisonOutcome outcome;
  outcome.results = results_of(store);
  const ComparisonResults& results = outcome.results;
  FOVEA_CHECK(results.failures() < results.photos.size(),
              "no page is written, since none of the pictures can be compared");
  outcome.methods = summarize(results);
  outcome.gate = check_gate(results, outcome.methods, options_.gate);
  outcome.left_out = results.failures() + other_files.size();
  const ReportOptions& page_options = options_.page;
  Page page(page_options.file, page_options.title.empty() ? title_of_page(networks_) : page_options.title,
            page_options.split ? Page::Pictures::Beside : Page::Pictures::Inside);
  add_settings(page, page_options, networks_, results.accuracy(0).of > 0);
  for_each_photo(store, [&](const PhotoData& photo) {
    if (!photo.data.is_null())
      add_photo(page, photo.data);
  });
  add_comparison_blocks(page, outcome, networks_, other_files, options_);
  write_files(page, outcome, page_options.file);
  return outcome;
} catch (const Json::exception&) {
  throw InputError("is damaged: make the results anew with --force", store.files().data);
}

}  // namespace fovea
