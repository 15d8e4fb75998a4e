#pragma once

#include "evaluate/class_truth.hpp"
#include "fovea/explain.hpp"
#include "fovea/localize.hpp"
#include "fovea/networks.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// One HTML page of many photos with their maps, objects and class models (docs/report.md).
namespace fovea {

/// The explainers for the maps of the page and for objects; each worker has a copy.
struct ReportExplainers {
  Explainer maps;
  std::optional<Explainer> objects;  ///< its maps cover the whole photo; none: no objects
};

/// A network of a page.
struct ReportNetwork {
  Network network;
  ReportExplainers explainers;
  std::string name = {};                    ///< the name given by the user; empty: the file's
  std::optional<std::int64_t> target = {};  ///< the class to explain; none: the best guesses
  ProgramOptions program = {};              ///< how the network computes, for class models

  /// The name for display: `name` without folders, or the file's.
  std::string title() const;
};

struct ReportOptions {
  std::string file;                  ///< of the page
  std::string title;                 ///< empty: the networks' names
  bool split = false;                ///< pictures as files in a folder beside the page
  std::int64_t top = 1;              ///< the number of best guesses that are explained, at least 1
  DisplayRange range;                ///< of the maps
  std::string colormap = "inferno";  ///< the initial choice
  LocalizeOptions localize;          ///< how objects are found
  /// The number of most frequent classes with a class model. Networks that segment pictures have none.
  std::int64_t class_models = 8;
  std::string command_line;  ///< the command line to display
  std::size_t workers = 1;   ///< photos processed at the same time
  ClassTruth truth;          ///< the photos' true classes; empty: unknown
};

/// Callbacks while a page is made. All except `scored` are called on the caller's thread; empty functions are
/// not called.
struct ReportEvents {
  /// `done` photos, or class models, out of `total` are finished; `what` names the next one.
  std::function<void(std::int64_t done, std::int64_t total, const std::string& what)> progress = {};
  /// A photo is left out; the others go on. `message` is a sentence that names it.
  std::function<void(const std::string& message)> failed = {};
  /// The scores of a photo by network number `network` are known. Called by the workers' threads.
  std::function<void(std::size_t network, const std::vector<double>& scores)> scored = {};
};

struct ReportOutcome {
  std::size_t photos = 0;    ///< photos on the page
  std::size_t failed = 0;    ///< photos that failed
  std::size_t left_out = 0;  ///< failed photos and other files
  bool is_written = true;    ///< false: a picture beside the page could not be written, so there is no page
  /// The page and the numbers of all photos, and for each network its name, the classes that photos have,
  /// most frequent first, and with ground truth the accuracies; null if there is no page.
  nlohmann::ordered_json json = {};
};

/// Writes the page of the photos, in their order, as one or two networks see them. `other_files` are listed
/// as files that are no pictures. With ground truth, the true class of a photo whose best guess is another
/// one is explained, too. OutputError naming the file if the page cannot be written; InputError for another
/// number of networks, and if a network has none of the true classes.
ReportOutcome write_photos_page(const std::vector<std::string>& photos,
                                const std::vector<std::string>& other_files,
                                const std::vector<ReportNetwork>& networks, const ReportOptions& options,
                                const ReportEvents& events = {});

}  // namespace fovea
