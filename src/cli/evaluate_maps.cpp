#include "cli/evaluate_maps.hpp"

#include "base/atomic_file.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <set>

namespace fovea::cli {

namespace fs = std::filesystem;

namespace {

constexpr double kPlotScale = 1.5;

void write_both(const std::string& folder, const std::string& name, const std::string& svg,
                const Image& picture) {
  const std::string path = (fs::path(folder) / name).string();
  write_file_atomically(path + ".svg", svg);
  write_png(path + ".png", picture);
}

}  // namespace

void MapEvaluation::add_to(Command verb) {
  verb.add_option("images", images, "pictures, or folders of pictures").required().check(file_or_folder());
  verb.add_option("--methods", methods,
                  "the methods to compare, separated by commas: see 'fovea list methods'")
      .delimiter(',')
      .one_value_each()
      .required()
      .check(one_of(method_names()));
  verb.add_option("--class", target,
                  "the class to explain: auto (that of --truth where it names one, otherwise the best "
                  "guess), an index, a WordNet id or a name")
      .shows_default();
  verb.add_option("--view", view, "whole: the photo squeezed to the network's size; crop: its centre crop")
      .check(one_of({"whole", "crop"}))
      .shows_default();
  method_options.add_to(verb);
  verb.add_option("-o,--output", output, "folder for tables and plots").required().check(file_or_folder());
  verb.add_flag("--json", json, "print JSON");
  model.add_to(verb);
  model.add_workers_to(verb);
}

std::vector<std::string> MapEvaluation::checked_images() const {
  std::set<std::string> seen;
  for (const std::string& method : methods)
    if (!seen.insert(method).second)
      throw UsageError(fmt::format("--methods: '{}' comes twice", method));
  return expand_folders(images);
}

nlohmann::ordered_json MapEvaluation::settings() const {
  return {
      {"fovea", FOVEA_VERSION}, {"methods", methods},           {"class", target},
      {"view", view},           {"precision", model.precision}, {"method_options", method_options.to_json()}};
}

std::string title_of(std::string_view method) {
  if (method == "random")
    return "random map";
  if (method == "centre")
    return "centre prior";
  return std::string(method_info(method).title);
}

nlohmann::ordered_json to_json(const MeanInterval& mean) {
  if (mean.count == 0)
    return nullptr;
  return {{"mean", mean.mean}, {"low", mean.low}, {"high", mean.high}, {"images", mean.count}};
}

void write_plot(const std::string& folder, const std::string& name, const LinePlot& plot) {
  write_both(folder, name, to_svg(plot), draw_plot(plot, kPlotScale));
}
void write_plot(const std::string& folder, const std::string& name, const BarPlot& plot) {
  write_both(folder, name, to_svg(plot), draw_plot(plot, kPlotScale));
}

nlohmann::ordered_json to_json(const std::vector<FailedImage>& failed) {
  auto list = nlohmann::ordered_json::array();
  for (const FailedImage& image : failed)
    list.push_back({{"image", image.image}, {"error", image.error}});
  return list;
}

}  // namespace fovea::cli
