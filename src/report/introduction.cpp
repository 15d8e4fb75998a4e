#include "report/introduction.hpp"

#include "report/blocks.hpp"
#include "report/map_caption.hpp"

#include <fmt/format.h>

namespace fovea {
namespace {

using Json = nlohmann::ordered_json;

std::string meaning_text(std::size_t networks) {
  return fmt::format("Each map shows which parts of a photo {} score for one class depends on: the brighter "
                     "a pixel, the more. A "
                     "map describes the network, not the photo. It does not show that an answer is right, "
                     "and it does not outline "
                     "the object; a bright background means that the network uses the background. Methods "
                     "ask different questions, "
                     "so their maps differ.",
                     networks == 1 ? "the network's" : "a network's");
}

std::string scale_text(const ReportOptions& options, Activation activation) {
  std::string text =
      fmt::format("Every map has its own brightness scale: white is the {} of its values, which its caption "
                  "gives. So maps of "
                  "different photos can be compared in where they are bright, but not in how bright.",
                  percentile_text(options.range.percentile));
  if (activation == Activation::None)
    return text;
  text += activation == Activation::Sigmoid
              ? " A probability is the network's own for each class by itself."
              : " A probability is the network's own, divided among the classes that it "
                "knows.";
  return text +
         " It is not the chance that the answer is right: a photo of something else gets an answer, too.";
}

}  // namespace

void add_introduction(Page& page, const ReportOptions& options, const std::vector<ReportNetwork>& networks) {
  const Explainer& maps = networks.front().explainers.maps;
  Json block = {{"title", "What the maps mean"},
                {"paragraphs", Json::array({meaning_text(networks.size()),
                                            scale_text(options, maps.program().head().activation)})},
                {"terms", Json::array()}};
  for (const MethodInfo& info : maps.method_infos())
    block["terms"].push_back(Json::array({info.title, info.reading}));
  if (networks.front().explainers.objects)
    block["terms"].push_back(Json::array(
        {"Object and box", "The object of the class, estimated from a map and the photo's colours: the map "
                           "gives the seeds, a graph "
                           "cut the outline. There is an estimate even if the answer is wrong."}));
  page.add_block("about", block_text(block));
}

}  // namespace fovea
