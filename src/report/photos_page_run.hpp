#pragma once

#include "batch/many_photos.hpp"
#include "report/photo_entry.hpp"
#include "report/photos_page.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace fovea {

/// The page of photos as a run that can be divided, resumed and merged (batch/many_photos.hpp). What each
/// photo gives is its entry, and its pictures as files if the page is split; the final step makes the page of
/// them. The page depends on the photos and the options alone: it tells neither the time nor how the run was
/// divided.
class PhotosPageRun {
public:
  /// `options.truth` has the true classes of the inputs, if they are known; pictures in archives have those
  /// beside them (`Picture::truth`). Keeps references to options and events. InputError for another number of
  /// networks than one or two, and if a network has none of the classes of `options.truth`.
  PhotosPageRun(const std::vector<ReportNetwork>& networks, const ReportOptions& options,
                const ReportEvents& events);

  /// One worker's function. It refers to the run.
  PhotoWorker worker() const;
  /// What the page depends on besides the first network, the inputs and the options of the command line.
  nlohmann::ordered_json settings() const;
  /// The final step: writes the page of all photos of the store. `other_files` as for `write_photos_page`.
  /// InputError if no photo can be shown or the data are damaged, OutputError if the page cannot be written.
  ReportOutcome write(const ResultStore& store, const std::vector<std::string>& other_files) const;

private:
  PhotoResult result_of(std::vector<ReportExplainers>& explain, const Picture& picture) const;

  std::vector<ReportNetwork> networks_;
  const ReportOptions& options_;
  const ReportEvents& events_;
  PhotoEntries entries_;
};

}  // namespace fovea
