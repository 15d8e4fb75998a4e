#include "evaluate/faithfulness_results.hpp"

#include "base/atomic_file.hpp"
#include "base/csv.hpp"
#include "base/json.hpp"
#include "base/wrapped_text.hpp"
#include "evaluate/pick.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <span>

namespace fovea {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

PlotRole role_of(const std::string& method) {
  const bool control = std::find(kControlMaps.begin(), kControlMaps.end(), method) != kControlMaps.end();
  return control ? PlotRole::Control : PlotRole::Result;
}

}  // namespace

std::vector<MethodMeans> means_of(const FaithfulnessResults& results) {
  const BootstrapOptions options = {.seed = results.seed};
  std::vector<MethodMeans> means;
  for (std::size_t m = 0; m < results.methods.size(); ++m) {
    std::vector<MapScores> scores;
    for (const FaithfulnessImage& image : results.images)
      if (!image.failed())
        scores.push_back(image.judged.maps[m]);
    MethodMeans method{results.methods[m], summarize(scores, options), {}};
    for (std::size_t k = 0; k < kCurveKinds.size(); ++k) {
      std::vector<Curve> curves;
      for (const MapScores& image : scores)
        curves.push_back(image.*kCurveKinds[k].curve);
      method.curves[k] = mean_curve(curves, options);
    }
    means.push_back(std::move(method));
  }
  return means;
}

std::vector<MapMeasureInfo> measured(const std::vector<MethodMeans>& means) {
  std::vector<MapMeasureInfo> list;
  for (const MapMeasureInfo& info : map_measures())
    if (std::any_of(means.begin(), means.end(),
                    [&](const MethodMeans& method) { return method[info.measure].count > 0; }))
      list.push_back(info);
  return list;
}

std::vector<std::size_t> measured_curves(const std::vector<MethodMeans>& means) {
  std::vector<std::size_t> list;
  for (std::size_t k = 0; k < kCurveKinds.size(); ++k)
    if (std::any_of(means.begin(), means.end(),
                    [&](const MethodMeans& method) { return !method.curves[k].shares.empty(); }))
      list.push_back(k);
  return list;
}

const char* hint_of(Better better) {
  return better == Better::Lower    ? "low is good"
         : better == Better::Higher ? "high is good"
                                    : "no better or worse";
}

std::string images_csv(const FaithfulnessResults& results) {
  std::string csv =
      "image,method,class_index,probability,mean_colour_probability,blurred_probability,same_as";
  for (const MapMeasureInfo& info : map_measures())
    csv += fmt::format(",{}", info.name);
  csv += ",error\n";
  for (const FaithfulnessImage& image : results.images) {
    if (image.failed()) {
      csv += fmt::format("{},,,,,,{},{}\n", csv_field(image.image), std::string(kMapMeasures, ','),
                         csv_field(image.error));
      continue;
    }
    const JudgedPhoto& judged = image.judged;
    for (std::size_t m = 0; m < results.methods.size(); ++m) {
      const std::optional<std::size_t> same = judged.maps[m].same_as;
      csv += fmt::format("{},{},{},{:.6g},{:.6g},{:.6g},{}", csv_field(image.image), results.methods[m],
                         judged.class_index, judged.probability, judged.mean_colour_probability,
                         judged.blurred_probability, same ? results.methods[*same] : "");
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
    for (std::size_t k = 0; k < kCurveKinds.size(); ++k)
      for (std::size_t i = 0; i < method.curves[k].shares.size(); ++i) {
        const MeanInterval& score = method.curves[k].scores[i];
        csv += fmt::format("{},{},{:.6g},{:.6g},{:.6g},{:.6g}\n", method.name, kCurveKinds[k].name,
                           method.curves[k].shares[i], score.mean, score.low, score.high);
      }
  return csv;
}

Json summary_json(const FaithfulnessResults& results, const std::vector<MethodMeans>& means) {
  std::vector<FailedImage> failed;
  for (const FaithfulnessImage& image : results.images)
    if (image.failed())
      failed.push_back({image.image, image.error});
  Json json = {{"images", results.images.size()}, {"failed", failed.size()}};
  for (const MethodMeans& method : means)
    for (const MapMeasureInfo& info : map_measures()) {
      const MeasuredMean& found = method.measures[static_cast<std::size_t>(info.measure)];
      json["methods"][method.name][std::string(info.name)] = interval_json(found.mean);
    }
  for (const MapMeasureInfo& info : map_measures())
    json["better"][std::string(info.name)] = info.better == Better::Lower    ? Json("lower")
                                             : info.better == Better::Higher ? Json("higher")
                                                                             : Json();
  json["same_maps"] = same_maps(results);
  if (const auto pick = picked(results))
    json["pick"] = to_json(*pick);
  json["failures"] = failures_json(failed);
  json["settings"] = results.settings;
  return json;
}

std::vector<std::vector<std::string>> same_maps(const FaithfulnessResults& results) {
  std::vector<std::vector<std::string>> groups;
  std::vector<bool> is_taken(results.methods.size(), false);
  for (std::size_t m = 0; m < results.methods.size(); ++m) {
    std::vector<std::string> group = {results.methods[m]};
    for (std::size_t other = m + 1; other < results.methods.size(); ++other) {
      bool is_same = !is_taken[m] && !is_taken[other] && results.failures() < results.images.size();
      for (const FaithfulnessImage& image : results.images) {
        const auto first = [&](std::size_t map) { return image.judged.maps[map].same_as.value_or(map); };
        is_same = is_same && (image.failed() || first(m) == first(other));
      }
      if (is_same) {
        group.push_back(results.methods[other]);
        is_taken[other] = true;
      }
    }
    if (group.size() > 1)
      groups.push_back(std::move(group));
  }
  return groups;
}

std::string same_maps_text(const FaithfulnessResults& results) {
  std::string text;
  for (const std::vector<std::string>& group : same_maps(results)) {
    std::vector<std::string> titles;
    for (const std::string& method : group)
      titles.push_back(title_of(method));
    text += fmt::format("The same map on all images: {}.\n", fmt::join(titles, ", "));
  }
  return text;
}

std::string summary_text(const FaithfulnessResults& results, const std::vector<MethodMeans>& means) {
  std::string text =
      fmt::format("{} images, {} of them failed and left out\n\n", results.images.size(), results.failures());
  if (const auto pick = picked(results))
    return text + pick_text(*pick);
  std::vector<std::string> left = {"", "mean [95 % interval]"};
  for (const MethodMeans& method : means)
    left.push_back(title_of(method.name));
  std::vector<std::vector<std::string>> columns;
  for (const MapMeasureInfo& info : measured(means)) {
    columns.push_back({std::string(info.title), hint_of(info.better)});
    for (const MethodMeans& method : means)
      columns.back().push_back(interval_text(method[info.measure], 3));
  }
  text += columns_text(left, columns);
  if (const std::string same = same_maps_text(results); !same.empty())
    text += "\n" + hanging_lines(same, 80);
  return text;
}

LinePlot curve_plot(const std::vector<MethodMeans>& means, std::size_t kind) {
  LinePlot plot{kCurveKinds[kind].title,
                kCurveKinds[kind].x_label,
                "probability of the class, mean over images, 95 % band",
                {},
                {0, 1},
                {0}};
  for (const MethodMeans& method : means) {
    PlotSeries series;
    series.label = title_of(method.name);
    series.role = role_of(method.name);
    series.x = method.curves[kind].shares;
    for (const MeanInterval& score : method.curves[kind].scores) {
      series.y.push_back(score.mean);
      series.low.push_back(score.low);
      series.high.push_back(score.high);
    }
    plot.series.push_back(std::move(series));
  }
  return plot;
}

BarPlot measure_plot(const std::vector<MethodMeans>& means, const MapMeasureInfo& info) {
  BarPlot plot{
      fmt::format("{} ({})", info.title, hint_of(info.better)), "mean over images, 95 % interval", {}};
  for (const MethodMeans& method : means) {
    const MeanInterval& mean = method[info.measure];
    plot.bars.push_back({title_of(method.name), mean.mean, mean.low, mean.high, role_of(method.name)});
  }
  return plot;
}

std::optional<HardImage> hardness_of(const JudgedPhoto& judged, const std::vector<std::string>& methods) {
  HardImage hard;
  std::size_t count = 0;
  for (std::size_t m = 0; m < methods.size(); ++m) {
    const MapScores& scores = judged.maps[m];
    if (role_of(methods[m]) == PlotRole::Control || !scores[MapMeasure::Insertion] ||
        !scores[MapMeasure::Deletion])
      continue;
    const double value = *scores[MapMeasure::Insertion] - *scores[MapMeasure::Deletion];
    if (count++ == 0 || value > hard.best_value) {
      hard.best = title_of(methods[m]);
      hard.best_value = value;
    }
    hard.mean += value;
  }
  if (count == 0)
    return std::nullopt;
  hard.mean /= static_cast<double>(count);
  return hard;
}

std::vector<HardImage> hardest_images(const FaithfulnessResults& results, std::size_t count) {
  std::vector<HardImage> list;
  for (const FaithfulnessImage& image : results.images)
    if (auto hard = image.failed() ? std::nullopt : hardness_of(image.judged, results.methods)) {
      hard->image = &image;
      list.push_back(*hard);
    }
  std::stable_sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.mean < b.mean; });
  list.resize(std::min(list.size(), count));
  return list;
}

std::vector<std::string> faithfulness_files(const std::string& folder) {
  std::vector<std::string> plots;
  for (const CurveKind& kind : kCurveKinds)
    plots.push_back(fmt::format("curve-{}", kind.name));
  for (const MapMeasureInfo& info : map_measures())
    plots.push_back(fmt::format("measure-{}", info.name));
  std::vector<std::string> files = plot_files(folder, plots);
  for (const char* name : {"images.csv", "curves.csv", "summary.json"})
    files.push_back((fs::path(folder) / name).string());
  return files;
}

void write_faithfulness(const FaithfulnessResults& results, const std::vector<MethodMeans>& means,
                        const std::string& folder) {
  const auto file = [&](const char* name) { return (fs::path(folder) / name).string(); };
  write_file_atomically(file("images.csv"), images_csv(results));
  write_file_atomically(file("curves.csv"), curves_csv(means));
  write_file_atomically(file("summary.json"), json_text(summary_json(results, means)) + "\n");
  for (const std::size_t k : measured_curves(means))
    write_plot(folder, std::string("curve-") + kCurveKinds[k].name, curve_plot(means, k));
  for (const MapMeasureInfo& info : measured(means))
    write_plot(folder, fmt::format("measure-{}", info.name), measure_plot(means, info));
}

}  // namespace fovea
