#include "report/photos_page.hpp"

#include "base/check.hpp"
#include "base/failure.hpp"
#include "fovea/batch.hpp"
#include "fovea/error.hpp"
#include "report/photo_entry.hpp"
#include "report/report_summary.hpp"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <filesystem>
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

/// An error's text without the file's name in front, which stands beside it.
std::string without_path(const std::string& text, const std::string& path) {
  const std::string start = path + ": ";
  return text.starts_with(start) ? text.substr(start.size()) : text;
}

/// A stem for the names of a picture's files that no other photo's names begin with.
std::vector<std::string> stems_of(const std::vector<std::string>& photos) {
  std::vector<std::string> stems;
  for (std::size_t i = 0; i < photos.size(); ++i)
    stems.push_back(fmt::format("{:05}-{}", i + 1, stem_of(photos[i])));
  return stems;
}

/// The page's photos, one after another.
class PhotosRun {
public:
  PhotosRun(const std::vector<std::string>& photos, const PhotoEntries& entries, Page& page)
      : photos_(photos), stems_(stems_of(photos)), entries_(entries), page_(page) {}

  /// One worker's work.
  FileWorker worker(const ReportExplainers& explainers) {
    auto explain = std::make_shared<ReportExplainers>(explainers);
    return [this, explain](std::size_t i) -> DeliverResult {
      if (lost_)
        return [] {};
      try {
        return [this, entry = entries_.entry(*explain, photos_[i], stems_[i])] { add(entry); };
      } catch (const OutputError&) {
        lost_ = true;
        throw;
      } catch (const std::exception&) {
        const std::string why = failure_text(std::current_exception(), photos_[i]);
        left_out_.note(i, photos_[i], without_path(why, photos_[i]));
        throw;
      }
    };
  }

  bool is_lost() const { return lost_; }
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
    ++summary_.photos_of_class[entry.target_class];
    ++summary_.photos;
    if (entry.probability)
      summary_.probabilities.push_back(*entry.probability);
  }

  const std::vector<std::string>& photos_;
  std::vector<std::string> stems_;
  const PhotoEntries& entries_;
  Page& page_;
  ReportSummary summary_;
  LeftOut left_out_;
  std::atomic<bool> lost_ = false;  ///< a file could not be written: no page either
};

}  // namespace

ReportOutcome write_photos_page(const std::vector<std::string>& photos,
                                const std::vector<std::string>& other_files, const Network& network,
                                const ReportExplainers& explainers, const ReportOptions& options,
                                const ReportEvents& events) {
  const auto begin = std::chrono::steady_clock::now();
  const std::string title =
      !options.title.empty() ? options.title : fs::path(network.model.path()).stem().string() + ": maps";
  Page page(options.file, title, options.split ? Page::Pictures::Beside : Page::Pictures::Inside);
  add_settings(page, options, explainers.maps.method_infos());
  const PhotoEntries entries(network, options, events, page);
  PhotosRun run(photos, entries, page);
  FileBatchOptions batch;
  batch.workers = options.workers;
  batch.before = [&](std::size_t i) {
    if (events.progress)
      events.progress(static_cast<std::int64_t>(i), static_cast<std::int64_t>(photos.size()), photos[i]);
  };
  batch.failed = [&](std::size_t, const std::string& message) {
    if (events.failed)
      events.failed(message);
  };
  ReportOutcome outcome;
  outcome.failed = for_each_file(
      photos, [&] { return run.worker(explainers); }, batch);
  outcome.is_written = !run.is_lost();
  if (!outcome.is_written)
    return outcome;
  ReportSummary summary = run.summary();
  FOVEA_ASSERT(static_cast<std::size_t>(summary.photos) + summary.left_out.size() == photos.size());
  for (const std::string& path : other_files)
    summary.left_out.push_back({path, "not a picture, by its name"});
  summary.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  add_summary(page, options, network, explainers.maps.program(), summary, events);
  page.finish();
  outcome.photos = static_cast<std::size_t>(summary.photos);
  outcome.left_out = summary.left_out.size();
  return outcome;
}

}  // namespace fovea
