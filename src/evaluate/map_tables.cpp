#include "evaluate/map_tables.hpp"

#include "fovea/explain.hpp"
#include "fovea/image.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

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
  return std::string(method_info(method).title);
}

nlohmann::ordered_json interval_json(const MeanInterval& mean) {
  if (mean.count == 0)
    return nullptr;
  return {{"mean", mean.mean}, {"low", mean.low}, {"high", mean.high}, {"images", mean.count}};
}

std::string interval_text(const MeanInterval& mean, int decimals) {
  return mean.count == 0
             ? "none"
             : fmt::format("{0:.{3}f} [{1:.{3}f}, {2:.{3}f}]", mean.mean, mean.low, mean.high, decimals);
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
