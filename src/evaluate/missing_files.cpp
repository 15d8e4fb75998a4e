#include "evaluate/missing_files.hpp"

#include "fovea/error.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace fovea {

namespace fs = std::filesystem;

namespace {

bool has_picture(const std::string& folder, const AnnotatedImage& image) {
  try {
    picture_path(folder, image.name);
    return true;
  } catch (const InputError&) {
    std::error_code ignored;  // a link that leads nowhere is a broken picture, and not a missing one
    return fs::is_symlink(fs::path(folder) / image.name, ignored);
  }
}

}  // namespace

void MissingFiles::add(const std::string& name, bool is_missing) {
  ++all;
  if (is_missing && missing++ == 0)
    first = name;
}

std::string MissingFiles::count() const {
  return is_all() ? fmt::format("all {}", all) : fmt::format("{} of {}", missing, all);
}

MissingFiles missing_pictures(std::span<const AnnotatedImage> truth, std::span<const std::int64_t> places,
                              const std::string& folder) {
  MissingFiles missing;
  for (const std::int64_t place : places) {
    const AnnotatedImage& image = truth[static_cast<std::size_t>(place)];
    missing.add(image.name, !has_picture(folder, image));
  }
  return missing;
}

MissingFiles leave_out_missing(std::vector<AnnotatedImage>& truth, const std::string& folder) {
  MissingFiles missing;
  std::erase_if(truth, [&](const AnnotatedImage& image) {
    const bool is_missing = !has_picture(folder, image);
    missing.add(image.name, is_missing);
    return is_missing;
  });
  return missing;
}

void check_no_picture_is_missing(const MissingFiles& missing, const std::string& source,
                                 const std::string& folder) {
  if (missing.is_all())
    throw InputError(
        fmt::format("{} pictures that {} names are missing here, such as '{}': name the folder that "
                    "holds them",
                    missing.count(), source, missing.first),
        folder);
  if (missing.is_any())
    throw InputError(
        fmt::format("{} pictures that {} names are missing here, such as '{}': add them, or evaluate "
                    "the others alone with --skip-missing",
                    missing.count(), source, missing.first),
        folder);
}

MissingFiles pictures_without_truth(const ObjectTruths& truths, std::span<const std::string> pictures) {
  MissingFiles missing;
  if (truths.empty())
    return missing;
  for (const std::string& picture : pictures)
    missing.add(picture, !truths.knows(picture));
  return missing;
}

void check_truth_fits(const MissingFiles& missing, const std::string& source) {
  if (missing.is_all())
    throw InputError(
        fmt::format("knows none of the {} pictures, such as '{}': names must be those of the pictures' "
                    "files",
                    missing.all, missing.first),
        source);
}

}  // namespace fovea
