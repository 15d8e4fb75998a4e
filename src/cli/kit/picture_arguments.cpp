#include "cli/kit/picture_arguments.hpp"

#include "base/lower_case.hpp"
#include "cli/kit/usage_error.hpp"
#include "fovea/batch.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace fovea::cli {

Option PictureArguments::add_to(Command verb, const std::string& help) {
  Option images = verb.add_option("images", paths, help + "; '-': standard input").check(file_or_folder());
  verb.add_flag("-r,--recursive", recursive, "take pictures from the subfolders of folders, too");
  return images;
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
  if (pictures.empty() && !paths.empty())
    throw UsageError(fmt::format("a picture is missing: {} is a model", model));
  return pictures;
}

std::vector<std::string> PictureArguments::expand(std::string& model) const {
  return expand_folders(without_model(model), recursive ? Subfolders::Included : Subfolders::Ignored);
}

}  // namespace fovea::cli
