#include "base/check.hpp"
#include "base/csv.hpp"
#include "evaluate/text_lines.hpp"
#include "fovea/evaluate_localization.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

/// Columns that are read back come first, except the times, which differ between runs.
constexpr const char* kHeader =
    "index,image,wordnet_id,class,width,height,truth,clipped,guesses,probabilities,boxes,known_box,error,"
    "note,max_box_levels,"
    "class_top1,class_top5,box_top1,box_top5,overlaps,known_overlap,read_s,classify_s,maps_s,segment_s";
constexpr std::size_t kFields = 25;
constexpr std::size_t kTimes = 21;  ///< the first column of times

template <class T, class F>
std::string joined(const std::vector<T>& items, F&& text) {
  std::vector<std::string> parts;
  for (const T& item : items)
    parts.push_back(text(item));
  return fmt::format("{}", fmt::join(parts, ";"));
}

std::string text_of(const Box& box) {
  return box.empty() ? "none" : fmt::format("{} {} {} {}", box.x0, box.y0, box.x1, box.y1);
}

/// For each overlap the levels with hits as ranges: "0-12 40-41;3-3;".
std::string text_of(const LevelHits& hits) {
  std::vector<std::string> lists;
  for (const auto& levels : hits) {
    std::vector<std::string> ranges;
    for (std::size_t first = 0; first < levels.size(); ++first) {
      if (!levels[first])
        continue;
      std::size_t last = first;
      while (last + 1 < levels.size() && levels[last + 1])
        ++last;
      ranges.push_back(fmt::format("{}-{}", first, last));
      first = last;
    }
    lists.push_back(fmt::format("{}", fmt::join(ranges, " ")));
  }
  return fmt::format("{}", fmt::join(lists, ";"));
}

/// A message on one line.
std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r' || c == '\0'; }, ' ');
  return text;
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; !text.empty() && at != std::string::npos;) {
    const std::size_t end = text.find(';', at);
    parts.push_back(text.substr(at, end == std::string::npos ? end : end - at));
    at = end == std::string::npos ? end : end + 1;
  }
  return parts;
}

template <class T>
T number(const std::string& text) {
  const auto value = number_from<T>(text);
  FOVEA_CHECK(value.has_value(), "expected a number, found '{:.40}'", text);
  if constexpr (std::is_floating_point_v<T>)
    FOVEA_CHECK(std::isfinite(*value), "expected a finite number, found '{:.40}'", text);
  return *value;
}

template <class T>
std::array<T, 4> four(const std::string& text) {
  const auto words = words_in(text);
  FOVEA_CHECK(words.size() == 4, "expected the four numbers of a box, found '{:.60}'", text);
  std::array<T, 4> values;
  std::transform(words.begin(), words.end(), values.begin(),
                 [](std::string_view word) { return number<T>(std::string(word)); });
  return values;
}

Box box_from(const std::string& text) {
  if (text == "none")
    return {};
  const auto v = four<std::int64_t>(text);
  return {v[0], v[1], v[2], v[3]};
}

LevelHits level_hits_from(const std::string& text) {
  const std::vector<std::string> lists = split(text);
  LevelHits hits;
  FOVEA_CHECK(lists.size() == hits.size(), "expected levels for {} overlaps, found '{:.60}'", hits.size(),
              text);
  for (std::size_t i = 0; i < hits.size(); ++i)
    for (const std::string_view range : words_in(lists[i])) {
      const std::size_t dash = range.find('-');
      FOVEA_CHECK(dash != std::string_view::npos, "expected a range of levels, found '{:.60}'", range);
      const auto first = number<std::int64_t>(std::string(range.substr(0, dash)));
      const auto last = number<std::int64_t>(std::string(range.substr(dash + 1)));
      FOVEA_CHECK(first >= 0 && first <= last && last < static_cast<std::int64_t>(kBoxLevels),
                  "expected a range of levels within 0 to {}, found '{:.60}'", kBoxLevels - 1, range);
      for (std::int64_t level = first; level <= last; ++level)
        hits[i].set(static_cast<std::size_t>(level));
    }
  return hits;
}

void read_guesses(ImageResult& image, const std::vector<std::string>& fields) {
  const auto classes = split(fields[8]), probabilities = split(fields[9]), boxes = split(fields[10]);
  FOVEA_CHECK(probabilities.size() == classes.size() && boxes.size() <= classes.size(),
              "guesses, probabilities and boxes do not fit together");
  for (std::size_t i = 0; i < classes.size(); ++i) {
    ClassGuess guess{number<std::int64_t>(classes[i]), number<double>(probabilities[i]), std::nullopt};
    if (i < boxes.size())
      guess.box = box_from(boxes[i]);
    image.guesses.push_back(guess);
  }
}

}  // namespace

std::string result_csv_header() {
  return kHeader;
}

std::string to_csv(const ImageResult& image) {
  std::vector<std::string> boxes, overlaps;
  for (const ClassGuess& guess : image.guesses)
    if (guess.box) {
      boxes.push_back(text_of(*guess.box));
      overlaps.push_back(fmt::format("{:.4f}", best_overlap(to_real(*guess.box), image.truth)));
    }
  const auto verdict = [](bool right) { return right ? "1" : "0"; };
  const std::vector<std::string> fields = {
      std::to_string(image.index),
      csv_field(one_line(image.name)),
      csv_field(one_line(image.wordnet_id)),
      image.class_index < 0 ? "" : std::to_string(image.class_index),
      std::to_string(image.width),
      std::to_string(image.height),
      joined(image.truth,
             [](const RealBox& box) { return fmt::format("{} {} {} {}", box.x0, box.y0, box.x1, box.y1); }),
      std::to_string(image.clipped),
      joined(image.guesses, [](const ClassGuess& guess) { return std::to_string(guess.class_index); }),
      joined(image.guesses, [](const ClassGuess& guess) { return fmt::format("{:.6g}", guess.probability); }),
      fmt::format("{}", fmt::join(boxes, ";")),
      image.known_box ? text_of(*image.known_box) : "",
      csv_field(one_line(image.error)),
      csv_field(one_line(image.note)),
      image.level_hits ? text_of(*image.level_hits) : "",
      verdict(is_classified(image, 1)),
      verdict(is_classified(image, 5)),
      verdict(is_localized(image, 1)),
      verdict(is_localized(image, 5)),
      fmt::format("{}", fmt::join(overlaps, ";")),
      fmt::format("{:.4f}", known_class_overlap(image)),
      fmt::format("{:.6f}", image.seconds.read),
      fmt::format("{:.6f}", image.seconds.classify),
      fmt::format("{:.6f}", image.seconds.maps),
      fmt::format("{:.6f}", image.seconds.segment)};
  FOVEA_ASSERT(fields.size() == kFields);
  return fmt::format("{}", fmt::join(fields, ","));
}

ImageResult result_from_csv(const std::string& line) {
  const std::vector<std::string> fields = split_csv(line, 1, "");
  FOVEA_CHECK(fields.size() == kFields, "expected {} fields, found {}", kFields, fields.size());
  ImageResult image;
  image.index = number<std::int64_t>(fields[0]);
  image.name = fields[1];
  image.wordnet_id = fields[2];
  image.class_index = fields[3].empty() ? -1 : number<std::int64_t>(fields[3]);
  image.width = number<std::int64_t>(fields[4]);
  image.height = number<std::int64_t>(fields[5]);
  for (const std::string& box : split(fields[6])) {
    const auto v = four<double>(box);
    image.truth.push_back({v[0], v[1], v[2], v[3]});
  }
  image.clipped = number<std::int64_t>(fields[7]);
  read_guesses(image, fields);
  if (!fields[11].empty())
    image.known_box = box_from(fields[11]);
  image.error = fields[12];
  image.note = fields[13];
  if (!fields[14].empty())
    image.level_hits = level_hits_from(fields[14]);
  double* const times[] = {&image.seconds.read, &image.seconds.classify, &image.seconds.maps,
                           &image.seconds.segment};
  for (std::size_t i = 0; i < std::size(times); ++i)
    *times[i] = number<double>(fields[kTimes + i]);
  return image;
}

}  // namespace fovea
