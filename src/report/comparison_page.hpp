#pragma once

#include "batch/many_photos.hpp"
#include "evaluate/comparison_results.hpp"
#include "evaluate/faithfulness_run.hpp"
#include "evaluate/gate.hpp"
#include "report/page.hpp"
#include "report/photo_blocks.hpp"
#include "report/photos_page.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// One HTML page that compares two networks by what they see in photos and why (docs/compare.md).
namespace fovea {

struct NetworkComparisonOptions {
  /// File, title, display, true classes and command line of the page; the rest is not used.
  ReportOptions page;
  ObjectTruths places;                 ///< true places of objects; empty: unknown
  std::optional<std::int64_t> target;  ///< the first network's class to explain; none: its best guess
  std::int64_t layers = 12;            ///< how many shared layers are compared; 0: none
  GateThresholds gate;
  /// How the networks' explainers were made, for the files; the seed is also that of bootstrap intervals.
  Crops crops = Crops::One;
  MethodOptions method_options;
};

struct NetworkComparisonOutcome {
  ComparisonResults results;
  std::vector<MethodSummary> methods;
  std::vector<GateCheck> gate;
  std::size_t left_out = 0;  ///< photos that failed, and other files
};

/// The page and the files beside it, with the endings .csv and .json.
std::vector<std::string> comparison_files(const std::string& page);

/// Whether the comparison that wrote this page and its files has passed its gate, by its JSON; true without a
/// gate. InputError if the JSON is not there or is damaged.
bool passed_gate(const std::string& page);

/// The comparison of two networks, as a run that can be divided, resumed and merged (batch/many_photos.hpp)
/// or at once. Of a run, each photo gives its numbers and its block of the page, and the final step makes
/// page and files of them. Their bytes depend on networks, photos and options alone.
class ComparisonRun {
public:
  /// The networks' explainers have the same methods. Keeps references to options and events. InputError if
  /// the networks have no class in common, if the class to explain is none of the second's, and if the first
  /// has none of the classes of `options.page.truth`.
  ComparisonRun(const std::vector<ReportNetwork>& networks, const NetworkComparisonOptions& options,
                const ReportEvents& events);

  const ClassMatching& classes() const { return empty_.classes; }
  /// One worker's function. It refers to the run.
  PhotoWorker worker() const;
  /// What results depend on besides the first network, the inputs and the options of the command line.
  nlohmann::ordered_json settings() const;
  /// The final step: writes page and files of all photos of the store. A photo that could not be compared is
  /// listed with the reason, as are `other_files`, which are no pictures. InputError if none could be
  /// compared or the data are damaged; OutputError naming a file that cannot be written.
  NetworkComparisonOutcome write(const ResultStore& store, const std::vector<std::string>& other_files) const;

  /// Compares the networks on these photos at once, and writes page and files unless the page's name is
  /// empty. Errors as for `write`; exceptions of the callbacks end it, and then nothing is left.
  NetworkComparisonOutcome compare(const std::vector<std::string>& photos,
                                   const std::vector<std::string>& other_files, std::size_t workers) const;

private:
  struct Worker;
  struct Compared;
  std::shared_ptr<Worker> make_worker() const;
  /// Compares one photo; without `add_picture` there is no block.
  Compared compare_one(Worker& worker, const Picture& picture, const AddPicture& add_picture) const;
  /// The results of all photos, but for those of the layers.
  ComparisonResults results_in(const ResultStore& store) const;
  std::unique_ptr<Page> begin_page(bool has_truth) const;
  /// Sums up the results and, with a page, writes it and the files.
  NetworkComparisonOutcome finish(ComparisonResults results, Page* page,
                                  const std::vector<std::string>& other_files) const;

  std::vector<ReportNetwork> networks_;
  const NetworkComparisonOptions& options_;
  const ReportEvents& events_;
  ComparisonResults empty_;  ///< the results of no photos
  ComparedLayers layers_;
};

}  // namespace fovea
