#include "cli/kit/networks.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/preprocessing_options.hpp"
#include "cli/kit/usage_error.hpp"
#include "cli/verbs/models.hpp"
#include "fovea/batch.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace fovea::cli {
namespace {

struct Options {
  std::string file, name, labels;
  PreprocessingSpec preprocessing;
};

int add(const Options& options) {
  check_preprocessing_options(options.preprocessing);
  RegisteredNetwork network;
  network.name = options.name.empty() ? stem_of(options.file) : options.name;
  network.preprocessing = options.preprocessing;
  if (!is_network_name(network.name))
    throw UsageError(
        fmt::format("'{}' cannot be a network's name, which has letters, digits, '.', '_' and '-', "
                    "and begins with a letter or digit: give one with --name",
                    network.name));
  // Unusable values are refused now rather than when they are used.
  const Model model = Model::load(options.file);
  network.path = std::filesystem::absolute(options.file).lexically_normal().string();
  if (!options.labels.empty()) {
    [[maybe_unused]] const Labels labels = Labels::read(options.labels);
    network.labels = std::filesystem::absolute(options.labels).lexically_normal().string();
  }
  user_catalog().add(network);
  print("{} stands for {}\n", network.name, network.path);
  return 0;
}

}  // namespace

void add_models_add(Command models) {
  auto options = std::make_shared<Options>();
  Command verb = models.add_command("add", "Give a network of your own a name; its file stays where it is");
  verb.add_option("file", options->file, "ONNX file").required().check(file_or_folder());
  verb.add_option("--name", options->name,
                  "the network's name: letters, digits, '.', '_' and '-' (default: the file's name without "
                  "its ending)")
      .check(not_empty());
  verb.add_option("--labels", options->labels,
                  "class names: a text file with one name a line ('name' or 'n01234567 name'), or a CSV with "
                  "the columns index, name and, optionally, wnid (default: the model file's own; ImageNet's "
                  "for 1000 classes)")
      .check(file_or_folder());
  add_preprocessing_options(verb, options->preprocessing);
  verb.add_example("fovea models add net.onnx --name birds --labels birds.txt --preprocess caffe",
                   "from then on -m birds knows all of it");
  verb.runs([options] { return add(*options); });
}

}  // namespace fovea::cli
