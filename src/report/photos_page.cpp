#include "report/photos_page.hpp"

#include "base/check.hpp"
#include "base/failure.hpp"
#include "fovea/batch.hpp"
#include "fovea/error.hpp"
#include "report/photo_entry.hpp"
#include "report/report_summary.hpp"
#include "report/true_classes.hpp"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// Files that cannot be shown, noted by workers as they meet them.
class LeftOut {
public:
  void note(std::size_t place, const std::string& path, const std::string& why) {
    const std::lock_guard lock(mutex_);
    files_[place] = {path, why};
  }

  std::vector<LeftOutFile> in_order() const {
    std::vector<LeftOutFile> list;
    for (const auto& [place, file] : files_)
      list.push_back(file);
    return list;
  }

private:
  std::map<std::size_t, LeftOutFile> files_;
  std::mutex mutex_;
};

std::vector<PhotoTask> tasks_of(const std::vector<std::string>& photos,
                                const std::vector<ReportNetwork>& networks, const ClassTruth& truth) {
  FOVEA_CHECK(truth.empty() || truth.of_photo.size() == photos.size(),
              "{} photos with true classes of {}: expected as many", photos.size(), truth.of_photo.size());
  std::vector<TrueClasses> classes(networks.begin(), networks.end());
  std::vector<PhotoTask> tasks;
  for (std::size_t i = 0; i < photos.size(); ++i) {
    PhotoTask& task = tasks.emplace_back();
    task.path = photos[i];
    // No other photo's names begin with this stem.
    task.stem = fmt::format("{:05}-{}", i + 1, stem_of(photos[i]));
    if (!truth.empty() && truth.of_photo[i]) {
      task.truth = truth.of_photo[i];
      for (TrueClasses& network : classes)
        task.truths.push_back(network.of(*task.truth));
    }
  }
  for (const TrueClasses& network : classes)
    network.check();
  return tasks;
}

/// The page's photos, one after another.
class PhotosRun {
public:
  PhotosRun(const std::vector<PhotoTask>& tasks, const std::vector<ReportNetwork>& networks,
            const PhotoEntries& entries, Page& page)
      : tasks_(tasks), networks_(networks), entries_(entries), page_(page) {
    summary_.networks.resize(networks.size());
  }

  /// One worker's work.
  FileWorker worker() {
    std::vector<ReportExplainers> own;
    for (const ReportNetwork& network : networks_)
      own.push_back(network.explainers);
    auto explain = std::make_shared<std::vector<ReportExplainers>>(std::move(own));
    return [this, explain](std::size_t i) -> DeliverResult {
      if (lost_)
        return [] {};
      const PhotoTask& task = tasks_[i];
      try {
        const AddPicture add_picture = [this](const std::string& name, const std::string& bytes) {
          return page_.add_picture(name, bytes);
        };
        return [this, entry = entries_.entry(*explain, task, read_image(task.path), add_picture)] {
          add(entry);
        };
      } catch (const OutputError&) {
        lost_ = true;
        throw;
      }
    };
  }

  bool is_lost() const { return lost_; }

  /// Notes a file that failed, be it before a worker saw it. `message` names it.
  void leave_out(std::size_t i, const std::string& message) {
    left_out_.note(i, tasks_[i].path, without_path(message, tasks_[i].path));
  }

  ReportSummary summary() const {
    ReportSummary summary = summary_;
    summary.left_out = left_out_.in_order();
    return summary;
  }

private:
  void add(const PhotoEntry& entry) {
    if (lost_)
      return;
    try {
      page_.add_block("photo", entry.json);
    } catch (const OutputError&) {
      lost_ = true;
      throw;
    }
    summary_.count(entry);
  }

  const std::vector<PhotoTask>& tasks_;
  const std::vector<ReportNetwork>& networks_;
  const PhotoEntries& entries_;
  Page& page_;
  ReportSummary summary_;
  LeftOut left_out_;
  std::atomic<bool> lost_ = false;  ///< a file could not be written: no page either
};

}  // namespace

std::string without_path(const std::string& text, const std::string& path) {
  const std::string start = path + ": ";
  return text.starts_with(start) ? text.substr(start.size()) : text;
}

LeftOutFile not_a_picture(const std::string& path) {
  return {path, "not a picture, by its name"};
}

std::vector<ReportNetwork> told_apart(std::vector<ReportNetwork> networks) {
  FOVEA_CHECK(networks.size() == 1 || networks.size() == 2, "a page of {} networks: expected one or two",
              networks.size());
  if (networks.size() == 2 && networks[0].title() == networks[1].title())
    for (std::size_t k = 0; k < 2; ++k)
      networks[k].name = fmt::format("{} ({})", networks[k].title(), k + 1);
  return networks;
}

std::string page_title(const ReportOptions& options, const std::vector<ReportNetwork>& networks) {
  if (!options.title.empty())
    return options.title;
  std::string title;
  for (const ReportNetwork& network : networks)
    title += (title.empty() ? "" : " and ") + fs::path(network.title()).stem().string();
  return title + ": maps";
}

std::string ReportNetwork::title() const {
  return fs::path(name.empty() ? network.model.path() : name).filename().string();
}

ReportOutcome write_photos_page(const std::vector<std::string>& photos,
                                const std::vector<std::string>& other_files,
                                const std::vector<ReportNetwork>& given, const ReportOptions& options,
                                const ReportEvents& events) {
  const std::vector<ReportNetwork> networks = told_apart(given);
  const auto begin = std::chrono::steady_clock::now();
  const std::vector<PhotoTask> tasks = tasks_of(photos, networks, options.truth);
  Page page(options.file, page_title(options, networks),
            options.split ? Page::Pictures::Beside : Page::Pictures::Inside);
  const bool has_truth = !options.truth.empty();
  add_settings(page, options, networks, has_truth);
  const PhotoEntries entries(networks, options, events);
  PhotosRun run(tasks, networks, entries, page);
  FileBatchOptions batch;
  batch.workers = options.workers;
  batch.before = [&](std::size_t i) {
    if (events.progress)
      events.progress(static_cast<std::int64_t>(i), static_cast<std::int64_t>(photos.size()), photos[i]);
  };
  batch.failed = [&](std::size_t i, const std::string& message) {
    run.leave_out(i, message);
    if (events.failed)
      events.failed(message);
  };
  ReportOutcome outcome;
  outcome.failed = for_each_file(
      photos, [&] { return run.worker(); }, batch);
  outcome.is_written = !run.is_lost();
  if (!outcome.is_written)
    return outcome;
  ReportSummary summary = run.summary();
  FOVEA_CHECK(summary.photos > 0, "no page is written, since none of the pictures can be shown");
  FOVEA_ASSERT(static_cast<std::size_t>(summary.photos) + summary.left_out.size() == photos.size());
  for (const std::string& path : other_files)
    summary.left_out.push_back(not_a_picture(path));
  summary.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  finish_page(page, options, networks, summary, has_truth, events, outcome);
  return outcome;
}

}  // namespace fovea
