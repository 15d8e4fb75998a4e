#include "evaluate/class_truth.hpp"

#include "base/check.hpp"
#include "evaluate/truth_rows.hpp"
#include "fovea/error.hpp"

#include <algorithm>
#include <filesystem>
#include <map>

namespace fovea {
namespace {

namespace fs = std::filesystem;

bool same_class(const TrueClass& a, const TrueClass& b) {
  return a.wordnet_id == b.wordnet_id && a.index == b.index && a.name == b.name;
}

void check_class_columns(const TruthColumns& columns, const std::string& path) {
  need_column(columns, "file", path);
  if (!columns.count("wnid") && !columns.count("class_index") && !columns.count("class"))
    throw InputError("line 1: a column 'class', 'wnid' or 'class_index' is missing", path);
}

TrueClass class_of(const TruthRow& row) {
  TrueClass result{row.text("wnid"), {}, row.text("class")};
  if (const std::int64_t index = row.whole("class_index", -1); index >= 0)
    result.index = index;
  if (result.wordnet_id.empty() && !result.index && result.name.empty())
    row.fail("the photo has no class");
  return result;
}

fs::path absolute_normal(const std::string& path) {
  std::error_code error;
  const fs::path result = fs::absolute(path, error);
  return (error ? fs::path(path) : result).lexically_normal();
}

/// The entries of a file, found by the longest end of a photo's path that is one of their names.
class TruthEntries {
public:
  void add(const TruthRow& row) {
    const std::string name = fs::path(row.file()).lexically_normal().generic_string();
    const TrueClass truth = class_of(row);
    const auto [at, is_new] = entries_.try_emplace(name, Entry{truth, {}});
    if (!is_new && !same_class(at->second.truth, truth))
      row.fail(fmt::format("{} has another class here than in an earlier line", row.file()));
  }

  /// InputError if the entry belongs to another photo already.
  std::optional<TrueClass> take(const std::string& photo, const std::string& source) {
    const auto at = find(absolute_normal(photo));
    if (at == entries_.end())
      return {};
    std::string& owner = at->second.photo;
    if (!owner.empty() && absolute_normal(owner) != absolute_normal(photo))
      throw InputError(fmt::format("'{}' fits {} and {}: write as many of their folders in front of it as "
                                   "tell them apart",
                                   at->first, owner, photo),
                       source);
    owner = photo;
    return at->second.truth;
  }

  std::size_t size() const { return entries_.size(); }
  std::size_t unused() const {
    return static_cast<std::size_t>(std::count_if(
        entries_.begin(), entries_.end(), [](const auto& entry) { return entry.second.photo.empty(); }));
  }

private:
  struct Entry {
    TrueClass truth;
    std::string photo;  ///< whose class it is; empty: none of the list yet
  };

  std::map<std::string, Entry>::iterator find(const fs::path& photo) {
    for (auto part = photo.begin(); part != photo.end(); ++part) {
      fs::path end;
      for (auto k = part; k != photo.end(); ++k)
        end /= *k;
      for (const fs::path& name : {end, fs::path(end).replace_extension()})
        if (const auto at = entries_.find(name.generic_string()); at != entries_.end())
          return at;
    }
    return entries_.end();
  }

  std::map<std::string, Entry> entries_;
};

}  // namespace

std::string TrueClass::text() const {
  if (!name.empty())
    return name;
  return !wordnet_id.empty() ? wordnet_id : fmt::format("class {}", index.value_or(-1));
}

std::int64_t TrueClass::in(const Labels& labels, std::int64_t classes) const {
  const auto has_id = [&] {
    for (std::int64_t i = 0; i < std::min(labels.size(), classes); ++i)
      if (!labels[i].wordnet_id.empty())
        return true;
    return false;
  };
  if (!wordnet_id.empty() && ((!index && name.empty()) || has_id()))
    return labels.find(wordnet_id, classes);
  return labels.find(index ? std::to_string(*index) : name, classes);
}

std::size_t ClassTruth::missing() const {
  return static_cast<std::size_t>(std::count(of_photo.begin(), of_photo.end(), std::nullopt));
}

ClassTruth read_class_truth(const std::string& path, const std::vector<std::string>& photos) {
  TruthEntries entries;
  read_truth_rows(
      path, [&](const TruthColumns& columns) { check_class_columns(columns, path); },
      [&](const TruthRow& row) { entries.add(row); });
  if (entries.size() == 0)
    throw InputError("names no photos", path);
  ClassTruth truth;
  for (const std::string& photo : photos)
    truth.of_photo.push_back(entries.take(photo, path));
  truth.unused = entries.unused();
  if (!photos.empty() && truth.missing() == photos.size())
    throw InputError(fmt::format("names {} photos, none of which is among those given, e.g. {}",
                                 entries.size(), fs::path(photos.front()).filename().string()),
                     path);
  return truth;
}

ClassTruth class_truth_of_folders(const std::vector<std::string>& photos) {
  ClassTruth truth;
  for (const std::string& photo : photos) {
    const std::string folder = absolute_normal(photo).parent_path().filename().string();
    truth.of_photo.push_back(folder.empty() ? std::optional<TrueClass>() : TrueClass{{}, {}, folder});
  }
  return truth;
}

bool has_boxes(const std::string& source) {
  bool found = false;
  if (!source.empty() && source != "folders")
    read_truth_rows(
        source, [&](const TruthColumns& columns) { found = columns.count("x0") > 0; },
        [](const TruthRow&) {});
  return found;
}

ClassTruth class_truth(const std::string& source, const std::vector<std::string>& photos) {
  if (source.empty())
    return {};
  return source == "folders" ? class_truth_of_folders(photos) : read_class_truth(source, photos);
}

}  // namespace fovea
