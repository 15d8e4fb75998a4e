#pragma once

#include "cli/kit/method_options.hpp"
#include "cli/kit/model_options.hpp"
#include "cli/verbs/localize.hpp"
#include "fovea/networks.hpp"
#include "report/blocks.hpp"
#include "report/class_model_pictures.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

/// What the files of `fovea report` share: report.cpp parses and goes through the photos, report_photo.cpp
/// makes what is shown of one photo, report_blocks.cpp the rest of the page.
namespace fovea::cli {

struct ReportArguments {
  ModelOptions model;
  MethodArguments method_options;
  std::vector<std::string> images;
  std::vector<std::string> methods = {"gradient"};
  std::string target = "auto";
  std::int64_t top = 1;
  std::string crops = "1";
  DisplayRange range;
  std::string colormap = "inferno";
  std::optional<bool> localize;
  std::int64_t class_models = 8;  ///< of how many classes, the commonest ones
  std::string title;
  bool split = false;
  std::string output;

  bool localizes() const { return localize.value_or(true); }
};

/// What makes the maps of the page, and what finds the objects; a copy serves one worker.
struct ReportExplainers {
  ReportExplainers(const Network& loaded, const ReportArguments& arguments, int threads);

  Explainer maps;
  LocalizeArguments localize;
  std::optional<Explainer> objects;  ///< none where objects are not looked for
};

/// What the page says of one photo.
struct PhotoEntry {
  std::int64_t target_class = 0;  ///< the first that is explained
  std::optional<double> probability;
  std::string json;  ///< the block "photo"
};

/// Makes entries; from several threads at the same time, each with explainers of its own.
class PhotoReport {
public:
  /// `target`: the class to explain, none: the best guesses. Refers to all but that.
  PhotoReport(const Network& loaded, const ReportArguments& arguments, std::optional<std::int64_t> target,
              Page& page)
      : loaded_(loaded), arguments_(arguments), target_(target), page_(page) {}

  /// `stem` begins the names of the photo's pictures.
  PhotoEntry entry(ReportExplainers& explain, const std::string& path, const std::string& stem) const;

private:
  struct Context;
  nlohmann::ordered_json map_json(const Context& context, const Explanation& result) const;
  void add_object(const Context& context, ReportExplainers& explain, nlohmann::ordered_json& explained) const;

  const Network& loaded_;
  const ReportArguments& arguments_;
  std::optional<std::int64_t> target_;
  Page& page_;
};

/// What is known once all photos are done.
struct ReportSummary {
  std::map<std::int64_t, std::int64_t> photos_of_class;
  std::int64_t photos = 0;
  std::vector<double> probabilities;  ///< none where the network has none
  std::vector<LeftOutFile> left_out;
  double seconds = 0;
  std::string command_line;
};

/// The block that photos need: methods, colour maps.
void add_settings(Page& page, const ReportArguments& arguments);
/// Everything below the photos.
void add_summary(Page& page, const ReportArguments& arguments, const Network& loaded,
                 const ReportExplainers& explain, const ReportSummary& summary);

}  // namespace fovea::cli
