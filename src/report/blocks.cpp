#include "report/blocks.hpp"

#include "base/shown_path.hpp"
#include "evaluate/map_tables.hpp"
#include "fovea/library.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>

namespace fovea {
namespace {

/// The longer side of pictures that are not maps.
constexpr std::int64_t kShownSide = 480;

std::string now() {
  return fmt::format("{:%Y-%m-%d %H:%M} UTC", fmt::gmtime(std::time(nullptr)));
}

std::string value_text(const nlohmann::ordered_json& value) {
  if (value.is_string())
    return shown_path(value.get<std::string>());
  if (!value.is_array())
    return block_text(value);
  std::string text;
  for (const auto& part : value)
    text += (text.empty() ? "" : ", ") + value_text(part);
  return text;
}

}  // namespace

std::string block_text(const nlohmann::ordered_json& block) {
  return block.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

Image for_showing(const Image& image) {
  const double factor =
      static_cast<double>(kShownSide) / static_cast<double>(std::max(image.width, image.height));
  if (factor >= 1)
    return image;
  const auto scaled = [&](std::int64_t side) {
    return std::max<std::int64_t>(std::llround(static_cast<double>(side) * factor), 1);
  };
  return resize(image, scaled(image.width), scaled(image.height));
}

void add_head(Page& page, const std::string& summary) {
  const std::string made = fmt::format("Made by fovea {} on {}.", build_info().version, now());
  page.add_block("head", block_text({{"summary", summary}, {"made", made}}));
}

void add_timeless_head(Page& page, const std::string& summary) {
  const std::string made = fmt::format("Made by fovea {}.", build_info().version);
  page.add_block("head", block_text({{"summary", summary}, {"made", made}}));
}

void add_facts(Page& page, const std::string& title, const Facts& facts) {
  nlohmann::ordered_json block = {{"title", title}, {"rows", nlohmann::ordered_json::array()}};
  for (const auto& [what, text] : facts)
    block["rows"].push_back(nlohmann::ordered_json::array({what, text}));
  page.add_block("facts", block_text(block));
}

void add_plot(Page& page, const std::string& title, const std::string& svg) {
  page.add_block("plot", block_text({{"title", title}, {"svg", svg}}));
}

void add_left_out(Page& page, const std::vector<LeftOutFile>& files) {
  if (files.empty())
    return;
  nlohmann::ordered_json block = {{"title", "Files left out"},
                                  {"columns", {text_column("file"), text_column("why")}}};
  for (const LeftOutFile& file : files)
    block["rows"].push_back(nlohmann::ordered_json::array({shown_path(file.path), file.why}));
  page.add_block("table", block_text(block));
}

std::string counted(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

Facts version_facts(const std::string& command_line) {
  const BuildInfo info = build_info();
  return {{"Command line", command_line},
          {"fovea", fmt::format("{}, {}, oneDNN {} with {}", info.version, info.build_type, info.onednn,
                                info.instruction_set)}};
}

Facts run_facts(const std::string& command_line, std::optional<double> seconds) {
  Facts facts = version_facts(command_line);
  facts.emplace_back("Time", now() + (seconds ? fmt::format(", took {:.1f} s", *seconds) : ""));
  return facts;
}

Facts settings_facts(const nlohmann::ordered_json& settings) {
  Facts facts;
  for (const auto& [name, value] : settings.items())
    if (value.is_object())
      for (const auto& [inner, text] : settings_facts(value))
        facts.emplace_back(name + "." + inner, text);
    else
      facts.emplace_back(name, value_text(value));
  return facts;
}

void end_evaluation_page(Page& page, const std::vector<LeftOutFile>& left_out,
                         const nlohmann::ordered_json& settings, const std::string& command_line,
                         const std::string& summary) {
  add_left_out(page, left_out);
  add_facts(page, "Settings", settings_facts(settings));
  add_facts(page, "Run", run_facts(command_line));
  add_head(page, summary);
  page.finish();
}

nlohmann::ordered_json number_or_null(const std::optional<double>& number) {
  return number ? nlohmann::ordered_json(*number) : nlohmann::ordered_json();
}

nlohmann::ordered_json text_column(const std::string& title) {
  return {{"title", title}};
}

nlohmann::ordered_json number_column(const std::string& title) {
  return {{"title", title}, {"number", true}};
}

nlohmann::ordered_json mean_cell(const MeanInterval& mean, int decimals) {
  if (mean.count == 0)
    return nullptr;
  const auto text = [&](double value) { return number_text(value, mean, decimals); };
  return {{"text", text(mean.mean)},
          {"detail", fmt::format("{} to {}", text(mean.low), text(mean.high))},
          {"value", mean.mean}};
}

}  // namespace fovea
