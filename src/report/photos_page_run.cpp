#include "report/photos_page_run.hpp"

#include "base/check.hpp"
#include "base/fingerprint.hpp"
#include "batch/photo_data.hpp"
#include "evaluate/photo_runs.hpp"
#include "evaluate/settings.hpp"
#include "fovea/batch.hpp"
#include "fovea/error.hpp"
#include "report/page_run.hpp"
#include "report/report_summary.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <memory>

namespace fovea {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

template <class T>
Json to_json(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}
template <class T>
std::optional<T> optional_in(const Json& json) {
  return json.is_null() ? std::nullopt : std::optional(json.get<T>());
}

Json json_of(const PhotoEntry& entry) {
  Json json = {{"has_truth", entry.has_truth}, {"agree", entry.agree}, {"answers", Json::array()}};
  for (const PhotoAnswer& answer : entry.answers)
    json["answers"].push_back({{"best", answer.best},
                               {"class", answer.explained_class},
                               {"probability", to_json(answer.probability)},
                               {"truth", to_json(answer.truth)},
                               {"rank", answer.rank}});
  return json;
}

PhotoEntry entry_in(const Json& data) {
  PhotoEntry entry;
  entry.has_truth = data.at("has_truth").get<bool>();
  entry.agree = data.at("agree").get<bool>();
  for (const Json& answer : data.at("answers"))
    entry.answers.push_back({answer.at("best").get<std::int64_t>(), answer.at("class").get<std::int64_t>(),
                             optional_in<double>(answer.at("probability")),
                             optional_in<std::int64_t>(answer.at("truth")),
                             answer.at("rank").get<std::int64_t>()});
  entry.json = data.at("block").get<std::string>();
  return entry;
}

/// The numbers of all photos.
ReportSummary summary_of(const ResultStore& store, std::size_t networks) {
  ReportSummary summary;
  summary.networks.resize(networks);
  for_each_photo(store, [&](const PhotoData& photo) {
    if (photo.data.is_null())
      return summary.left_out.push_back({photo.image, without_path(photo.error, photo.image)});
    const PhotoEntry entry = entry_in(photo.data);
    FOVEA_CHECK(entry.answers.size() == networks, "the data are of {} networks: expected {}",
                entry.answers.size(), networks);
    summary.count(entry);
  });
  return summary;
}

}  // namespace

PhotosPageRun::PhotosPageRun(const std::vector<ReportNetwork>& networks, const ReportOptions& options,
                             const ReportEvents& events)
    : networks_(told_apart(networks)), options_(options), events_(events),
      entries_(networks_, options, events) {
  for (const ReportNetwork& network : networks_)
    check_true_classes(network, options.truth);
}

PhotoWorker PhotosPageRun::worker() const {
  auto explain = std::make_shared<std::vector<ReportExplainers>>();
  for (const ReportNetwork& network : networks_)
    explain->push_back(network.explainers);
  return [this, explain](const Picture& picture) { return result_of(*explain, picture); };
}

PhotoResult PhotosPageRun::result_of(std::vector<ReportExplainers>& explain, const Picture& picture) const {
  PhotoResult result;
  PhotoPictures pictures(options_, result);
  const PhotoEntry entry = entries_.entry(
      explain, photo_task(picture, options_.truth, networks_), read_picture(picture),
      [&](const std::string& name, const std::string& bytes) { return pictures.add(name, bytes); });
  result.data = pictures.data(json_of(entry), entry.json);
  return result;
}

Json PhotosPageRun::settings() const {
  Json json = Json::object();
  if (networks_.size() > 1)
    json["compared"] = settings_json(networks_.back().network);
  // Data name their pictures by the folder that has the page's name.
  if (options_.split)
    json["page"] = fs::path(options_.file).filename().string();
  if (options_.truth.empty())
    return json;
  Fingerprint truth;
  for (const std::optional<TrueClass>& one : options_.truth.of_photo)
    truth.add(one ? one->text() : "").add(std::string_view("\0", 1));
  json["truth"] = truth.text();
  return json;
}

ReportOutcome PhotosPageRun::write(const ResultStore& store,
                                   const std::vector<std::string>& other_files) const try {
  ReportSummary summary = summary_of(store, networks_.size());
  const bool has_truth = !options_.truth.empty() || summary.without_truth < summary.photos;
  FOVEA_CHECK(summary.photos > 0, "no page is written, since none of the pictures can be shown");
  ReportOutcome outcome;
  outcome.failed = summary.left_out.size();
  for (const std::string& path : other_files)
    summary.left_out.push_back(not_a_picture(path));
  Page page(options_.file, page_title(options_, networks_),
            options_.split ? Page::Pictures::Beside : Page::Pictures::Inside);
  add_settings(page, options_, networks_, has_truth);
  for_each_photo(store, [&](const PhotoData& photo) {
    if (!photo.data.is_null())
      add_photo(page, photo.data);
  });
  finish_page(page, options_, networks_, summary, has_truth, events_, outcome);
  return outcome;
} catch (const Json::exception&) {
  throw InputError("is damaged: make the results anew with --force", store.files().data);
}

}  // namespace fovea
