#include "base/atomic_file.hpp"
#include "cli/evaluate.hpp"
#include "cli/output.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fovea::cli {
namespace {

using Json = nlohmann::ordered_json;

/// Null where there were no images.
Json to_json(const Rate& rate) {
  if (rate.of == 0)
    return nullptr;
  return {{"share", rate.share()}, {"low", rate.low()}, {"high", rate.high()}, {"images", rate.count}};
}

/// How many of the guesses had boxes looked for; the errors of more are not known.
Json to_json(const BoxScores& scores, std::int64_t guesses) {
  Json json;
  json["localization_top1_error"] = guesses >= 1 ? to_json(scores.top1_error) : Json();
  json["localization_top5_error"] = guesses >= 5 ? to_json(scores.top5_error) : Json();
  for (std::size_t i = 0; i < kKnownClassOverlaps.size(); ++i)
    json["gt_known_accuracy"][fmt::format("{:.1f}", kKnownClassOverlaps[i])] = to_json(scores.known_class[i]);
  json["gt_known_accuracy"]["mean"] =
      scores.known_class.front().of == 0 ? Json() : Json(scores.known_class_mean());
  return json;
}

Json to_json(const LocalizationSummary& summary, const Json& settings, std::int64_t guesses) {
  Json json = {{"images", summary.images},
               {"failed", summary.failures.size()},
               {"images_without_some_box", summary.without_box},
               {"true_boxes_clipped", summary.clipped_boxes},
               {"classification_top1_error", to_json(summary.classification_top1_error)},
               {"classification_top5_error", to_json(summary.classification_top5_error)},
               {"found", to_json(summary.found, guesses)},
               {"whole_image", to_json(summary.whole_image, guesses)},
               {"centred_box", to_json(summary.centred_box, guesses)}};
  json["centred_box"]["width"] = summary.centred_width;
  json["centred_box"]["height"] = summary.centred_height;
  json["failures"] = Json::array();
  for (const auto& [name, error] : summary.failures)
    json["failures"].push_back({{"image", name}, {"error", error}});
  json["settings"] = settings;
  const StageSeconds& seconds = summary.seconds;
  json["seconds"] = {{"read", seconds.read},
                     {"classify", seconds.classify},
                     {"maps", seconds.maps},
                     {"segment", seconds.segment},
                     {"all", seconds.read + seconds.classify + seconds.maps + seconds.segment}};
  return json;
}

std::string percent(const Rate& rate) {
  return fmt::format("{:5.1f}  {:>13}", 100 * rate.share(),
                     fmt::format("[{:.1f}, {:.1f}]", 100 * rate.low(), 100 * rate.high()));
}

void print_row(const char* title, const std::vector<std::string>& cells) {
  print("{:<30}", title);
  for (const std::string& cell : cells)
    print("  {:>20}", cell);
  print("\n");
}

void print_table(const LocalizationSummary& summary, std::int64_t guesses) {
  const BoxScores* const columns[] = {&summary.found, &summary.whole_image, &summary.centred_box};
  print_row("%, [95 % interval]",
            {"found", "whole image",
             fmt::format("box {:.2f} x {:.2f}", summary.centred_width, summary.centred_height)});
  print_row("classification error, top-1", {percent(summary.classification_top1_error)});
  print_row("classification error, top-5", {percent(summary.classification_top5_error)});
  const auto row = [&](const char* title, auto&& cell) {
    std::vector<std::string> cells;
    for (const BoxScores* scores : columns)
      cells.push_back(cell(*scores));
    print_row(title, cells);
  };
  if (guesses >= 1)
    row("localisation error, top-1", [](const BoxScores& s) { return percent(s.top1_error); });
  if (guesses >= 5)
    row("localisation error, top-5", [](const BoxScores& s) { return percent(s.top5_error); });
  for (std::size_t i = 0; i < kKnownClassOverlaps.size(); ++i)
    row(fmt::format("GT-known accuracy, IoU >= {:.1f}", kKnownClassOverlaps[i]).c_str(),
        [&](const BoxScores& s) { return percent(s.known_class[i]); });
  row("GT-known accuracy, their mean",
      [](const BoxScores& s) { return fmt::format("{:5.1f}  {:13}", 100 * s.known_class_mean(), ""); });
}

void print_text(const LocalizationSummary& summary, std::int64_t guesses) {
  print("{} images, {} of them failed (and count as misses)\n", summary.images, summary.failures.size());
  if (summary.images == 0)
    return;
  print_table(summary, guesses);
  if (summary.without_box > 0)
    print("images where some class got no box: {}\n", summary.without_box);
  if (summary.clipped_boxes > 0)
    print("true boxes clipped to their picture: {}\n", summary.clipped_boxes);
  const double each = 1000 / static_cast<double>(summary.images);
  const StageSeconds& s = summary.seconds;
  print("ms for each image: {:.1f} reading, {:.1f} scores, {:.1f} maps, {:.1f} cuts and boxes\n",
        each * s.read, each * s.classify, each * s.maps, each * s.segment);
}

}  // namespace

int report_summary(const EvaluatedImages& images, const ResultFiles& files, bool json) {
  const LocalizationSummary summary = summarize(images.results);
  const std::int64_t guesses = images.settings.value("guesses", std::int64_t{5});
  const std::string text = json_text(to_json(summary, images.settings, guesses)) + "\n";
  write_file_atomically(files.summary, text);
  write_localization_page(images, summary, files.page);
  if (json)
    print_lines(text);
  else
    print_text(summary, guesses);
  return summary.failures.empty() ? 0 : 1;
}

}  // namespace fovea::cli
