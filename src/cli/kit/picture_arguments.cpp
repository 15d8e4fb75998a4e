#include "cli/kit/picture_arguments.hpp"

#include "base/lower_case.hpp"
#include "batch/picture_inputs.hpp"
#include "cli/kit/usage_error.hpp"
#include "fovea/batch.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

namespace fovea::cli {

Option PictureArguments::add_to(Command verb, const std::string& help) {
  Option images = verb.add_option("images", paths, help + "; '-': standard input").check(file_or_folder());
  verb.add_flag("-r,--recursive", recursive, "take pictures from the subfolders of folders, too");
  return images;
}

void PictureArguments::add_with_list_to(Command verb) {
  are_needed = true;
  add_to(verb, "pictures, folders of pictures, or tar archives of pictures");
  verb.add_option("--files", list,
                  "a file that names pictures, folders or archives, one on each line or with a NUL character "
                  "behind each; '-': standard input")
      .check(file_or_folder());
}

std::vector<std::string> PictureArguments::without_model(std::string& model) const {
  std::vector<std::string> pictures;
  for (const std::string& path : paths) {
    if (lower_case(std::filesystem::path(path).extension().string()) != ".onnx") {
      pictures.push_back(path);
      continue;
    }
    if (!model.empty())
      throw UsageError(fmt::format("two models are given: {} and {}", model, path));
    model = path;
  }
  if (pictures.empty() && list.empty() && !paths.empty())
    throw UsageError(fmt::format("a picture is missing: {} is a model", model));
  if (are_needed && pictures.empty() && list.empty())
    throw UsageError(
        "the argument 'images' is missing: pictures, or folders of pictures, or a list of them with --files");
  return pictures;
}

std::vector<std::string> PictureArguments::expand(std::string& model) const {
  std::vector<std::string> all = without_model(model);
  if (!list.empty())
    for (std::string& path : read_path_list(list))
      all.push_back(std::move(path));
  return expand_folders(all, recursive ? Subfolders::Included : Subfolders::Ignored);
}

}  // namespace fovea::cli
