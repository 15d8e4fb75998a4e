#include "base/lower_case.hpp"
#include "fovea/batch.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
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

/// The pictures in a folder and in all its subfolders, folder by folder, each sorted by name.
std::vector<std::string> all_pictures_below(const std::string& folder) {
  std::vector<std::string> folders = {folder};
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, error), end;
       !error && at != end; at.increment(error))
    if (at->is_directory(error))
      folders.push_back(at->path().string());
  std::sort(folders.begin(), folders.end());
  std::vector<std::string> pictures;
  for (const std::string& each : folders)
    for (std::string& file : files_in(each, true))
      pictures.push_back(std::move(file));
  return pictures;
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
  if (fs::is_empty(path, error))
    return "is an empty folder";
  std::size_t below = 0;
  for (fs::recursive_directory_iterator at(path, fs::directory_options::skip_permission_denied, error), end;
       !error && at != end; at.increment(error))
    if (!at->is_directory(error) && has_picture_name(at->path().string()))
      ++below;
  if (below > 0)
    return fmt::format(
        "is a folder without pictures of its own, but its subfolders hold {}: name one of them", below);
  const std::vector<std::string> others = files_in(path, false);
  if (others.empty())
    return "is a folder that holds no pictures, and neither do its subfolders";
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
  std::set<std::string> taken;
  std::vector<std::string> paths;
  for (const std::string& picture : pictures) {
    const std::string stem = stem_of(picture);
    std::string name = stem;
    for (int serial = 2; !taken.insert(name).second; ++serial)
      name = fmt::format("{}-{}", stem, serial);
    paths.push_back((fs::path(folder) / name).string());
  }
  return paths;
}

}  // namespace fovea
