#include "report/report_summary.hpp"

#include "fovea/image.hpp"
#include "report/class_model_pictures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

namespace fovea {
namespace {

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

/// Classes with their numbers of photos, the commonest first.
std::vector<std::pair<std::int64_t, std::int64_t>> commonest(const ReportSummary& summary) {
  std::vector<std::pair<std::int64_t, std::int64_t>> classes(summary.photos_of_class.begin(),
                                                             summary.photos_of_class.end());
  std::stable_sort(classes.begin(), classes.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  return classes;
}

void add_class_models(Page& page, const ReportOptions& options, const Network& network,
                      const ReportSummary& summary, const ReportEvents& events) {
  const auto classes = commonest(summary);
  const std::size_t count = std::min(classes.size(), static_cast<std::size_t>(options.class_models));
  if (count == 0)
    return;
  ClassModelPictures pictures(network.model, network.preprocessing, options.program);
  Json block = {{"title", "Class models"},
                {"note", "Pictures made by gradient ascent so that they excite a class as much as possible: "
                         "what the network has learnt of it."}};
  if (count < classes.size())
    block["note"] = fmt::format("{} Of the {} most frequent of {} classes.", block["note"].get<std::string>(),
                                count, classes.size());
  for (std::size_t k = 0; k < count; ++k) {
    const std::int64_t target = classes[k].first;
    if (events.progress)
      events.progress(static_cast<std::int64_t>(k), static_cast<std::int64_t>(count), "class models");
    const Panel& panel = pictures.panel(target);
    block["items"].push_back(
        {{"picture", page.add_picture(fmt::format("class-model-{}", target), encode_jpeg(panel.image))},
         {"title", network.labels.short_name(target)},
         {"caption", panel.caption}});
  }
  page.add_block("pictures", block_text(block));
}

void add_plots(Page& page, const Network& network, const ReportSummary& summary) {
  if (summary.photos < 2)
    return;
  BarPlot classes{"Photos of each class", "photos", {}, {0}};
  const auto list = commonest(summary);
  for (std::size_t k = 0; k < std::min(list.size(), kBarsOfClasses); ++k)
    classes.bars.push_back({network.labels.short_name(list[k].first), static_cast<double>(list[k].second)});
  if (list.size() > kBarsOfClasses)
    classes.title += fmt::format(", the {} commonest of {}", kBarsOfClasses, list.size());
  add_plot(page, classes.title, to_svg(classes));

  if (summary.probabilities.empty())
    return;
  constexpr std::size_t bins = 10;
  std::array<double, bins> counts = {};
  for (const double probability : summary.probabilities)
    counts.at(std::min(static_cast<std::size_t>(probability * bins), bins - 1)) += 1;
  BarPlot sure{"How certain the network is", "photos", {}, {0}};
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

Facts model_card(const ReportOptions& options, const Network& network, const Program& program) {
  const Model& model = network.model;
  const ProgramReport& report = program.report();
  Facts facts = {{"Network", options.network.empty() ? model.path() : options.network}};
  if (options.network != model.path() && !options.network.empty())
    facts.emplace_back("File", model.path());
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
  facts.emplace_back("Precision", std::string(name_of(program.options().precision)));
  return facts;
}

}  // namespace

void add_settings(Page& page, const ReportOptions& options, const std::vector<MethodInfo>& methods) {
  Json block = {{"colourMap", options.colormap},
                {"white", options.range.percentile >= 100
                              ? "the maximum"
                              : fmt::format("{:g} % quantile", options.range.percentile)}};
  for (const std::string& name : colormap_names())
    block["colourMaps"][name] = colours_of(name);
  for (const MethodInfo& info : methods)
    block["methods"].push_back({{"name", info.name},
                                {"title", info.title},
                                {"summary", info.summary},
                                {"signed", info.values == MethodInfo::Values::PerChannel}});
  page.add_block("settings", block_text(block));
}

void add_summary(Page& page, const ReportOptions& options, const Network& network, const Program& program,
                 const ReportSummary& summary, const ReportEvents& events) {
  add_class_models(page, options, network, summary, events);
  add_plots(page, network, summary);
  add_left_out(page, summary.left_out);
  Facts facts = model_card(options, network, program);
  for (auto& fact : run_facts(options.command_line, summary.seconds))
    facts.push_back(std::move(fact));
  add_facts(page, "Model and run", facts);
  const std::size_t out = summary.left_out.size();
  const std::string name = std::filesystem::path(network.model.path()).filename().string();
  add_head(page, fmt::format("{} by {}{}", counted(static_cast<std::size_t>(summary.photos), "photo"), name,
                             out == 0 ? "" : fmt::format("; {} left out", counted(out, "file"))));
}

}  // namespace fovea
