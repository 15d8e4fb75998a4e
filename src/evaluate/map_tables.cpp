#include "evaluate/map_tables.hpp"

#include "base/display_width.hpp"
#include "fovea/explain.hpp"
#include "fovea/image.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>

namespace fovea {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPlotEndings[] = {".svg", ".png"};

void write_both(const std::string& folder, const std::string& name, const Graphic& plot) {
  for (const std::string& file : plot_files(folder, {name}))
    write_graphic(file, plot);
}

}  // namespace

std::string title_of(std::string_view method) {
  if (method == "random")
    return "random map";
  if (method == "centre")
    return "centre prior";
  const std::size_t colon = method.find(':');
  std::string title(method_info(method.substr(0, colon)).title);
  if (colon != std::string_view::npos) {
    std::string settings(method.substr(colon + 1));
    std::replace(settings.begin(), settings.end(), '=', ' ');
    title += ", " + settings;
  }
  return title;
}

nlohmann::ordered_json interval_json(const MeanInterval& mean) {
  if (mean.count == 0)
    return nullptr;
  return {{"mean", mean.mean}, {"low", mean.low}, {"high", mean.high}, {"images", mean.count}};
}

std::string number_text(double value, const MeanInterval& of, int decimals) {
  const double most = std::max(std::abs(of.low), std::abs(of.high));
  const bool is_plain = most == 0 || (most < 1000 && most >= std::pow(10.0, -decimals));
  return is_plain ? fmt::format("{:.{}f}", value, decimals) : fmt::format("{:.3g}", value);
}

std::string interval_text(const MeanInterval& mean, int decimals) {
  if (mean.count == 0)
    return "none";
  const auto text = [&](double value) { return number_text(value, mean, decimals); };
  return fmt::format("{} [{}, {}]", text(mean.mean), text(mean.low), text(mean.high));
}

std::string columns_text(const std::vector<std::string>& left,
                         const std::vector<std::vector<std::string>>& columns) {
  constexpr std::size_t most = 80, gap = 2;
  const auto width_of = [](const std::vector<std::string>& texts) {
    std::size_t width = 0;
    for (const std::string& text : texts)
      width = std::max(width, display_width(text));
    return width;
  };
  const auto padded = [](const std::string& text, std::size_t width) {
    return text + std::string(width - std::min(width, display_width(text)), ' ');
  };
  const std::size_t names = width_of(left);
  std::string text;
  for (std::size_t first = 0; first < columns.size();) {
    std::vector<std::size_t> widths = {width_of(columns[first])};
    std::size_t used = names + gap + widths.front();
    while (first + widths.size() < columns.size()) {
      const std::size_t next = width_of(columns[first + widths.size()]);
      if (used + gap + next > most)
        break;
      used += gap + next;
      widths.push_back(next);
    }
    if (!text.empty())
      text += "\n";
    for (std::size_t row = 0; row < left.size(); ++row) {
      std::string line = padded(left[row], names);
      for (std::size_t c = 0; c < widths.size(); ++c)
        line += std::string(gap, ' ') + padded(columns[first + c][row], widths[c]);
      text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    }
    first += widths.size();
  }
  return text;
}

void write_plot(const std::string& folder, const std::string& name, const LinePlot& plot) {
  write_both(folder, name, plot);
}
void write_plot(const std::string& folder, const std::string& name, const BarPlot& plot) {
  write_both(folder, name, plot);
}

std::vector<std::string> plot_files(const std::string& folder, const std::vector<std::string>& names) {
  std::vector<std::string> files;
  for (const std::string& name : names)
    for (const char* ending : kPlotEndings)
      files.push_back((fs::path(folder) / (name + ending)).string());
  return files;
}

nlohmann::ordered_json failures_json(const std::vector<FailedImage>& failed) {
  auto list = nlohmann::ordered_json::array();
  for (const FailedImage& image : failed)
    list.push_back({{"image", image.image}, {"error", image.error}});
  return list;
}

}  // namespace fovea
