#include "report/comparison_page.hpp"

#include "base/atomic_file.hpp"
#include "base/check.hpp"
#include "base/json.hpp"
#include "base/read_file.hpp"
#include "batch/photo_data.hpp"
#include "evaluate/compare_photo.hpp"
#include "evaluate/comparison_data.hpp"
#include "evaluate/photo_runs.hpp"
#include "evaluate/settings.hpp"
#include "fovea/batch.hpp"
#include "fovea/decode_image.hpp"
#include "fovea/error.hpp"
#include "fovea/library.hpp"
#include "report/comparison_blocks.hpp"
#include "report/page_run.hpp"
#include "report/report_summary.hpp"

#include <fmt/format.h>

#include <exception>
#include <filesystem>
#include <functional>
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

/// What the results depend on besides the photos.
Json shown_settings(const std::vector<ReportNetwork>& networks, const std::vector<std::string>& methods,
                    const NetworkComparisonOptions& options) {
  return {{"fovea", build_info().version},
          {"methods", methods},
          {"class", options.target ? networks[0].network.labels.name(*options.target) : "auto"},
          {"crops", name_of(options.crops)},
          {"layers", options.layers},
          {"precision", name_of(networks[0].explainers.maps.program().options().precision)},
          {"method_options", settings_json(options.method_options)},
          {"first", settings_json(networks[0].network)},
          {"second", settings_json(networks[1].network)}};
}

PhotoComparison failed_photo(const std::string& image, const std::string& error) {
  PhotoComparison photo;
  photo.image = image;
  photo.error = error;
  return photo;
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

/// What one photo gives.
struct ComparisonRun::Compared {
  PhotoComparison numbers;
  std::string block;  ///< of the page
};

std::vector<std::string> comparison_files(const std::string& page) {
  return {page, fs::path(page).replace_extension(".csv").string(),
          fs::path(page).replace_extension(".json").string()};
}

bool passed_gate(const std::string& page) {
  constexpr std::size_t most_bytes = std::size_t{1} << 30;
  const std::string file = comparison_files(page)[2];
  const Json json = parse_json(read_file(file, most_bytes), file);
  const Json::json_pointer place("/gate/passed");
  FOVEA_CHECK(json.is_object() && json.contains(place) && json[place].is_boolean(),
              "{}: does not say whether the gate of the comparison was passed", file);
  return json[place].get<bool>();
}

ComparisonRun::ComparisonRun(const std::vector<ReportNetwork>& networks,
                             const NetworkComparisonOptions& options, const ReportEvents& events)
    : networks_(told_apart(networks)), options_(options), events_(events) {
  FOVEA_CHECK(networks.size() == 2, "a comparison of {} networks: expected two", networks.size());
  empty_.networks = {described(networks_[0]), described(networks_[1])};
  for (const MethodInfo& info : networks_[0].explainers.maps.method_infos())
    empty_.methods.emplace_back(info.name);
  empty_.classes = matching_of(networks_);
  empty_.settings = shown_settings(networks_, empty_.methods, options);
  empty_.seed = options.method_options.seed;
  if (options.target && !empty_.classes.second_of[static_cast<std::size_t>(*options.target)])
    throw InputError(fmt::format("the network {} has no class that is '{}' of {}", networks_[1].title(),
                                 networks_[0].network.labels.name(*options.target), networks_[0].title()));
  check_true_classes(networks_[0], options.page.truth);
  layers_ =
      plan_layers(networks_[0].explainers.maps, networks_[0].network.model, networks_[1].explainers.maps,
                  networks_[1].network.model, static_cast<std::size_t>(options.layers));
}

std::shared_ptr<ComparisonRun::Worker> ComparisonRun::make_worker() const {
  return std::make_shared<Worker>(
      Worker{networks_[0].explainers.maps, networks_[1].explainers.maps, LayerComparer(layers_)});
}

ComparisonRun::Compared ComparisonRun::compare_one(Worker& worker, const Picture& picture,
                                                   const AddPicture& add_picture) const {
  const PhotoTask task = compared_task(picture, options_.page.truth, networks_[0], empty_.classes);
  const Image photo = read_picture(picture);
  ComparisonTask comparison;
  comparison.target = options_.target;
  std::optional<std::int64_t> ignored;
  std::function<int()> orientation;
  if (picture.bytes)
    orientation = [&] { return decode_orientation(*picture.bytes, picture.name); };
  comparison.truth = options_.places.of(picture.name, photo, ignored, orientation);
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
  std::string block;
  if (add_picture)
    block = compared_photo_block(add_picture, compared, task, networks_, options_);
  return {std::move(numbers), std::move(block)};
}

PhotoWorker ComparisonRun::worker() const {
  return [this, worker = make_worker()](const Picture& picture) {
    PhotoResult result;
    PhotoPictures pictures(options_.page, result);
    const Compared compared =
        compare_one(*worker, picture, [&](const std::string& name, const std::string& bytes) {
          return pictures.add(name, bytes);
        });
    result.data = pictures.data({{"numbers", photo_json(empty_.networks, empty_.methods, compared.numbers)},
                                 {"layers", layers_data(compared.numbers.layers)}},
                                compared.block);
    return result;
  };
}

Json ComparisonRun::settings() const {
  Json json = {{"second", settings_json(networks_[1].network)}};
  // Data name their pictures by the folder that has the page's name.
  if (options_.page.split)
    json["page"] = fs::path(options_.page.file).filename().string();
  return json;
}

ComparisonResults ComparisonRun::results_in(const ResultStore& store) const {
  ComparisonResults results = empty_;
  for_each_photo(store, [&](const PhotoData& photo) {
    results.photos.push_back(
        photo.data.is_null()
            ? failed_photo(photo.image, photo.error)
            : photo_comparison(photo.data.at("numbers"), photo.data.at("layers"), results.methods));
  });
  return results;
}

std::unique_ptr<Page> ComparisonRun::begin_page(bool has_truth) const {
  const ReportOptions& options = options_.page;
  auto page =
      std::make_unique<Page>(options.file, options.title.empty() ? title_of_page(networks_) : options.title,
                             options.split ? Page::Pictures::Beside : Page::Pictures::Inside);
  add_settings(*page, options, networks_, has_truth);
  return page;
}

NetworkComparisonOutcome ComparisonRun::finish(ComparisonResults results, Page* page,
                                               const std::vector<std::string>& other_files) const {
  FOVEA_CHECK(results.failures() < results.photos.size(), "none of the pictures can be compared");
  results.layers = mean_agreement(layers_, results.photos);
  NetworkComparisonOutcome outcome;
  outcome.methods = summarize(results);
  outcome.gate = check_gate(results, outcome.methods, options_.gate);
  outcome.left_out = results.failures() + other_files.size();
  outcome.results = std::move(results);
  if (page) {
    add_comparison_blocks(*page, outcome, networks_, other_files, options_);
    write_files(*page, outcome, options_.page.file);
  }
  return outcome;
}

NetworkComparisonOutcome ComparisonRun::write(const ResultStore& store,
                                              const std::vector<std::string>& other_files) const try {
  ComparisonResults results = results_in(store);
  const std::unique_ptr<Page> page = begin_page(results.accuracy(0).of > 0);
  for_each_photo(store, [&](const PhotoData& photo) {
    if (!photo.data.is_null())
      add_photo(*page, photo.data);
  });
  return finish(std::move(results), page.get(), other_files);
} catch (const Json::exception&) {
  throw InputError("is damaged: make the results anew with --force", store.files().data);
}

NetworkComparisonOutcome ComparisonRun::compare(const std::vector<std::string>& photos,
                                                const std::vector<std::string>& other_files,
                                                std::size_t workers) const {
  const std::unique_ptr<Page> page =
      options_.page.file.empty() ? nullptr : begin_page(!options_.page.truth.empty());
  AddPicture add_picture;
  if (page)
    add_picture = [&](const std::string& name, const std::string& bytes) {
      return page->add_picture(name, bytes);
    };
  ComparisonResults results = empty_;
  FileBatchOptions batch;
  batch.workers = workers;
  batch.before = [&](std::size_t i) {
    if (events_.progress)
      events_.progress(static_cast<std::int64_t>(i), static_cast<std::int64_t>(photos.size()), photos[i]);
  };
  batch.failed = [&](std::size_t i, const std::string& message) {
    results.photos.push_back(failed_photo(photos[i], message));
    if (events_.failed)
      events_.failed(message);
  };
  const auto make_file_worker = [&]() -> FileWorker {
    return [&, worker = make_worker()](std::size_t i) -> DeliverResult {
      Picture picture;
      picture.place.input = static_cast<std::int64_t>(i);
      picture.name = photos[i];
      try {
        auto compared = std::make_shared<Compared>(compare_one(*worker, picture, add_picture));
        return [&, compared] {
          if (page)
            page->add_block("photo", compared->block);
          results.photos.push_back(std::move(compared->numbers));
        };
      } catch (const OutputError&) {  // a picture of the page cannot be written: no page either
        return [error = std::current_exception()] { std::rethrow_exception(error); };
      }
    };
  };
  for_each_file(photos, make_file_worker, batch);
  return finish(std::move(results), page.get(), other_files);
}

}  // namespace fovea
