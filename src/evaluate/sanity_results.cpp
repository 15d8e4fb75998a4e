#include "evaluate/sanity_results.hpp"

#include "base/atomic_file.hpp"
#include "base/csv.hpp"
#include "base/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// The plots' files, without an extension.
constexpr const char* kCascadingRank = "cascading-rank";
constexpr const char* kCascadingSimilarity = "cascading-similarity";
constexpr const char* kIndependentRank = "independent-rank";
using Json = nlohmann::ordered_json;

Json likeness_json(const SanityPoint& point) {
  return {{"rank", interval_json(point.mean.rank)},
          {"signed_rank", interval_json(point.mean.signed_rank)},
          {"similarity", interval_json(point.mean.similarity)},
          {"complexity_rise", interval_json(point.mean.complexity_rise)},
          {"undefined", point.undefined}};
}

PlotSeries level_line(const char* label, double level, std::int64_t layers) {
  return {label, {0, static_cast<double>(layers)}, {level, level}, {}, {}, PlotRole::Control};
}

/// The similarity of maps over the number of shuffled layers. A cascade begins with equal maps.
LinePlot likeness_plot(const SanityResults& results, const std::string& kind, const std::string& title,
                       MeanInterval MeanLikeness::*what) {
  const bool cascading = kind == "cascading";
  LinePlot plot{title, {}, {}, {}, {0, static_cast<double>(results.layers)}, {0, 1}};
  plot.x_label = fmt::format("{}, of {}",
                             cascading ? "layers shuffled, from the scores back"
                                       : "the one layer that is shuffled, counted from the scores back",
                             results.layers);
  plot.y_label = what == &MeanLikeness::similarity ? "structural similarity to the first map, 95 % band"
                                                   : "rank correlation with the first map, 95 % band";
  for (const std::string& method : results.methods) {
    PlotSeries series;
    series.label = title_of(method);
    if (cascading) {
      series.x = {0};
      series.y = series.low = series.high = {1};
    }
    for (const SanityPoint& point : results.points)
      if (point.method == method && point.kind == kind) {
        const MeanInterval& mean = point.mean.*what;
        series.x.push_back(static_cast<double>(point.position));
        series.y.push_back(mean.mean);
        series.low.push_back(mean.low);
        series.high.push_back(mean.high);
      }
    plot.series.push_back(std::move(series));
  }
  if (cascading && what == &MeanLikeness::rank) {
    plot.series.push_back(level_line("fails: mean above", kSanityFails, results.layers));
    plot.series.push_back(level_line("passes: mean below", kSanityPasses, results.layers));
  }
  return plot;
}

}  // namespace

const SanityPoint& all_layers_shuffled(const SanityResults& results, std::string_view method) {
  const auto found =
      std::find_if(results.points.rbegin(), results.points.rend(), [&](const SanityPoint& point) {
        return point.method == method && point.kind == "cascading";
      });
  return *found;
}

const SanityPoint& other_class_of(const SanityResults& results, std::string_view method) {
  return *std::find_if(results.points.begin(), results.points.end(), [&](const SanityPoint& point) {
    return point.method == method && point.kind == "other_class";
  });
}

std::string sanity_csv(const SanityResults& results) {
  std::string csv = "method,kind,layer,position";
  for (const char* what : {"rank", "signed_rank", "similarity", "complexity_rise"})
    csv += fmt::format(",{0},{0}_low,{0}_high,{0}_images", what);
  csv += ",undefined\n";
  for (const SanityPoint& point : results.points) {
    csv += fmt::format("{},{},{},{}", point.method, point.kind, csv_field(point.stage.name), point.position);
    for (const MeanInterval* mean :
         {&point.mean.rank, &point.mean.signed_rank, &point.mean.similarity, &point.mean.complexity_rise})
      csv += mean->count == 0
                 ? ",,,,0"
                 : fmt::format(",{:.6g},{:.6g},{:.6g},{}", mean->mean, mean->low, mean->high, mean->count);
    csv += fmt::format(",{}\n", point.undefined);
  }
  return csv;
}

Json summary_json(const SanityResults& results) {
  Json json = {{"images", results.images + static_cast<std::int64_t>(results.failed.size())},
               {"failed", results.failed.size()},
               {"layers", results.layers}};
  for (std::size_t m = 0; m < results.methods.size(); ++m) {
    const std::string& method = results.methods[m];
    Json& entry = json["methods"][method];
    entry["verdict"] = name_of(verdict_on(results.cascades[m]));
    entry["cascade_rank"] = interval_json(results.cascades[m]);
    const auto classes = tells_classes_apart(other_class_of(results, method).mean);
    entry["tells_classes_apart"] = classes ? Json(*classes) : Json();
    entry["all_layers_shuffled"] = likeness_json(all_layers_shuffled(results, method));
    entry["other_class"] = likeness_json(other_class_of(results, method));
    for (const SanityPoint& point : results.points)
      if (point.method == method && point.kind != "other_class") {
        Json stage = likeness_json(point);
        stage["layer"] = point.stage.name;
        stage["position"] = point.position;
        entry[point.kind].push_back(stage);
      }
  }
  json["passes_below"] = kSanityPasses;
  json["fails_above"] = kSanityFails;
  json["same_for_classes_from"] = kSameForClasses;
  json["failures"] = failures_json(results.failed);
  json["settings"] = results.settings;
  return json;
}

std::string summary_text(const SanityResults& results) {
  std::string text = fmt::format("{} images, {} failed and left out; {} layers\n\n",
                                 static_cast<std::size_t>(results.images) + results.failed.size(),
                                 results.failed.size(), results.layers);
  std::vector<std::string> left = {"", "mean [95 % interval]"};
  std::vector<std::vector<std::string>> columns = {{"layers shuffled,", "mean of stages: rank"},
                                                   {"", "verdict"},
                                                   {"all layers", "shuffled: rank"},
                                                   {"all layers", "shuffled: similarity"},
                                                   {"all layers shuffled:", "rise of complexity"},
                                                   {"another class:", "rank correlation"},
                                                   {"another class:", "map"}};
  for (std::size_t m = 0; m < results.methods.size(); ++m) {
    const std::string& method = results.methods[m];
    const MeanLikeness& all = all_layers_shuffled(results, method).mean;
    const MeanLikeness& other = other_class_of(results, method).mean;
    const auto apart = tells_classes_apart(other);
    left.push_back(title_of(method));
    const std::string cells[] = {interval_text(results.cascades[m], 2),
                                 std::string(name_of(verdict_on(results.cascades[m]))),
                                 interval_text(all.rank, 2),
                                 interval_text(all.similarity, 2),
                                 interval_text(all.complexity_rise, 2),
                                 interval_text(other.rank, 2),
                                 !apart   ? "none"
                                 : *apart ? "another"
                                          : "the same"};
    for (std::size_t c = 0; c < columns.size(); ++c)
      columns[c].push_back(cells[c]);
  }
  text += columns_text(left, columns);
  return text;
}

std::vector<NamedPlot> likeness_plots(const SanityResults& results) {
  const char* cascade = "Maps while layers are shuffled one after another";
  return {{kCascadingRank, likeness_plot(results, "cascading", cascade, &MeanLikeness::rank)},
          {kCascadingSimilarity, likeness_plot(results, "cascading", cascade, &MeanLikeness::similarity)},
          {kIndependentRank,
           likeness_plot(results, "independent", "Maps with a single layer shuffled", &MeanLikeness::rank)}};
}

std::vector<std::string> sanity_files(const std::string& folder) {
  std::vector<std::string> files =
      plot_files(folder, {kCascadingRank, kCascadingSimilarity, kIndependentRank});
  for (const char* name : {"sanity.csv", "summary.json"})
    files.push_back((fs::path(folder) / name).string());
  return files;
}

void write_sanity(const SanityResults& results, const std::vector<NamedPlot>& plots,
                  const std::string& folder) {
  const auto file = [&](const char* name) { return (fs::path(folder) / name).string(); };
  write_file_atomically(file("sanity.csv"), sanity_csv(results));
  write_file_atomically(file("summary.json"), json_text(summary_json(results)) + "\n");
  for (const NamedPlot& plot : plots)
    write_plot(folder, plot.file, plot.plot);
}

}  // namespace fovea
