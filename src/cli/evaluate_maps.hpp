#pragma once

#include "cli/method_options.hpp"
#include "cli/verbs.hpp"
#include "fovea/bootstrap.hpp"
#include "fovea/evaluate_faithfulness.hpp"
#include "fovea/evaluate_sanity.hpp"
#include "fovea/plot.hpp"

#include <memory>
#include <string>
#include <vector>

/// What `fovea evaluate faithfulness` and `fovea evaluate sanity` share. evaluate_faithfulness.cpp and
/// evaluate_sanity.cpp parse and go through the images, the files with _files at their end write and print.
namespace fovea::cli {

/// The pictures, the methods and the view.
struct MapEvaluation {
  ModelOptions model;
  MethodArguments method_options;
  std::vector<std::string> images;
  std::vector<std::string> methods;
  std::string target = "auto";
  std::string view = "whole";
  std::string output;
  bool json = false;
  std::string command_line;  ///< for the page

  void add_to(Command verb);
  /// The pictures, folders expanded. UsageError for a method that comes twice.
  std::vector<std::string> checked_images() const;
  Crops crops() const { return view == "whole" ? Crops::Whole : Crops::One; }
  std::uint64_t seed() const { return method_options.options.seed; }
  /// What results depend on, but for the pictures.
  nlohmann::ordered_json settings() const;
};

/// The method's name in tables and plots: "Grad-CAM", or "random map" and the like for controls.
std::string title_of(std::string_view method);
/// Null for a mean of nothing.
nlohmann::ordered_json to_json(const MeanInterval& mean);
/// Writes NAME.svg and NAME.png into a folder.
void write_plot(const std::string& folder, const std::string& name, const LinePlot& plot);
void write_plot(const std::string& folder, const std::string& name, const BarPlot& plot);

/// An image that could not be used, and why.
struct FailedImage {
  std::string image, error;
};
nlohmann::ordered_json to_json(const std::vector<FailedImage>& failed);

/// A photo's results, or why there are none.
struct FaithfulnessImage {
  std::string image;
  JudgedPhoto judged;
  std::string error;
};
/// Everything that was measured.
struct FaithfulnessResults {
  std::vector<std::string> methods;  ///< with the controls at the end
  std::vector<FaithfulnessImage> images;
  nlohmann::ordered_json settings;
};
/// Writes images.csv, curves.csv, summary.json, the plots and the page, and prints the summary.
void report_faithfulness(const FaithfulnessResults& results, const MapEvaluation& arguments);

/// What became of one method in one network with shuffled layers.
struct SanityPoint {
  std::string method;
  std::string kind;          ///< "cascading", "independent" or "other_class"
  SanityStage stage;         ///< of other_class: no layers
  std::size_t position = 0;  ///< of the stage's last layer, from 1 at the scores; 0 of other_class
  MeanLikeness mean;
  std::int64_t undefined = 0;  ///< images whose map could not be made or compared
};
struct SanityResults {
  std::vector<std::string> methods;
  std::vector<MeanInterval> cascades;  ///< `cascade_rank` of each method
  std::vector<SanityPoint> points;
  std::int64_t images = 0;  ///< that were used
  std::int64_t layers = 0;
  std::vector<FailedImage> failed;
  nlohmann::ordered_json settings;
};
/// Writes sanity.csv, summary.json, the plots and the page, and prints the verdicts.
void report_sanity(const SanityResults& results, const MapEvaluation& arguments);

void add_faithfulness(Command evaluate);
void add_sanity(Command evaluate);

}  // namespace fovea::cli
