#include "base/check.hpp"
#include "base/fingerprint.hpp"
#include "fovea/evaluate_localization.hpp"

#include <algorithm>
#include <map>

namespace fovea {
namespace {

std::string complaint_of(AnnotatedImage& image, const std::map<std::string, std::int64_t>& by_id,
                         std::int64_t classes) {
  if (!image.wordnet_id.empty() && !by_id.empty()) {
    const auto found = by_id.find(image.wordnet_id);
    if (found == by_id.end())
      return fmt::format("the network has no class {}", image.wordnet_id);
    if (image.class_index >= 0 && image.class_index != found->second)
      return fmt::format("the truth says class {} and {}, which is the network's class {}", image.class_index,
                         image.wordnet_id, found->second);
    image.class_index = found->second;
  }
  if (image.class_index < 0)
    return fmt::format("the network's classes have no WordNet ids to look for {} in: labels are needed",
                       image.wordnet_id);
  if (image.class_index >= classes)
    return fmt::format("class {} is out of range: the network has {} classes, 0 to {}", image.class_index,
                       classes, classes - 1);
  return {};
}

}  // namespace

void resolve_classes(std::vector<AnnotatedImage>& images, const Labels& labels, std::int64_t classes) {
  std::map<std::string, std::int64_t> by_id;
  for (std::int64_t i = 0; i < std::min(labels.size(), classes); ++i)
    if (!labels[i].wordnet_id.empty()) {
      const auto [known, is_new] = by_id.emplace(labels[i].wordnet_id, i);
      FOVEA_CHECK(is_new, "the labels have {} twice: classes {} and {}", labels[i].wordnet_id, known->second,
                  i);
    }
  bool any = false;
  for (AnnotatedImage& image : images) {
    if (!image.usable())
      continue;
    image.error = complaint_of(image, by_id, classes);
    any = any || image.usable();
    if (!image.usable())
      image.class_index = -1;
  }
  if (!any && !images.empty())
    throw InputError(
        fmt::format("no image can be used; the first, {}: {}", images.front().name, images.front().error));
}

std::string fingerprint(const std::vector<AnnotatedImage>& images) {
  Fingerprint print;
  for (const AnnotatedImage& image : images) {
    print.add(fmt::format("{}\n{} {} {} {} {}\n", image.name, image.wordnet_id, image.class_index,
                          image.width, image.height, image.usable() ? "" : "unusable"));
    for (const RealBox& box : image.boxes)
      print.add(fmt::format("{} {} {} {}\n", box.x0, box.y0, box.x1, box.y1));
  }
  return print.text();
}

}  // namespace fovea
