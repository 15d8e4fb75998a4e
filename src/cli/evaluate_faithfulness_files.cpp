#include "base/atomic_file.hpp"
#include "base/csv.hpp"
#include "cli/evaluate_maps.hpp"
#include "cli/output.hpp"
#include "cli/page_blocks.hpp"
#include "fovea/encode.hpp"
#include "fovea/error.hpp"
#include "fovea/image.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace fovea::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// A curve of every map, with what belongs onto its plot.
struct CurveKind {
  const char* name;
  const char* title;
  const char* x_label;
  Curve MapScores::*curve;
};
constexpr CurveKind kCurves[] = {
    {"deletion", "Deletion, towards the mean colour (low is good)", "share of pixels deleted",
     &MapScores::deletion},
    {"insertion", "Insertion, from the blurred picture (high is good)", "share of pixels inserted",
     &MapScores::insertion},
    {"road_most", "ROAD, most relevant pixels first (low is good)", "share of pixels removed",
     &MapScores::road_most},
    {"road_least", "ROAD, least relevant pixels first (high is good)", "share of pixels removed",
     &MapScores::road_least},
};

/// What one method got on all images that could be used.
struct MethodMeans {
  std::string name;
  std::array<MeasuredMean, kMapMeasures> measures;
  std::array<MeanCurve, std::size(kCurves)> curves;
};

PlotRole role_of(const std::string& method) {
  const bool control = std::find(kControlMaps.begin(), kControlMaps.end(), method) != kControlMaps.end();
  return control ? PlotRole::Control : PlotRole::Result;
}

std::vector<MethodMeans> means_of(const FaithfulnessResults& results, const BootstrapOptions& options) {
  std::vector<MethodMeans> means;
  for (std::size_t m = 0; m < results.methods.size(); ++m) {
    std::vector<MapScores> scores;
    for (const FaithfulnessImage& image : results.images)
      if (image.error.empty())
        scores.push_back(image.judged.maps[m]);
    MethodMeans method{results.methods[m], summarize(scores, options), {}};
    for (std::size_t k = 0; k < std::size(kCurves); ++k) {
      std::vector<Curve> curves;
      for (const MapScores& image : scores)
        curves.push_back(image.*kCurves[k].curve);
      method.curves[k] = mean_curve(curves, options);
    }
    means.push_back(std::move(method));
  }
  return means;
}

/// Measures that some method has a value of.
std::vector<MapMeasureInfo> measured(const std::vector<MethodMeans>& means) {
  std::vector<MapMeasureInfo> list;
  for (const MapMeasureInfo& info : map_measures())
    if (std::any_of(means.begin(), means.end(), [&](const MethodMeans& method) {
          return method.measures[static_cast<std::size_t>(info.measure)].mean.count > 0;
        }))
      list.push_back(info);
  return list;
}

std::string images_csv(const FaithfulnessResults& results) {
  std::string csv = "image,method,class_index,probability,mean_colour_probability,blurred_probability";
  for (const MapMeasureInfo& info : map_measures())
    csv += fmt::format(",{}", info.name);
  csv += ",error\n";
  for (const FaithfulnessImage& image : results.images) {
    if (!image.error.empty()) {
      csv += fmt::format("{},,,,,{},{}\n", csv_field(image.image), std::string(kMapMeasures, ','),
                         csv_field(image.error));
      continue;
    }
    const JudgedPhoto& judged = image.judged;
    for (std::size_t m = 0; m < results.methods.size(); ++m) {
      csv += fmt::format("{},{},{},{:.6g},{:.6g},{:.6g}", csv_field(image.image), results.methods[m],
                         judged.class_index, judged.probability, judged.mean_colour_probability,
                         judged.blurred_probability);
      for (const auto& value : judged.maps[m].values)
        csv += value ? fmt::format(",{:.6g}", *value) : ",";
      csv += ",\n";
    }
  }
  return csv;
}

std::string curves_csv(const std::vector<MethodMeans>& means) {
  std::string csv = "method,curve,share,mean,low,high\n";
  for (const MethodMeans& method : means)
    for (std::size_t k = 0; k < std::size(kCurves); ++k)
      for (std::size_t i = 0; i < method.curves[k].shares.size(); ++i) {
        const MeanInterval& score = method.curves[k].scores[i];
        csv += fmt::format("{},{},{:.6g},{:.6g},{:.6g},{:.6g}\n", method.name, kCurves[k].name,
                           method.curves[k].shares[i], score.mean, score.low, score.high);
      }
  return csv;
}

Json summary_of(const FaithfulnessResults& results, const std::vector<MethodMeans>& means) {
  std::vector<FailedImage> failed;
  for (const FaithfulnessImage& image : results.images)
    if (!image.error.empty())
      failed.push_back({image.image, image.error});
  Json json = {{"images", results.images.size()}, {"failed", failed.size()}};
  for (const MethodMeans& method : means)
    for (const MapMeasureInfo& info : map_measures()) {
      const MeasuredMean& found = method.measures[static_cast<std::size_t>(info.measure)];
      json["methods"][method.name][std::string(info.name)] = to_json(found.mean);
    }
  for (const MapMeasureInfo& info : map_measures())
    json["better"][std::string(info.name)] = info.better == Better::Lower    ? Json("lower")
                                             : info.better == Better::Higher ? Json("higher")
                                                                             : Json();
  json["failures"] = to_json(failed);
  json["settings"] = results.settings;
  return json;
}

LinePlot curve_plot(const std::vector<MethodMeans>& means, std::size_t k) {
  LinePlot plot{kCurves[k].title,
                kCurves[k].x_label,
                "probability of the class, mean over images, 95 % band",
                {},
                {0, 1},
                {0}};
  for (const MethodMeans& method : means) {
    PlotSeries series;
    series.label = title_of(method.name);
    series.role = role_of(method.name);
    series.x = method.curves[k].shares;
    for (const MeanInterval& score : method.curves[k].scores) {
      series.y.push_back(score.mean);
      series.low.push_back(score.low);
      series.high.push_back(score.high);
    }
    plot.series.push_back(std::move(series));
  }
  return plot;
}

const char* hint_of(Better better) {
  return better == Better::Lower    ? "low is good"
         : better == Better::Higher ? "high is good"
                                    : "no better or worse";
}

BarPlot measure_plot(const std::vector<MethodMeans>& means, const MapMeasureInfo& info) {
  BarPlot plot{
      fmt::format("{} ({})", info.title, hint_of(info.better)), "mean over images, 95 % interval", {}};
  for (const MethodMeans& method : means) {
    const MeanInterval& mean = method.measures[static_cast<std::size_t>(info.measure)].mean;
    plot.bars.push_back({title_of(method.name), mean.mean, mean.low, mean.high, role_of(method.name)});
  }
  return plot;
}

/// Three measures side by side, so that a table is not wider than a terminal.
void print_tables(const std::vector<MethodMeans>& means) {
  const std::vector<MapMeasureInfo> list = measured(means);
  constexpr std::size_t across = 3;
  for (std::size_t first = 0; first < list.size(); first += across) {
    const std::size_t end = std::min(first + across, list.size());
    if (first > 0)
      print("\n");
    print("{:<24}", "");
    for (std::size_t i = first; i < end; ++i)
      print("  {:<26}", list[i].title);
    print("\n{:<24}", "mean [95 % interval]");
    for (std::size_t i = first; i < end; ++i)
      print("  {:<26}", hint_of(list[i].better));
    print("\n");
    for (const MethodMeans& method : means) {
      print("{:<24}", title_of(method.name));
      for (std::size_t i = first; i < end; ++i) {
        const MeanInterval& mean = method.measures[static_cast<std::size_t>(list[i].measure)].mean;
        print("  {:<26}", mean.count == 0
                              ? "none"
                              : fmt::format("{:.3f} [{:.3f}, {:.3f}]", mean.mean, mean.low, mean.high));
      }
      print("\n");
    }
  }
}

/// Means of all methods; the best one of each column is marked.
Json means_table(const std::vector<MethodMeans>& means) {
  const std::vector<MapMeasureInfo> list = measured(means);
  Json block = {{"title", "Measures"},
                {"note",
                 "Mean over images with its 95 % interval; the best of each column is green. A map that "
                 "is no better than the random map or the centre prior tells nothing."},
                {"columns", Json::array({text_column("method")})}};
  for (const MapMeasureInfo& info : list)
    block["columns"].push_back(number_column(fmt::format("{} ({})", info.title, hint_of(info.better))));
  for (const MethodMeans& method : means) {
    Json row = Json::array({title_of(method.name)});
    for (const MapMeasureInfo& info : list)
      row.push_back(mean_cell(method.measures[static_cast<std::size_t>(info.measure)].mean, 3));
    block["rows"].push_back(std::move(row));
  }
  for (std::size_t c = 0; c < list.size(); ++c) {
    Json* best = nullptr;
    const double sign = list[c].better == Better::Lower ? -1 : 1;
    for (Json& row : block["rows"])
      if (list[c].better != Better::Neither && !row[c + 1].is_null() &&
          (!best || sign * row[c + 1]["value"].get<double>() > sign * (*best)["value"].get<double>()))
        best = &row[c + 1];
    if (best)
      (*best)["mark"] = "good";
  }
  return block;
}

/// An image with what its maps reached, insertion less deletion.
struct HardImage {
  const FaithfulnessImage* image = nullptr;
  double mean = 0;
  std::string best;
  double best_value = 0;
};

/// The images on which the methods do worst, the worst first.
std::vector<HardImage> hardest(const FaithfulnessResults& results, std::size_t count) {
  std::vector<HardImage> list;
  for (const FaithfulnessImage& image : results.images) {
    HardImage hard;
    hard.image = &image;
    std::size_t methods = 0;
    for (std::size_t m = 0; image.error.empty() && m < results.methods.size(); ++m) {
      const MapScores& scores = image.judged.maps[m];
      if (role_of(results.methods[m]) == PlotRole::Control || !scores[MapMeasure::Insertion] ||
          !scores[MapMeasure::Deletion])
        continue;
      const double value = *scores[MapMeasure::Insertion] - *scores[MapMeasure::Deletion];
      if (methods++ == 0 || value > hard.best_value) {
        hard.best = title_of(results.methods[m]);
        hard.best_value = value;
      }
      hard.mean += value;
    }
    if (methods == 0)
      continue;
    hard.mean /= static_cast<double>(methods);
    list.push_back(hard);
  }
  std::stable_sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.mean < b.mean; });
  list.resize(std::min(list.size(), count));
  return list;
}

void add_hardest(Page& page, const FaithfulnessResults& results) {
  constexpr std::size_t shown = 12;
  Json block = {{"title", "Hardest images"},
                {"note", "Where insertion less deletion, the mean over the methods, is lowest."},
                {"items", Json::array()}};
  for (const HardImage& hard : hardest(results, shown))
    try {
      const std::string name = fs::path(hard.image->image).filename().string();
      block["items"].push_back(
          {{"picture", page.add_picture(name, encode_jpeg(for_showing(read_image(hard.image->image))))},
           {"title", name},
           {"caption",
            fmt::format("{:.3f}; the best, {}, {:.3f}; class {}, probability {:.3f}", hard.mean, hard.best,
                        hard.best_value, hard.image->judged.class_index, hard.image->judged.probability)}});
    } catch (const std::exception&) {  // gone or changed since
    }
  if (!block["items"].empty())
    page.add_block("pictures", block_text(block));
}

void write_page(const FaithfulnessResults& results, const std::vector<MethodMeans>& means,
                const std::string& path, const std::string& command_line) {
  Page page(path, "Faithfulness of maps", Page::Pictures::Inside);
  page.add_block("table", block_text(means_table(means)));
  for (std::size_t k = 0; k < std::size(kCurves); ++k)
    add_plot(page, kCurves[k].title, to_svg(curve_plot(means, k)));
  for (const MapMeasureInfo& info : measured(means))
    add_plot(page, std::string(info.title), to_svg(measure_plot(means, info)));
  add_hardest(page, results);
  std::vector<LeftOutFile> left_out;
  for (const FaithfulnessImage& image : results.images)
    if (!image.error.empty())
      left_out.push_back({image.image, image.error});
  end_evaluation_page(page, left_out, results.settings, command_line,
                      fmt::format("{} maps of each of {} images, {} images failed", means.size(),
                                  results.images.size(), left_out.size()));
}

}  // namespace

void report_faithfulness(const FaithfulnessResults& results, const MapEvaluation& arguments) {
  const std::vector<MethodMeans> means = means_of(results, {.seed = arguments.seed()});
  const auto file = [&](const char* name) { return (fs::path(arguments.output) / name).string(); };
  write_file_atomically(file("images.csv"), images_csv(results));
  write_file_atomically(file("curves.csv"), curves_csv(means));
  const std::string summary = json_text(summary_of(results, means)) + "\n";
  write_file_atomically(file("summary.json"), summary);
  for (std::size_t k = 0; k < std::size(kCurves); ++k)
    write_plot(arguments.output, std::string("curve-") + kCurves[k].name, curve_plot(means, k));
  for (const MapMeasureInfo& info : measured(means))
    write_plot(arguments.output, fmt::format("measure-{}", info.name), measure_plot(means, info));
  write_page(results, means, file("report.html"), arguments.command_line);
  if (arguments.json) {
    print_lines(summary);
    return;
  }
  const auto failed = std::count_if(results.images.begin(), results.images.end(),
                                    [](const FaithfulnessImage& image) { return !image.error.empty(); });
  print("{} images, {} of them failed and left out\n\n", results.images.size(), failed);
  print_tables(means);
}

}  // namespace fovea::cli
