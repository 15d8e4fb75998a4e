#pragma once

#include "evaluate/faithfulness_run.hpp"
#include "evaluate/map_tables.hpp"

#include <array>
#include <optional>
#include <string>
#include <vector>

/// The results of `run_faithfulness` as files, plots and tables.
namespace fovea {

/// The kinds of curves of a map, with the texts of their plots.
struct CurveKind {
  const char* name;  ///< of columns and files
  const char* title;
  const char* x_label;
  Curve MapScores::*curve;
};
inline constexpr std::array<CurveKind, 4> kCurveKinds = {{
    {"deletion", "Deletion, towards the mean colour (low is good)", "share of pixels deleted",
     &MapScores::deletion},
    {"insertion", "Insertion, from the blurred picture (high is good)", "share of pixels inserted",
     &MapScores::insertion},
    {"road_most", "ROAD, most relevant pixels first (low is good)", "share of pixels removed",
     &MapScores::road_most},
    {"road_least", "ROAD, least relevant pixels first (high is good)", "share of pixels removed",
     &MapScores::road_least},
}};

/// The means of one method over all images that could be used.
struct MethodMeans {
  std::string name;
  std::array<MeasuredMean, kMapMeasures> measures;
  std::array<MeanCurve, kCurveKinds.size()> curves;

  const MeanInterval& operator[](MapMeasure measure) const {
    return measures[static_cast<std::size_t>(measure)].mean;
  }
};
std::vector<MethodMeans> means_of(const FaithfulnessResults& results);
/// The measures for which at least one method has a value.
std::vector<MapMeasureInfo> measured(const std::vector<MethodMeans>& means);
/// The kinds of curves, by their places in kCurveKinds, of which at least one method has one.
std::vector<std::size_t> measured_curves(const std::vector<MethodMeans>& means);
/// The methods, controls among them, that have the same map on every image that could be used, in groups of
/// at least two; and the same as sentences, a line for each group.
std::vector<std::vector<std::string>> same_maps(const FaithfulnessResults& results);
std::string same_maps_text(const FaithfulnessResults& results);
/// "low is good", "high is good" or "no better or worse".
const char* hint_of(Better better);

/// One line for each image and method; for an image that failed, one with its error.
std::string images_csv(const FaithfulnessResults& results);
std::string curves_csv(const std::vector<MethodMeans>& means);
nlohmann::ordered_json summary_json(const FaithfulnessResults& results,
                                    const std::vector<MethodMeans>& means);
/// A table for people, of at most 80 columns, and which methods have the same map; of a run that was to pick
/// a method, what it recommends.
std::string summary_text(const FaithfulnessResults& results, const std::vector<MethodMeans>& means);
LinePlot curve_plot(const std::vector<MethodMeans>& means, std::size_t kind);
BarPlot measure_plot(const std::vector<MethodMeans>& means, const MapMeasureInfo& info);

/// An image and the quality of its maps: insertion minus deletion.
struct HardImage {
  const FaithfulnessImage* image = nullptr;  ///< null where it is not known
  double mean = 0;                           ///< over the methods, without controls
  std::string best;                          ///< title of the best method
  double best_value = 0;
};
/// The quality of the maps of a photo; none where no method has one. `methods` begins as the maps do.
std::optional<HardImage> hardness_of(const JudgedPhoto& judged, const std::vector<std::string>& methods);
/// The images on which the methods perform worst, worst first; at most `count`.
std::vector<HardImage> hardest_images(const FaithfulnessResults& results, std::size_t count);

/// The files that `write_faithfulness` may write.
std::vector<std::string> faithfulness_files(const std::string& folder);
/// Writes images.csv, curves.csv, summary.json and the plots into a folder. OutputError naming the file.
void write_faithfulness(const FaithfulnessResults& results, const std::vector<MethodMeans>& means,
                        const std::string& folder);

}  // namespace fovea
