#include "report/localization_page.hpp"

#include "evaluate/localization_summary.hpp"
#include "fovea/error.hpp"
#include "fovea/image.hpp"
#include "fovea/segment.hpp"
#include "report/blocks.hpp"
#include "report/page_pictures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kWorstShown = 24;
constexpr Colour kTrueColour = {60, 220, 90}, kFoundColour = {255, 220, 0};

Json rate_cell(const Rate& rate) {
  if (rate.of == 0)
    return nullptr;
  return {{"text", fmt::format("{:.1f}", 100 * rate.share())},
          {"detail", fmt::format("{:.1f} to {:.1f}", 100 * rate.low(), 100 * rate.high())},
          {"value", rate.share()}};
}

Json rates_table(const LocalizationSummary& summary, std::int64_t guesses) {
  const BoxScores* const kinds[] = {&summary.found, &summary.whole_image, &summary.centred_box};
  Json block = {{"title", "Errors and accuracies"},
                {"note", "In %, with Wilson's 95 % interval. Images that failed count as misses."},
                {"columns",
                 {text_column("measure"), number_column("found boxes"), number_column("the whole image"),
                  number_column(fmt::format("a centred box of {:.2f} x {:.2f}", summary.centred_width,
                                            summary.centred_height))}}};
  const auto row = [&](const std::string& title, auto&& rate) {
    Json cells = Json::array({title});
    for (const BoxScores* scores : kinds)
      cells.push_back(rate_cell(rate(*scores)));
    block["rows"].push_back(std::move(cells));
  };
  for (const auto& [title, rate] :
       {std::pair{"classification error, top-1", &summary.classification_top1_error},
        std::pair{"classification error, top-5", &summary.classification_top5_error}})
    block["rows"].push_back(Json::array({title, rate_cell(*rate), nullptr, nullptr}));
  if (guesses >= 1)
    row("localisation error, top-1", [](const BoxScores& s) { return s.top1_error; });
  if (guesses >= 5)
    row("localisation error, top-5", [](const BoxScores& s) { return s.top5_error; });
  for (std::size_t i = 0; i < kKnownClassOverlaps.size(); ++i)
    row(fmt::format("accuracy given the class, IoU at least {:.1f}", kKnownClassOverlaps[i]),
        [&](const BoxScores& s) { return s.known_class[i]; });
  for (std::size_t i = 0; i < kKnownClassOverlaps.size(); ++i)
    block["rows"].push_back(Json::array(
        {fmt::format("MaxBoxAccV2, IoU at least {:.1f}: the bare map at the best threshold, {:.2f}",
                     kKnownClassOverlaps[i], summary.max_box.thresholds[i]),
         rate_cell(summary.max_box.accuracies[i]), nullptr, nullptr}));
  return block;
}

/// The share of images whose box overlaps by at least x.
LinePlot overlap_plot(const std::vector<ImageResult>& results, const LocalizationSummary& summary) {
  LinePlot plot{"Accuracy of boxes given the class",
                "IoU that a right box needs",
                "share of images",
                {},
                {0, 1},
                {0, 1}};
  const RealBox whole = {0, 0, 1, 1};
  const double w = summary.centred_width / 2, h = summary.centred_height / 2;
  const RealBox centred = {0.5 - w, 0.5 - h, 0.5 + w, 0.5 + h};
  const auto add = [&](const char* label, PlotRole role, auto&& overlap) {
    std::vector<double> overlaps;
    for (const ImageResult& image : results)
      overlaps.push_back(image.failed() ? 0 : overlap(image));
    PlotSeries series{label, {}, {}, {}, {}, role};
    for (int percent = 2; percent <= 100; percent += 2) {
      const double least = percent / 100.0;
      series.x.push_back(least);
      series.y.push_back(static_cast<double>(std::count_if(overlaps.begin(), overlaps.end(),
                                                           [&](double value) { return value >= least; })) /
                         static_cast<double>(overlaps.size()));
    }
    plot.series.push_back(std::move(series));
  };
  add("found boxes", PlotRole::Result, [](const ImageResult& image) { return known_class_overlap(image); });
  add("the whole image", PlotRole::Control,
      [&](const ImageResult& image) { return known_class_overlap(image, whole); });
  add("a centred box", PlotRole::Control,
      [&](const ImageResult& image) { return known_class_overlap(image, centred); });
  return plot;
}

/// The images whose box of the true class is worst.
std::vector<const ImageResult*> worst_of(const std::vector<ImageResult>& results) {
  std::vector<const ImageResult*> list;
  for (const ImageResult& image : results)
    if (!image.failed())
      list.push_back(&image);
  std::stable_sort(list.begin(), list.end(), [](const ImageResult* a, const ImageResult* b) {
    return known_class_overlap(*a) < known_class_overlap(*b);
  });
  list.resize(std::min(list.size(), kWorstShown));
  return list;
}

Box rounded(const RealBox& box) {
  return {std::llround(box.x0), std::llround(box.y0), std::llround(box.x1), std::llround(box.y1)};
}

/// The photo with its true boxes and the found one.
Image boxed(const Image& photo, const ImageResult& image) {
  const std::int64_t thickness = std::max<std::int64_t>(std::min(photo.width, photo.height) / 100, 2);
  Image picture = photo;
  for (const RealBox& box : image.truth)
    picture = draw_box(picture, rounded(box), kTrueColour, thickness);
  return image.known_box && !image.known_box->empty()
             ? draw_box(picture, *image.known_box, kFoundColour, thickness)
             : picture;
}

std::string guess_text(const ImageResult& image, const Labels& labels) {
  if (image.guesses.empty())
    return "";
  const ClassGuess& best = image.guesses.front();
  return best.class_index == image.class_index
             ? "right class"
             : fmt::format("{}, best guess {}", labels.short_name(image.class_index),
                           labels.short_name(best.class_index));
}

void add_worst(Page& page, const EvaluatedImages& images) {
  Json block = {{"title", "Worst boxes"},
                {"note", "Yellow: the box that was found for the true class; green: the true ones."},
                {"items", Json::array()}};
  for (const ImageResult* image : worst_of(images.results))
    try {
      const std::string guess = guess_text(*image, images.labels);
      const Image photo = read_image(picture_path(images.folder, image->name));
      block["items"].push_back({{"picture", page.add_picture(fmt::format("worst-{}", image->index),
                                                             page_photo(for_showing(boxed(photo, *image))))},
                                {"title", image->name},
                                {"caption", fmt::format("IoU {:.2f}{}{}", known_class_overlap(*image),
                                                        guess.empty() ? "" : "; ", guess)}});
    } catch (const std::exception&) {  // gone or changed since
    }
  if (!block["items"].empty())
    page.add_block("pictures", block_text(block));
}

/// For pages whose pictures are elsewhere.
void add_worst_names(Page& page, const EvaluatedImages& images) {
  Json block = {{"title", "Worst boxes"},
                {"columns", {text_column("image"), number_column("IoU"), text_column("class")}}};
  for (const ImageResult* image : worst_of(images.results)) {
    block["rows"].push_back(Json::array({image->name,
                                         Json{{"text", fmt::format("{:.2f}", known_class_overlap(*image))},
                                              {"value", known_class_overlap(*image)}},
                                         guess_text(*image, images.labels)}));
  }
  if (block.contains("rows"))
    page.add_block("table", block_text(block));
}

}  // namespace

void write_localization_page(const EvaluatedImages& images, const LocalizationSummary& summary,
                             const std::string& file) {
  Page page(file, "Localisation", Page::Pictures::Inside);
  page.add_block("table", block_text(rates_table(summary, guesses_of(images.settings))));
  if (!images.results.empty()) {
    const LinePlot plot = overlap_plot(images.results, summary);
    add_plot(page, plot.title, to_svg(plot));
  }
  if (images.folder.empty())
    add_worst_names(page, images);
  else
    add_worst(page, images);
  std::vector<LeftOutFile> left_out;
  for (const auto& [name, error] : summary.failures)
    left_out.push_back({name, error});
  end_evaluation_page(page, left_out, images.settings, images.command_line,
                      fmt::format("{} images, {} failed", summary.images, summary.failures.size()));
}

}  // namespace fovea
