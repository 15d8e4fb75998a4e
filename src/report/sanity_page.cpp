#include "report/sanity_page.hpp"

#include "report/blocks.hpp"

#include <fmt/format.h>

namespace fovea {
namespace {

using Json = nlohmann::ordered_json;

const char* mark_of(SanityVerdict verdict) {
  return verdict == SanityVerdict::Passes ? "good" : verdict == SanityVerdict::Fails ? "bad" : "";
}

Json verdict_table(const SanityResults& results) {
  Json block = {
      {"title", "Verdicts"},
      {"note",
       fmt::format(
           "A map that hardly changes when the network's weights are shuffled does not show what the "
           "network has learnt. The measure is the rank correlation with the map of the trained network, "
           "averaged over the stages of the cascade: below {:g} passes, above {:g} fails.",
           kSanityPasses, kSanityFails)},
      {"columns",
       {text_column("method"), number_column("rank correlation, mean of stages"), text_column("verdict"),
        number_column("rank correlation, all layers shuffled"),
        number_column("similarity, all layers shuffled"),
        number_column("rise of complexity, all layers shuffled"),
        number_column("rank correlation, another class"), text_column("verdict, another class")}}};
  for (std::size_t m = 0; m < results.methods.size(); ++m) {
    const std::string& method = results.methods[m];
    const MeanLikeness &all = all_layers_shuffled(results, method).mean,
                       &other = other_class_of(results, method).mean;
    const auto verdict = verdict_on(results.cascades[m]);
    const auto apart = tells_classes_apart(other);
    block["rows"].push_back(Json::array(
        {title_of(method), mean_cell(results.cascades[m], 2),
         Json{{"text", name_of(verdict)}, {"mark", mark_of(verdict)}}, mean_cell(all.rank, 2),
         mean_cell(all.similarity, 2), mean_cell(all.complexity_rise, 2), mean_cell(other.rank, 2),
         apart ? Json{{"text", *apart ? "another map" : "the same map"}, {"mark", *apart ? "good" : "bad"}}
               : Json()}));
  }
  return block;
}

}  // namespace

void write_sanity_page(const SanityResults& results, const std::vector<NamedPlot>& plots,
                       const std::string& file, const std::string& command_line) {
  Page page(file, "Sanity of maps", Page::Pictures::Inside);
  page.add_block("table", block_text(verdict_table(results)));
  for (const NamedPlot& named : plots)
    add_plot(page, named.plot.title, to_svg(named.plot));
  std::vector<LeftOutFile> left_out;
  for (const FailedImage& image : results.failed)
    left_out.push_back({image.image, image.error});
  end_evaluation_page(page, left_out, results.settings, command_line,
                      fmt::format("{} methods on {} images, {} layers shuffled", results.methods.size(),
                                  results.images, results.layers));
}

}  // namespace fovea
