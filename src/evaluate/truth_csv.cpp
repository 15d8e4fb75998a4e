#include "base/check.hpp"
#include "evaluate/truth_rows.hpp"
#include "fovea/evaluate_localization.hpp"

#include <map>
#include <set>

namespace fovea {
namespace {

void check_box_columns(const TruthColumns& columns, const std::string& path) {
  for (const char* needed : {"file", "x0", "y0", "x1", "y1"})
    need_column(columns, needed, path);
  if (!columns.count("wnid") && !columns.count("class_index"))
    throw InputError("line 1: a column 'wnid' or 'class_index' is missing", path);
}

/// The image of a row, without boxes.
AnnotatedImage image_of(const TruthRow& row) {
  AnnotatedImage image;
  image.name = row.file();
  image.wordnet_id = row.text("wnid");
  image.class_index = row.whole("class_index", -1);
  if (image.wordnet_id.empty() && image.class_index < 0)
    row.fail("the image has no class");
  image.width = row.whole("width", 0);
  image.height = row.whole("height", 0);
  return image;
}

RealBox box_of(const TruthRow& row) {
  const RealBox box{row.coordinate("x0"), row.coordinate("y0"), row.coordinate("x1"), row.coordinate("y1")};
  if (box.empty())
    row.fail(fmt::format("the box {},{} to {},{} is empty", box.x0, box.y0, box.x1, box.y1));
  return box;
}

}  // namespace

std::vector<AnnotatedImage> read_truth_csv(const std::string& path) {
  std::vector<AnnotatedImage> images;
  std::map<std::string, std::size_t> places;
  std::set<std::pair<std::string, std::string>> numbers;
  read_truth_rows(
      path, [&](const TruthColumns& columns) { check_box_columns(columns, path); },
      [&](const TruthRow& row) {
        AnnotatedImage image = image_of(row);
        const auto [place, is_new] = places.emplace(image.name, images.size());
        if (is_new)
          images.push_back(image);
        AnnotatedImage& known = images[place->second];
        if (known.wordnet_id != image.wordnet_id || known.class_index != image.class_index)
          row.fail(fmt::format("{} has another class here than in an earlier line", image.name));
        if (known.width != image.width || known.height != image.height)
          row.fail(fmt::format("{} has another size here than in an earlier line", image.name));
        if (!row.text("box").empty() && !numbers.emplace(image.name, row.text("box")).second)
          row.fail(fmt::format("box {} of {} comes twice", row.text("box"), image.name));
        known.boxes.push_back(box_of(row));
      });
  if (images.empty())
    throw InputError("holds no boxes", path);
  return images;
}

}  // namespace fovea
