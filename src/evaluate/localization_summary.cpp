#include "evaluate/localization_summary.hpp"

#include <fmt/format.h>

#include <vector>

namespace fovea {
namespace {

using Json = nlohmann::ordered_json;

/// Null where there were no images.
Json to_json(const Rate& rate) {
  if (rate.of == 0)
    return nullptr;
  return {{"share", rate.share()}, {"low", rate.low()}, {"high", rate.high()}, {"images", rate.count}};
}

/// The scores as JSON; null for errors that need more guesses than were localised.
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

std::string percent(const Rate& rate) {
  return fmt::format("{:.1f} [{:.1f}, {:.1f}]", 100 * rate.share(), 100 * rate.low(), 100 * rate.high());
}

/// A row of at most 80 columns.
std::string table_row(std::string_view title, const std::vector<std::string>& cells) {
  std::string row = fmt::format("{:<20}", title);
  for (const std::string& cell : cells)
    row += fmt::format("{:>20}", cell);
  return row + "\n";
}

std::string table_text(const LocalizationSummary& summary, std::int64_t guesses) {
  const BoxScores* const columns[] = {&summary.found, &summary.whole_image, &summary.centred_box};
  std::string text =
      table_row("%, [95 % interval]",
                {"found", "whole image",
                 fmt::format("box {:.2f} x {:.2f}", summary.centred_width, summary.centred_height)});
  text += table_row("class error, top-1", {percent(summary.classification_top1_error)});
  text += table_row("class error, top-5", {percent(summary.classification_top5_error)});
  const auto add_row = [&](std::string_view title, auto&& cell) {
    std::vector<std::string> cells;
    for (const BoxScores* scores : columns)
      cells.push_back(cell(*scores));
    text += table_row(title, cells);
  };
  if (guesses >= 1)
    add_row("box error, top-1", [](const BoxScores& s) { return percent(s.top1_error); });
  if (guesses >= 5)
    add_row("box error, top-5", [](const BoxScores& s) { return percent(s.top5_error); });
  for (std::size_t i = 0; i < kKnownClassOverlaps.size(); ++i)
    add_row(fmt::format("GT-known, IoU {:.1f}", kKnownClassOverlaps[i]),
            [&](const BoxScores& s) { return percent(s.known_class[i]); });
  add_row("GT-known, mean",
          [](const BoxScores& s) { return fmt::format("{:.1f}{:13}", 100 * s.known_class_mean(), ""); });
  text += "\nMaxBoxAccV2: boxes of the bare map, at the best threshold for these images\n";
  const MaxBoxAccuracy& best = summary.max_box;
  for (std::size_t i = 0; i < kKnownClassOverlaps.size(); ++i)
    text += table_row(fmt::format("IoU {:.1f}", kKnownClassOverlaps[i]),
                      {percent(best.accuracies[i]), fmt::format("threshold {:.2f}", best.thresholds[i])});
  text += table_row("mean", {fmt::format("{:.1f}{:13}", 100 * best.mean(), "")});
  return text;
}

}  // namespace

std::int64_t guesses_of(const nlohmann::ordered_json& settings) {
  return settings.value("guesses", std::int64_t{5});
}

Json summary_json(const LocalizationSummary& summary, const Json& settings) {
  const std::int64_t guesses = guesses_of(settings);
  Json json = {{"images", summary.images},
               {"failed", summary.failures.size()},
               {"images_without_some_box", summary.without_box},
               {"true_boxes_clipped", summary.clipped_boxes},
               {"classification_top1_error", to_json(summary.classification_top1_error)},
               {"classification_top5_error", to_json(summary.classification_top5_error)},
               {"found", to_json(summary.found, guesses)},
               {"whole_image", to_json(summary.whole_image, guesses)},
               {"centred_box", to_json(summary.centred_box, guesses)}};
  for (std::size_t i = 0; i < kKnownClassOverlaps.size(); ++i)
    json["max_box_acc_v2"][fmt::format("{:.1f}", kKnownClassOverlaps[i])] = {
        {"accuracy", to_json(summary.max_box.accuracies[i])}, {"threshold", summary.max_box.thresholds[i]}};
  json["max_box_acc_v2"]["mean"] = summary.images == 0 ? Json() : Json(summary.max_box.mean());
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

std::string summary_text(const LocalizationSummary& summary, std::int64_t guesses) {
  std::string text = fmt::format("{} images, {} of them failed (and count as misses)\n", summary.images,
                                 summary.failures.size());
  if (summary.images == 0)
    return text;
  text += table_text(summary, guesses);
  if (summary.without_box > 0)
    text += fmt::format("images where some class got no box: {}\n", summary.without_box);
  if (summary.clipped_boxes > 0)
    text += fmt::format("true boxes clipped to their picture: {}\n", summary.clipped_boxes);
  const double each = 1000 / static_cast<double>(summary.images);
  const StageSeconds& s = summary.seconds;
  text +=
      fmt::format("ms for each image: {:.1f} reading, {:.1f} scores, {:.1f} maps, {:.1f} cuts and boxes\n",
                  each * s.read, each * s.classify, each * s.maps, each * s.segment);
  return text;
}

}  // namespace fovea
