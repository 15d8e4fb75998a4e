#include "base/check.hpp"
#include "base/read_file.hpp"
#include "base/wordnet_id.hpp"
#include "evaluate/text_lines.hpp"
#include "fovea/evaluate_localization.hpp"

#include <pugixml.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <optional>
#include <set>

namespace fovea {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxXmlBytes = std::size_t{4} << 20;
constexpr std::size_t kMaxListBytes = std::size_t{256} << 20;

/// An object of an XML file.
struct Object {
  std::string wordnet_id;
  RealBox box;
};

RealBox box_of(const pugi::xml_node& object, std::size_t number, const std::string& path) {
  const pugi::xml_node corners = object.child("bndbox");
  if (!corners)
    throw InputError(fmt::format("object {} has no bndbox", number), path);
  double values[4];
  const char* const names[] = {"xmin", "ymin", "xmax", "ymax"};
  for (std::size_t i = 0; i < 4; ++i) {
    const std::string_view text = corners.child_value(names[i]);
    const auto value = number_from<double>(text);
    if (!value || !std::isfinite(*value))
      throw InputError(
          fmt::format("object {}: {}: expected a number, found '{:.40}'", number, names[i], text), path);
    values[i] = *value;
  }
  const RealBox box{values[0], values[1], values[2] + 1, values[3] + 1};
  if (box.empty())
    throw InputError(fmt::format("object {}: the box {},{} to {},{} is empty", number, values[0], values[1],
                                 values[2], values[3]),
                     path);
  return box;
}

/// 0 where the size is missing.
std::int64_t side_of(const pugi::xml_node& size, const char* name, const std::string& path) {
  const std::string_view text = size.child_value(name);
  if (trimmed(text).empty())
    return 0;
  const auto value = number_from<std::int64_t>(text);
  if (!value || *value < 0)
    throw InputError(fmt::format("size: {}: expected a whole number, found '{:.40}'", name, text), path);
  return *value;
}

std::vector<Object> read_xml(const std::string& path, AnnotatedImage& image) {
  const std::string text = read_file(path, kMaxXmlBytes);
  pugi::xml_document document;
  const pugi::xml_parse_result parsed = document.load_buffer(text.data(), text.size());
  if (!parsed)
    throw InputError(
        fmt::format("not well-formed XML, or cut short: {} at byte {}", parsed.description(), parsed.offset),
        path);
  const pugi::xml_node root = document.child("annotation");
  if (!root)
    throw InputError("has no element 'annotation'", path);
  image.width = side_of(root.child("size"), "width", path);
  image.height = side_of(root.child("size"), "height", path);
  std::vector<Object> objects;
  for (const pugi::xml_node& object : root.children("object")) {
    const std::string name(trimmed(object.child_value("name")));
    if (!is_wordnet_id(name))
      throw InputError(fmt::format("object {}: expected a WordNet id as its name, found '{:.40}'",
                                   objects.size() + 1, name),
                       path);
    objects.push_back({name, box_of(object, objects.size() + 1, path)});
  }
  return objects;
}

void read_annotation(AnnotatedImage& image, const std::string& path) {
  const std::vector<Object> objects = read_xml(path, image);
  if (objects.empty())
    throw InputError("holds no object", path);
  if (image.wordnet_id.empty()) {
    image.wordnet_id = objects.front().wordnet_id;
    for (const Object& object : objects)
      if (object.wordnet_id != image.wordnet_id)
        throw InputError(
            fmt::format("holds objects of several classes ({} and {}): which one the image is of "
                        "must be told by class numbers",
                        image.wordnet_id, object.wordnet_id),
            path);
  }
  for (const Object& object : objects)
    if (object.wordnet_id == image.wordnet_id)
      image.boxes.push_back(object.box);
  if (image.boxes.empty())
    throw InputError(fmt::format("holds no object of the image's class {}", image.wordnet_id), path);
}

std::vector<std::string> read_list(const std::string& path) {
  const std::string text = read_file(path, kMaxListBytes);
  std::vector<std::string> names;
  std::set<std::string> seen;
  std::size_t number = 0;
  for (std::string_view line : lines_in(text)) {
    ++number;
    const auto words = words_in(line);
    if (words.empty())
      continue;
    std::string name(words[0]);
    for (const char* ending : {".JPEG", ".jpg", ".xml"})
      if (name.ends_with(ending))
        name.resize(name.size() - std::string_view(ending).size());
    if (!seen.insert(name).second)
      throw InputError(fmt::format("line {}: {} comes twice", number, name), path);
    names.push_back(name);
  }
  if (names.empty())
    throw InputError("names no image", path);
  return names;
}

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (at->path().extension() == ".xml")
      names.push_back(at->path().stem().string());
  if (error)
    throw InputError(fmt::format("cannot be read: {}", error.message()), folder);
  if (names.empty())
    throw InputError("holds no XML file", folder);
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::int64_t> read_numbers(const std::string& path) {
  const std::string text = read_file(path, kMaxListBytes);
  std::vector<std::int64_t> numbers;
  for (std::string_view line : lines_in(text)) {
    const auto number = number_from<std::int64_t>(line);
    if (!number)
      throw InputError(
          fmt::format("line {}: expected one number, found '{:.40}'", numbers.size() + 1, trimmed(line)),
          path);
    numbers.push_back(*number);
  }
  return numbers;
}

std::map<std::int64_t, std::string> read_synsets(const std::string& path) {
  const std::string text = read_file(path, kMaxListBytes);
  std::map<std::int64_t, std::string> synsets;
  std::set<std::string> seen;
  std::size_t line_number = 0;
  for (std::string_view line : lines_in(text)) {
    ++line_number;
    const auto words = words_in(line);
    if (words.empty())
      continue;
    const auto number = words.size() > 1 ? number_from<std::int64_t>(words[1]) : std::nullopt;
    if (!is_wordnet_id(words[0]) || !number)
      throw InputError(
          fmt::format("line {}: expected a WordNet id and its number as in 'n02119789 1 kit_fox', "
                      "found '{:.40}'",
                      line_number, trimmed(line)),
          path);
    if (!seen.insert(std::string(words[0])).second || !synsets.emplace(*number, words[0]).second)
      throw InputError(
          fmt::format("line {}: {} or its number {} comes twice", line_number, words[0], *number), path);
  }
  return synsets;
}

/// The number that an image's name ends in; 0 where it ends in none.
std::int64_t number_of(const std::string& name) {
  const auto last = name.find_last_not_of("0123456789");
  return number_from<std::int64_t>(std::string_view(name).substr(last == std::string::npos ? 0 : last + 1))
      .value_or(0);
}

/// The classes of images, by number.
class ClassNumbers {
public:
  explicit ClassNumbers(const DevkitFiles& files)
      : files_(files), numbers_(read_numbers(files.class_numbers)), synsets_(read_synsets(files.synsets)) {}

  std::string wordnet_id(const std::string& name) const {
    const std::int64_t line = number_of(name);
    if (line < 1 || line > static_cast<std::int64_t>(numbers_.size()))
      throw InputError(fmt::format("holds no class for {}: it has {} lines", name, numbers_.size()),
                       files_.class_numbers);
    const std::int64_t number = numbers_[static_cast<std::size_t>(line) - 1];
    const auto synset = synsets_.find(number);
    if (synset == synsets_.end())
      throw InputError(fmt::format("knows no class {}, which {} is of", number, name), files_.synsets);
    return synset->second;
  }

private:
  const DevkitFiles& files_;
  std::vector<std::int64_t> numbers_;
  std::map<std::int64_t, std::string> synsets_;
};

}  // namespace

std::vector<AnnotatedImage> read_devkit_truth(const DevkitFiles& files) {
  FOVEA_CHECK(files.class_numbers.empty() == files.synsets.empty(),
              "class numbers and the synsets that they stand for are needed together");
  std::optional<ClassNumbers> numbers;
  if (!files.class_numbers.empty())
    numbers.emplace(files);
  std::vector<AnnotatedImage> images;
  for (const std::string& name : files.list.empty() ? names_in(files.annotations) : read_list(files.list)) {
    AnnotatedImage image;
    image.name = name;
    try {
      if (numbers)
        image.wordnet_id = numbers->wordnet_id(name);
      read_annotation(image, (fs::path(files.annotations) / (name + ".xml")).string());
    } catch (const InputError& error) {
      image.boxes.clear();
      image.error = error.what();
    }
    images.push_back(std::move(image));
  }
  return images;
}

}  // namespace fovea
