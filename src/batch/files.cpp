#include "base/fitting_name.hpp"
#include "base/lower_case.hpp"
#include "batch/picture_inputs.hpp"
#include "fovea/batch.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <iterator>
#include <set>
#include <system_error>

namespace fovea {

namespace fs = std::filesystem;

bool has_picture_name(const std::string& path) {
  static const std::set<std::string> extensions = {".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff",
                                                   ".bmp", ".ppm", ".pgm",  ".pnm",  ".pbm"};
  return extensions.count(lower_case(fs::path(path).extension().string())) > 0;
}

namespace {

/// The files directly inside a folder, sorted: the pictures, or all the others. Empty for what cannot be
/// read.
std::vector<std::string> files_in(const std::string& folder, bool pictures) {
  std::vector<std::string> files;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (has_picture_name(at->path().string()) == pictures && !at->is_directory(error))
      files.push_back(at->path().string());
  std::sort(files.begin(), files.end());
  return files;
}

/// Why the entries of a folder cannot be listed; empty if they can.
std::string why_unreadable(const std::string& folder) {
  std::error_code error;
  const fs::directory_iterator at(folder, error);
  return error ? error.message() : "";
}

/// The folder and all below it, sorted; each once however many links lead to it, and by a path without links
/// where there is one.
std::vector<std::string> folders_below(const std::string& folder) {
  std::vector<std::string> folders;
  std::set<fs::path> seen;
  std::deque<fs::path> left = {folder};
  while (!left.empty()) {
    const fs::path next = left.front();
    left.pop_front();
    std::error_code error;
    const fs::path real = fs::canonical(next, error);
    if (error || !seen.insert(real).second)
      continue;
    folders.push_back(next.string());
    for (fs::directory_iterator at(next, error), end; !error && at != end; at.increment(error)) {
      std::error_code ignored;
      if (!at->is_directory(ignored))
        continue;
      if (at->is_symlink(ignored))
        left.push_back(at->path());
      else
        left.push_front(at->path());
    }
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

/// The pictures in a folder and in all its subfolders, folder by folder, each sorted by name. A folder that
/// cannot be listed stands in the place of its pictures, so that it is not passed over in silence.
std::vector<std::string> all_pictures_below(const std::string& folder) {
  const std::vector<std::string> folders = folders_below(folder);
  std::vector<std::string> pictures;
  for (const std::string& each : folders) {
    if (each != folder && !why_unreadable(each).empty())
      pictures.push_back(each);
    for (std::string& file : files_in(each, true))
      pictures.push_back(std::move(file));
  }
  return pictures;
}

/// The archives among files, which runs over many photos read.
std::vector<std::string> archives_among(const std::vector<std::string>& files) {
  std::vector<std::string> archives;
  std::copy_if(files.begin(), files.end(), std::back_inserter(archives), has_archive_name);
  return archives;
}

}  // namespace

std::vector<std::string> expand_folders(const std::vector<std::string>& paths, Subfolders subfolders) {
  std::vector<std::string> result;
  for (const std::string& path : paths) {
    std::error_code error;
    std::vector<std::string> inside;
    if (fs::is_directory(path, error))
      inside = subfolders == Subfolders::Included ? all_pictures_below(path) : files_in(path, true);
    if (inside.empty())
      result.push_back(path);
    result.insert(result.end(), inside.begin(), inside.end());
  }
  return result;
}

std::vector<std::string> other_files(const std::vector<std::string>& paths) {
  std::vector<std::string> result;
  for (const std::string& path : paths)
    for (std::string& file : files_in(path, false))
      result.push_back(std::move(file));
  std::sort(result.begin(), result.end());
  return result;
}

std::vector<std::string> pictures_below(const std::string& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error))
    throw InputError("is not a folder of pictures", folder);
  std::vector<std::string> pictures = all_pictures_below(folder);
  if (pictures.empty())
    throw InputError(why_no_pictures(folder), folder);
  return pictures;
}

std::string why_no_pictures(const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(path, error) || !files_in(path, true).empty())
    return {};
  if (const std::string why = why_unreadable(path); !why.empty())
    return fmt::format("is a folder that cannot be read: {}", why);
  if (fs::is_empty(path, error))
    return "is an empty folder";
  const std::size_t below = all_pictures_below(path).size();
  if (below > 0)
    return fmt::format("is a folder without pictures of its own, but its subfolders hold {}: name one of "
                       "them, or take them all with --recursive",
                       below);
  const std::vector<std::string> others = files_in(path, false);
  if (others.empty())
    return "is a folder that holds no pictures, and neither do its subfolders";
  if (const std::vector<std::string> archives = archives_among(others); !archives.empty())
    return fmt::format(
        "is a folder that holds no pictures, but {} archive{} such as '{}': classify, saliency, "
        "localize, report and deconv take archives, each by its name",
        archives.size(), archives.size() == 1 ? "" : "s", fs::path(archives.front()).filename().string());
  return fmt::format(
      "is a folder that holds no pictures, but {} other file{} such as '{}': pictures are .jpg, "
      ".png, .webp, .tif, .bmp and .ppm files",
      others.size(), others.size() == 1 ? "" : "s", fs::path(others.front()).filename().string());
}

std::vector<std::string> evenly_chosen(const std::vector<std::string>& paths, std::size_t most) {
  const std::size_t count = std::min(paths.size(), most);
  std::vector<std::string> chosen;
  for (std::size_t i = 0; i < count; ++i)
    chosen.push_back(paths[i * paths.size() / count]);
  return chosen;
}

std::string stem_of(const std::string& path) {
  return fs::path(path).stem().string();
}

std::vector<std::string> result_paths(const std::string& folder, const std::vector<std::string>& pictures) {
  NameSerials serials;
  std::vector<std::string> paths;
  for (const std::string& picture : pictures) {
    const std::string stem = fitting_name(stem_of(picture));
    paths.push_back((fs::path(folder) / with_serial(stem, serials.next(stem))).string());
  }
  return paths;
}

}  // namespace fovea
