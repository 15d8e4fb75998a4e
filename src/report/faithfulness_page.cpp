#include "report/faithfulness_page.hpp"

#include "evaluate/pick.hpp"
#include "report/blocks.hpp"
#include "report/page_pictures.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace fovea {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// Means of all methods; the best one of each column is marked.
Json means_table(const FaithfulnessResults& results, const std::vector<MethodMeans>& means) {
  const std::vector<MapMeasureInfo> list = measured(means);
  Json block = {
      {"title", "Measures"},
      {"note", "Mean over images with its 95 % interval; the best of each column is green. A map that "
               "is no better than the random map or the centre prior says nothing about the network. " +
                   same_maps_text(results)},
      {"columns", Json::array({text_column("method")})}};
  for (const MapMeasureInfo& info : list)
    block["columns"].push_back(number_column(fmt::format("{} ({})", info.title, hint_of(info.better))));
  for (const MethodMeans& method : means) {
    Json row = Json::array({title_of(method.name)});
    for (const MapMeasureInfo& info : list)
      row.push_back(mean_cell(method[info.measure], 3));
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

/// The recommendation, where one was asked for.
void add_pick(Page& page, const Pick& pick) {
  Json block = {{"title", "Recommendation"},
                {"note", recommendation(pick)},
                {"columns", Json::array({text_column("method"), number_column("score (high is good)"),
                                         number_column("behind the best"), text_column("verdict")})},
                {"rows", Json::array()}};
  for (const PickedMethod& method : pick.methods)
    block["rows"].push_back(Json::array({title_of(method.name), mean_cell(method.score, 2),
                                         mean_cell(method.behind, 2), std::string(name_of(method.verdict))}));
  page.add_block("table", block_text(block));
}

void add_hardest(Page& page, const FaithfulnessResults& results) {
  Json block = {{"title", "Hardest images"},
                {"note", "Those with the lowest insertion minus deletion, averaged over the methods."},
                {"items", Json::array()}};
  for (const HardImage& hard : hardest_images(results, kHardestShown)) {
    if (hard.image->picture.empty())
      continue;
    block["items"].push_back(
        {{"picture", hard.image->picture},
         {"title", fs::path(hard.image->image).filename().string()},
         {"caption", fmt::format("mean {:.3f}; best method {} with {:.3f}; class {}, probability {:.3f}",
                                 hard.mean, hard.best, hard.best_value, hard.image->judged.class_index,
                                 hard.image->judged.probability)}});
  }
  if (!block["items"].empty())
    page.add_block("pictures", block_text(block));
}

}  // namespace

std::string small_picture(const Image& photo) {
  return picture_url(page_photo(for_showing(photo)));
}

void write_faithfulness_page(const FaithfulnessResults& results, const std::vector<MethodMeans>& means,
                             const std::string& file, const std::string& command_line) {
  Page page(file, "Faithfulness of maps", Page::Pictures::Inside);
  if (const auto pick = picked(results))
    add_pick(page, *pick);
  page.add_block("table", block_text(means_table(results, means)));
  for (const std::size_t k : measured_curves(means))
    add_plot(page, kCurveKinds[k].title, to_svg(curve_plot(means, k)));
  for (const MapMeasureInfo& info : measured(means))
    add_plot(page, std::string(info.title), to_svg(measure_plot(means, info)));
  add_hardest(page, results);
  std::vector<LeftOutFile> left_out;
  for (const FaithfulnessImage& image : results.images)
    if (image.failed())
      left_out.push_back({image.image, image.error});
  end_evaluation_page(page, left_out, results.settings, command_line,
                      fmt::format("{} maps of each of {} images, {} images failed", means.size(),
                                  results.images.size(), left_out.size()));
}

}  // namespace fovea
