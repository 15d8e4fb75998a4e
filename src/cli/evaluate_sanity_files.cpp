#include "base/atomic_file.hpp"
#include "base/csv.hpp"
#include "cli/evaluate_maps.hpp"
#include "cli/output.hpp"
#include "cli/page_blocks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace fovea::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

std::string csv_of(const SanityResults& results) {
  std::string csv = "method,kind,layer,position";
  for (const char* what : {"rank", "signed_rank", "similarity"})
    csv += fmt::format(",{0},{0}_low,{0}_high,{0}_images", what);
  csv += ",undefined\n";
  for (const SanityPoint& point : results.points) {
    csv += fmt::format("{},{},{},{}", point.method, point.kind, csv_field(point.stage.name), point.position);
    for (const MeanInterval* mean : {&point.mean.rank, &point.mean.signed_rank, &point.mean.similarity})
      csv += mean->count == 0
                 ? ",,,,0"
                 : fmt::format(",{:.6g},{:.6g},{:.6g},{}", mean->mean, mean->low, mean->high, mean->count);
    csv += fmt::format(",{}\n", point.undefined);
  }
  return csv;
}

/// The point where all layers are shuffled.
const SanityPoint& last_of(const SanityResults& results, const std::string& method) {
  const auto found =
      std::find_if(results.points.rbegin(), results.points.rend(), [&](const SanityPoint& point) {
        return point.method == method && point.kind == "cascading";
      });
  return *found;
}

const SanityPoint& other_class_of(const SanityResults& results, const std::string& method) {
  return *std::find_if(results.points.begin(), results.points.end(), [&](const SanityPoint& point) {
    return point.method == method && point.kind == "other_class";
  });
}

Json likeness_json(const SanityPoint& point) {
  return {{"rank", to_json(point.mean.rank)},
          {"signed_rank", to_json(point.mean.signed_rank)},
          {"similarity", to_json(point.mean.similarity)},
          {"undefined", point.undefined}};
}

Json summary_of(const SanityResults& results) {
  Json json = {{"images", results.images + static_cast<std::int64_t>(results.failed.size())},
               {"failed", results.failed.size()},
               {"layers", results.layers}};
  for (std::size_t m = 0; m < results.methods.size(); ++m) {
    const std::string& method = results.methods[m];
    Json& entry = json["methods"][method];
    entry["verdict"] = name_of(verdict_on(results.cascades[m]));
    entry["cascade_rank"] = to_json(results.cascades[m]);
    const auto classes = tells_classes_apart(other_class_of(results, method).mean);
    entry["tells_classes_apart"] = classes ? Json(*classes) : Json();
    entry["all_layers_shuffled"] = likeness_json(last_of(results, method));
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
  json["failures"] = to_json(results.failed);
  json["settings"] = results.settings;
  return json;
}

PlotSeries level_line(const char* label, double level, std::int64_t layers) {
  return {label, {0, static_cast<double>(layers)}, {level, level}, {}, {}, PlotRole::Control};
}

/// How alike the maps stay over the number of shuffled layers. A cascade begins with equal maps.
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

std::string cell(const MeanInterval& mean) {
  return mean.count == 0 ? "none" : fmt::format("{:.2f} [{:.2f}, {:.2f}]", mean.mean, mean.low, mean.high);
}

void print_table(const SanityResults& results) {
  print("{} images, {} failed and left out; {} layers\n\n", results.images + results.failed.size(),
        results.failed.size(), results.layers);
  print("{:<24}  {:<31}  {:<42}  {}\n", "", "layers shuffled, mean of stages", "all layers shuffled",
        "another class");
  print("{:<24}  {:<20}  {:<9}  {:<20}  {:<20}  {:<20}  {}\n", "mean [95 % interval]", "rank correlation",
        "verdict", "rank correlation", "similarity", "rank correlation", "map");
  for (std::size_t m = 0; m < results.methods.size(); ++m) {
    const std::string& method = results.methods[m];
    const MeanLikeness &all = last_of(results, method).mean, &other = other_class_of(results, method).mean;
    const auto apart = tells_classes_apart(other);
    print("{:<24}  {:<20}  {:<9}  {:<20}  {:<20}  {:<20}  {}\n", title_of(method), cell(results.cascades[m]),
          name_of(verdict_on(results.cascades[m])), cell(all.rank), cell(all.similarity), cell(other.rank),
          !apart   ? "none"
          : *apart ? "another"
                   : "the same");
  }
}

const char* mark_of(SanityVerdict verdict) {
  return verdict == SanityVerdict::Passes ? "good" : verdict == SanityVerdict::Fails ? "bad" : "";
}

Json verdict_table(const SanityResults& results) {
  Json block = {
      {"title", "Verdicts"},
      {"note",
       fmt::format("A map that still looks the same when the network has forgotten what it learnt does "
                   "not tell what it has learnt. Rank correlation with the map of the trained network, "
                   "mean over the stages of the cascade: below {:g} passes, above {:g} fails.",
                   kSanityPasses, kSanityFails)},
      {"columns",
       {text_column("method"), number_column("layers shuffled, mean of stages"), text_column("verdict"),
        number_column("all layers shuffled"), number_column("similarity then"),
        number_column("another class"), text_column("map of another class")}}};
  for (std::size_t m = 0; m < results.methods.size(); ++m) {
    const std::string& method = results.methods[m];
    const MeanLikeness &all = last_of(results, method).mean, &other = other_class_of(results, method).mean;
    const auto verdict = verdict_on(results.cascades[m]);
    const auto apart = tells_classes_apart(other);
    block["rows"].push_back(Json::array(
        {title_of(method), mean_cell(results.cascades[m], 2),
         Json{{"text", name_of(verdict)}, {"mark", mark_of(verdict)}}, mean_cell(all.rank, 2),
         mean_cell(all.similarity, 2), mean_cell(other.rank, 2),
         apart ? Json{{"text", *apart ? "another map" : "the same map"}, {"mark", *apart ? "good" : "bad"}}
               : Json()}));
  }
  return block;
}

/// The tables and plots as one page.
void write_page(const SanityResults& results, const std::vector<LinePlot>& plots, const std::string& path,
                const std::string& command_line) {
  Page page(path, "Sanity of maps", Page::Pictures::Inside);
  page.add_block("table", block_text(verdict_table(results)));
  for (const LinePlot& plot : plots)
    add_plot(page, plot.title, to_svg(plot));
  std::vector<LeftOutFile> left_out;
  for (const FailedImage& image : results.failed)
    left_out.push_back({image.image, image.error});
  end_evaluation_page(page, left_out, results.settings, command_line,
                      fmt::format("{} methods on {} images, {} layers shuffled", results.methods.size(),
                                  results.images, results.layers));
}

}  // namespace

void report_sanity(const SanityResults& results, const MapEvaluation& arguments) {
  const auto file = [&](const char* name) { return (fs::path(arguments.output) / name).string(); };
  write_file_atomically(file("sanity.csv"), csv_of(results));
  const std::string summary = json_text(summary_of(results)) + "\n";
  write_file_atomically(file("summary.json"), summary);
  const char* cascade = "Maps while layers are shuffled one after another";
  const std::vector<LinePlot> plots = {
      likeness_plot(results, "cascading", cascade, &MeanLikeness::rank),
      likeness_plot(results, "cascading", cascade, &MeanLikeness::similarity),
      likeness_plot(results, "independent", "Maps with a single layer shuffled", &MeanLikeness::rank)};
  write_plot(arguments.output, "cascading-rank", plots[0]);
  write_plot(arguments.output, "cascading-similarity", plots[1]);
  write_plot(arguments.output, "independent-rank", plots[2]);
  write_page(results, plots, file("report.html"), arguments.command_line);
  if (arguments.json)
    print_lines(summary);
  else
    print_table(results);
}

}  // namespace fovea::cli
