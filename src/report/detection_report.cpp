#include "report/detection_report.hpp"

#include "base/csv.hpp"
#include "base/shown_format.hpp"
#include "image/figure.hpp"
#include "report/result_text.hpp"

namespace fovea {

BoxedPicture boxed_picture(const Image& photo, const std::vector<Detection>& found) {
  BoxedPicture picture{photo, {}};
  for (std::size_t i = 0; i < found.size(); ++i)
    picture.boxes.push_back(
        {found[i].box, fmt::format("{}  {}  {:.2f}", i + 1, found[i].label, found[i].score)});
  return picture;
}

std::string encode_boxes(const std::string& path, const Image& photo, const std::vector<Detection>& found,
                         std::optional<double> dpi) {
  return encode_graphic(path, boxed_picture(photo, found), dpi);
}

std::vector<TableRow> detection_rows(const Picture& picture, const std::vector<Detection>& found,
                                     const Labels& labels) {
  if (found.empty())
    return {{.image = picture.name, .truth = picture.truth}};
  std::vector<TableRow> rows;
  for (const Detection& one : found) {
    TableRow row{.image = picture.name, .class_index = one.class_index};
    row.wordnet_id = one.class_index < labels.size() ? labels[one.class_index].wordnet_id : "";
    row.name = one.label;
    row.score = one.score;
    row.box = one.box;
    row.rank = one.number;
    row.truth = picture.truth;
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string detections_text(const std::string& path, const std::vector<Detection>& found) {
  std::string text = shown_format("{}: {}\n", path,
                                  found.empty()       ? std::string("no object")
                                  : found.size() == 1 ? std::string("1 object")
                                                      : fmt::format("{} objects", found.size()));
  for (const Detection& one : found)
    text += shown_format("  {:>3}  {:.3f}  x {:.1f} to {:.1f}, y {:.1f} to {:.1f}  {}\n", one.number,
                         one.score, one.box.x0, one.box.x1, one.box.y0, one.box.y1, one.label);
  return text;
}

nlohmann::ordered_json to_json(const RealBox& box) {
  return {{"x0", box.x0}, {"y0", box.y0}, {"x1", box.x1}, {"y1", box.y1}};
}

nlohmann::ordered_json detections_json(const std::string& path, const std::vector<Detection>& found,
                                       const Labels& labels) {
  nlohmann::ordered_json json = {{"image", path}, {"detections", nlohmann::ordered_json::array()}};
  for (const Detection& one : found)
    json["detections"].push_back({{"number", one.number},
                                  {"class", to_json(labels, one.class_index)},
                                  {"score", one.score},
                                  {"box", to_json(one.box)},
                                  {"candidate", one.candidate}});
  return json;
}

void add_detector(nlohmann::ordered_json& json, const Detector& detector) {
  json["decoder"] = detector.decoder();
  json["decoder_found"] = describe(detector.decoder_source());
  json["preprocessing"] = describe(detector.preprocessing());
}

std::string detector_note(const Detector& detector) {
  return fmt::format("decoder {}, found {}; preprocessing {}", detector.decoder(),
                     describe(detector.decoder_source()), describe(detector.preprocessing()));
}

std::string detections_csv_header() {
  return "image,number,class_index,class,score,x0,y0,x1,y1\n";
}

std::string detections_csv(const std::string& path, const std::vector<Detection>& found) {
  std::string lines;
  for (const Detection& one : found)
    lines += fmt::format("{},{},{},{},{:.9g},{:.9g},{:.9g},{:.9g},{:.9g}\n", csv_field(path), one.number,
                         one.class_index, csv_field(one.label), one.score, one.box.x0, one.box.y0, one.box.x1,
                         one.box.y1);
  return lines;
}

}  // namespace fovea
