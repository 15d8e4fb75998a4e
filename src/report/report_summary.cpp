#include "report/report_summary.hpp"

#include "fovea/image.hpp"
#include "report/accuracy_blocks.hpp"
#include "report/class_model_pictures.hpp"
#include "report/introduction.hpp"
#include "report/map_caption.hpp"
#include "report/page_pictures.hpp"
#include "report/result_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

namespace fovea {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::size_t kBarsOfClasses = 20;

/// The 256 colours of a map, "rrggbb" each, one after another.
std::string colours_of(const std::string& colormap) {
  Image ramp = Image::blank(256, 1, 1, 0);
  for (std::size_t i = 0; i < 256; ++i)
    ramp.pixels[i] = static_cast<std::uint8_t>(i);
  std::string text;
  for (const std::uint8_t byte : colorize(ramp, colormap).pixels)
    text += fmt::format("{:02x}", byte);
  return text;
}

void count_in(Rate& rate, bool hit) {
  rate.count += hit ? 1 : 0;
  ++rate.of;
}

/// Classes with their numbers of photos, the most frequent first.
std::vector<std::pair<std::int64_t, std::int64_t>> by_frequency(const NetworkSummary& summary) {
  std::vector<std::pair<std::int64_t, std::int64_t>> classes(summary.photos_of_class.begin(),
                                                             summary.photos_of_class.end());
  std::stable_sort(classes.begin(), classes.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  return classes;
}

/// A network that segments pictures has scores at each position, and no photo whose region they are summed
/// over.
bool has_class_models(const ReportNetwork& network) {
  return !network.explainers.maps.program().region_scores();
}

/// A part's title, with the network's name where there are two.
std::string title_for(const std::string& title, const std::vector<ReportNetwork>& networks, std::size_t k) {
  return networks.size() == 1 ? title : fmt::format("{}: {}", title, networks[k].title());
}

void add_class_models(Page& page, const ReportOptions& options, const std::vector<ReportNetwork>& networks,
                      const ReportSummary& summary, std::size_t network, const ReportEvents& events) {
  const auto classes = by_frequency(summary.networks[network]);
  const std::size_t count = std::min(classes.size(), static_cast<std::size_t>(options.class_models));
  if (count == 0 || !has_class_models(networks[network]))
    return;
  const Network& loaded = networks[network].network;
  ClassModelPictures pictures(loaded.model, loaded.preprocessing, networks[network].program);
  Json block = {
      {"title", title_for("Class models", networks, network)},
      {"note",
       "Each picture was computed by gradient ascent to give one class a high score. It shows what the "
       "network has learnt to recognise the class by; it is not a photo that the network has seen."}};
  if (count == 1 && classes.size() > 1)
    block["note"] = fmt::format("{} This is the most frequent of {} classes.",
                                block["note"].get<std::string>(), classes.size());
  else if (count < classes.size())
    block["note"] = fmt::format("{} These are the {} most frequent of {} classes.",
                                block["note"].get<std::string>(), count, classes.size());
  for (std::size_t k = 0; k < count; ++k) {
    const std::int64_t index = classes[k].first;
    if (events.progress)
      events.progress(static_cast<std::int64_t>(k), static_cast<std::int64_t>(count), "class models");
    const Panel& panel = pictures.panel(index);
    block["items"].push_back(
        {{"picture",
          page.add_picture(fmt::format("class-model-{}-{}", network + 1, index), page_photo(panel.image))},
         {"title", loaded.labels.short_name(index)},
         {"caption", panel.caption}});
  }
  page.add_block("pictures", block_text(block));
}

void add_plots(Page& page, const std::vector<ReportNetwork>& networks, const ReportSummary& all,
               std::size_t network) {
  if (all.photos < 2)
    return;
  const NetworkSummary& summary = all.networks[network];
  BarPlot classes{title_for("Photos of each class", networks, network), "photos", {}, {0}};
  const auto list = by_frequency(summary);
  for (std::size_t k = 0; k < std::min(list.size(), kBarsOfClasses); ++k)
    classes.bars.push_back(
        {networks[network].network.labels.short_name(list[k].first), static_cast<double>(list[k].second)});
  if (list.size() > kBarsOfClasses)
    classes.title += fmt::format(", the {} most frequent of {}", kBarsOfClasses, list.size());
  add_plot(page, classes.title, to_svg(classes));

  if (summary.probabilities.empty())
    return;
  constexpr std::size_t bins = 10;
  std::array<double, bins> counts = {};
  for (const double probability : summary.probabilities)
    counts.at(std::min(static_cast<std::size_t>(probability * bins), bins - 1)) += 1;
  BarPlot sure{title_for("Probability of the explained class", networks, network), "photos", {}, {0}};
  for (std::size_t k = bins; k-- > 0;)
    sure.bars.push_back({fmt::format("{} to {} %", 100 * k / bins, 100 * (k + 1) / bins), counts.at(k)});
  add_plot(page, sure.title, to_svg(sure));
}

std::string operators_text(const Model& model) {
  auto counts = model.operator_counts();
  std::stable_sort(counts.begin(), counts.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string text;
  for (const auto& [name, count] : counts)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, name);
  return text;
}

}  // namespace

Facts model_card(const ReportNetwork& shown) {
  const Network& network = shown.network;
  const Model& model = network.model;
  const Program& program = shown.explainers.maps.program();
  const ProgramReport& report = program.report();
  const std::string file = fs::path(model.path()).filename().string();
  Facts facts = {{"Network", shown.title()}};
  if (shown.title() != file)
    facts.emplace_back("File", file);
  facts.emplace_back("Format", fmt::format("ONNX IR {}, opset {}{}", model.ir_version(), model.opset(),
                                           model.producer().empty() ? "" : ", made by " + model.producer()));
  for (const ModelPort& port : model.inputs())
    facts.emplace_back("Input", port.name + " " + describe(port));
  facts.emplace_back("Classes", std::to_string(program.classes()));
  facts.emplace_back("Parameters", fmt::format("{}", model.parameters()));
  facts.emplace_back("Multiply-adds", fmt::format("{:.3g} million for one picture",
                                                  static_cast<double>(report.multiply_adds) /
                                                      static_cast<double>(program.options().batch) / 1e6));
  facts.emplace_back("Operators", operators_text(model));
  facts.emplace_back("Preprocessing", fmt::format("{} (from {})", describe(network.preprocessing),
                                                  network.preprocessing_source));
  if (!has_class_models(shown))
    facts.emplace_back("Class models",
                       "none: a class of a network that segments pictures has no score without a "
                       "region of a photo");
  facts.emplace_back("Precision", std::string(name_of(program.options().precision)));
  return facts;
}

namespace {

std::string head_text(const std::vector<ReportNetwork>& networks, const ReportSummary& summary,
                      bool has_truth) {
  std::string text = fmt::format("{} by {}", counted(static_cast<std::size_t>(summary.photos), "photo"),
                                 networks.front().title());
  if (networks.size() > 1)
    text += fmt::format(" and {}, which agree on {}", networks.back().title(),
                        share_text(summary.comparison.agreement));
  if (has_truth)
    for (std::size_t k = 0; k < networks.size(); ++k)
      text += fmt::format("; {}{} right", networks.size() > 1 ? networks[k].title() + " has " : "",
                          share_text(summary.networks[k].top1));
  if (const std::size_t out = summary.left_out.size(); out > 0)
    text += fmt::format("; {} left out", counted(out, "file"));
  return text;
}

Json report_json(const ReportOptions& options, const std::vector<ReportNetwork>& networks,
                 const ReportSummary& summary) {
  Json json = {{"page", options.file}, {"photos", summary.photos}, {"left_out", summary.left_out.size()}};
  json["networks"] = Json::array();
  for (std::size_t k = 0; k < networks.size(); ++k) {
    const NetworkSummary& network = summary.networks[k];
    Json entry = {{"name", networks[k].title()}, {"classes", Json::array()}};
    for (const auto& [index, photos] : by_frequency(network)) {
      Json row = to_json(networks[k].network.labels, index);
      row["photos"] = photos;
      entry["classes"].push_back(std::move(row));
    }
    if (network.top1.of > 0) {
      entry["photos_with_truth"] = network.top1.of;
      entry["top1_accuracy"] = network.top1.share();
      entry["top5_accuracy"] = network.top5.share();
    }
    json["networks"].push_back(std::move(entry));
  }
  json["left_out_files"] = Json::array();
  for (const LeftOutFile& file : summary.left_out)
    json["left_out_files"].push_back({{"file", file.path}, {"reason", file.why}});
  return json;
}

}  // namespace

void ReportSummary::count(const PhotoEntry& entry) {
  ++photos;
  without_truth += entry.has_truth ? 0 : 1;
  for (std::size_t k = 0; k < entry.answers.size(); ++k) {
    const PhotoAnswer& answer = entry.answers[k];
    NetworkSummary& network = networks[k];
    ++network.photos_of_class[answer.explained_class];
    if (answer.probability)
      network.probabilities.push_back(*answer.probability);
    if (!answer.truth) {
      network.unknown_classes += entry.has_truth ? 1 : 0;
      continue;
    }
    count_in(network.top1, answer.rank == 1);
    count_in(network.top5, answer.rank <= 5);
    if (answer.rank > 1)
      ++network.mistakes[{*answer.truth, answer.best}];
  }
  if (entry.answers.size() != 2)
    return;
  count_in(comparison.agreement, entry.agree);
  const PhotoAnswer &first = entry.answers[0], &second = entry.answers[1];
  if (!first.truth || !second.truth)
    return;
  const bool is_right = first.rank == 1, is_second_right = second.rank == 1;
  ++(is_right ? (is_second_right ? comparison.both_right : comparison.only_first)
              : (is_second_right ? comparison.only_second : comparison.both_wrong));
}

void add_settings(Page& page, const ReportOptions& options, const std::vector<ReportNetwork>& networks,
                  bool has_truth) {
  const std::vector<MethodInfo>& methods = networks.front().explainers.maps.method_infos();
  Json block = {{"colourMap", options.colormap}, {"white", percentile_text(options.range.percentile)}};
  for (const ReportNetwork& network : networks)
    block["networks"].push_back(network.title());
  for (const std::string& name : colormap_names())
    block["colourMaps"][name] = colours_of(name);
  for (const MethodInfo& info : methods)
    block["methods"].push_back({{"name", info.name},
                                {"title", info.title},
                                {"signed", info.values == MethodInfo::Values::PerChannel}});
  block["truth"] = has_truth;
  page.add_block("settings", block_text(block));
  add_introduction(page, options, networks);
}

void finish_page(Page& page, const ReportOptions& options, const std::vector<ReportNetwork>& networks,
                 const ReportSummary& summary, bool has_truth, const ReportEvents& events,
                 ReportOutcome& outcome) {
  if (has_truth)
    add_accuracy(page, networks, summary);
  if (networks.size() > 1)
    add_comparison(page, networks, summary, has_truth);
  for (std::size_t k = 0; k < networks.size(); ++k)
    add_class_models(page, options, networks, summary, k, events);
  for (std::size_t k = 0; k < networks.size(); ++k)
    add_plots(page, networks, summary, k);
  add_left_out(page, summary.left_out);
  for (std::size_t k = 0; k < networks.size(); ++k)
    add_facts(page, title_for("Network", networks, k), model_card(networks[k]));
  const bool has_time = summary.seconds.has_value();
  add_facts(page, "Run",
            has_time ? run_facts(options.command_line, summary.seconds)
                     : version_facts(options.command_line));
  (has_time ? add_head : add_timeless_head)(page, head_text(networks, summary, has_truth));
  page.finish();
  outcome.photos = static_cast<std::size_t>(summary.photos);
  outcome.left_out = summary.left_out.size();
  outcome.json = report_json(options, networks, summary);
}

}  // namespace fovea
