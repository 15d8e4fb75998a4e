#include "cli/kit/picture_arguments.hpp"

#include "base/lower_case.hpp"
#include "batch/results_and_inputs.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/standard_streams.hpp"
#include "cli/kit/usage_error.hpp"
#include "fovea/batch.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

namespace fovea::cli {

Option PictureArguments::add_to(Command verb, const std::string& help) {
  Option images = verb.add_option("images", paths, help + "; '-': standard input")
                      .check(takes_archives ? pictures_or_archives() : file_or_folder());
  verb.add_flag("-r,--recursive", recursive, "take pictures from the subfolders of folders, too");
  return images;
}

void PictureArguments::add_with_list_to(Command verb) {
  are_needed = true;
  takes_archives = true;
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

void leave_out_results(std::vector<std::string>& pictures, const std::string& folder,
                       const std::string& output) {
  if (const std::size_t count = take_out_results(pictures, folder, output); count > 0)
    say_note(fmt::format("{}: {} picture{} in the folder of the results {} left out", folder, count,
                         count == 1 ? "" : "s", count == 1 ? "is" : "are"));
  if (pictures.empty())
    pictures.push_back(folder);  // so that reading it reports the error
}

PictureInputs dataset_inputs(const std::string& dataset, const std::string& output) {
  PictureInputs inputs;
  inputs.set_archive_on_input(archive_on_standard_input());
  inputs.add(dataset);
  if (inputs.has_archives())
    return inputs;
  std::vector<std::string> pictures = pictures_below(dataset);
  leave_out_results(pictures, dataset, output);
  return PictureInputs(pictures);
}

void PictureArguments::for_each(std::string& model, const std::string& output,
                                const std::function<void(const std::string& path)>& take) const {
  const auto take_expanded = [&](const std::string& path) {
    std::vector<std::string> pictures =
        expand_folders({path}, recursive ? Subfolders::Included : Subfolders::Ignored);
    if (recursive && pictures != std::vector{path})
      leave_out_results(pictures, path, output);
    for (const std::string& picture : pictures)
      take(picture);
  };
  for (const std::string& path : without_model(model))
    take_expanded(path);
  if (!list.empty())
    read_path_list(list, take_expanded);
}

std::vector<std::string> PictureArguments::expand(std::string& model, const std::string& output) const {
  std::vector<std::string> all;
  for_each(model, output, [&](const std::string& path) { all.push_back(path); });
  return all;
}

PictureInputs PictureArguments::inputs(std::string& model, const std::string& output) const {
  for (const std::string& path : paths)
    try {
      (void)PictureInputs({path});
    } catch (const InputError& error) {  // a range of numbers that makes no sense
      throw UsageError(error.what());
    }
  PictureInputs inputs;
  inputs.set_archive_on_input(archive_on_standard_input());
  for_each(model, output, [&](const std::string& path) { inputs.add(path); });
  return inputs;
}

}  // namespace fovea::cli
