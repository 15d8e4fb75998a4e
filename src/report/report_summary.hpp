#pragma once

#include "fovea/evaluate_localization.hpp"
#include "report/blocks.hpp"
#include "report/photo_entry.hpp"
#include "report/photos_page.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fovea {

/// The answers of one network to all photos.
struct NetworkSummary {
  std::map<std::int64_t, std::int64_t> photos_of_class;  ///< by the first class that is explained
  std::vector<double> probabilities;                     ///< empty if the network has none
  Rate top1, top5;                                       ///< accuracies over the photos with a true class
  /// Photos whose best guess is not the true class, by the true class and the guess.
  std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> mistakes;
  std::int64_t unknown_classes = 0;  ///< photos whose true class is none of the network's
};

/// Both networks' answers to the same photos.
struct ComparisonSummary {
  Rate agreement;  ///< photos to which both give the same name
  /// Photos with a true class in both, by whether each network's best guess is right.
  std::int64_t both_right = 0, only_first = 0, only_second = 0, both_wrong = 0;
};

/// The summary of all photos.
struct ReportSummary {
  std::vector<NetworkSummary> networks;
  ComparisonSummary comparison;  ///< of two networks
  std::int64_t photos = 0;
  std::int64_t without_truth = 0;  ///< photos whose true class is unknown
  std::vector<LeftOutFile> left_out;
  std::optional<double> seconds = {};  ///< that the page took; none: it tells no time

  /// Counts a photo's answers.
  void count(const PhotoEntry& entry);
};

/// An error's text without the file's name in front, which stands beside it.
std::string without_path(const std::string& text, const std::string& path);
LeftOutFile not_a_picture(const std::string& path);
/// The networks; two of one name with a number behind it. InputError for another number of networks.
std::vector<ReportNetwork> told_apart(std::vector<ReportNetwork> networks);
std::string page_title(const ReportOptions& options, const std::vector<ReportNetwork>& networks);

/// A network's file, format, inputs, size and preprocessing.
Facts model_card(const ReportNetwork& shown);
/// Adds the blocks that photos need: settings with methods and colour maps, and the page's introduction.
void add_settings(Page& page, const ReportOptions& options, const std::vector<ReportNetwork>& networks,
                  bool has_truth);
/// Adds everything that counts or describes all photos, writes the page, and tells of it in the outcome.
void finish_page(Page& page, const ReportOptions& options, const std::vector<ReportNetwork>& networks,
                 const ReportSummary& summary, bool has_truth, const ReportEvents& events,
                 ReportOutcome& outcome);

}  // namespace fovea
