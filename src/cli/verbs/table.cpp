#include "cli/verbs/table.hpp"

#include "cli/verbs/verbs.hpp"
#include "fovea/batch.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <string>
#include <system_error>

namespace fovea::cli {
namespace {

struct Verb {
  std::string_view name;
  const char* group;  ///< the title that it stands below in the help
  void (*add)(Command);
  bool describes_all = false;  ///< it describes all commands and their options
};

constexpr const char* kPhotos = "Photos";
constexpr const char* kManyPhotos = "Many photos";
constexpr const char* kNetworks = "Networks";
constexpr const char* kMeasurements = "Measurements";
constexpr const char* kArrays = "Arrays";
constexpr const char* kProgram = "This program";

/// In the order in which the help shows them.
constexpr Verb kVerbs[] = {{"explain", kPhotos, add_explain},
                           {"classify", kPhotos, add_classify},
                           {"saliency", kPhotos, add_saliency},
                           {"localize", kPhotos, add_localize},
                           {"detect", kPhotos, add_detect},
                           {"deconv", kPhotos, add_deconv},
                           {"concepts", kPhotos, add_concepts},
                           {"report", kPhotos, add_report},
                           {"serve", kPhotos, add_serve},
                           {"submit", kManyPhotos, add_submit},
                           {"status", kManyPhotos, add_status},
                           {"merge", kManyPhotos, add_merge},
                           {"info", kNetworks, add_info},
                           {"class-model", kNetworks, add_class_model},
                           {"models", kNetworks, add_models},
                           {"export", kNetworks, add_export},
                           {"evaluate", kMeasurements, add_evaluate},
                           {"compare", kMeasurements, add_compare},
                           {"bench", kMeasurements, add_bench},
                           {"forward", kArrays, add_forward},
                           {"gradient", kArrays, add_gradient},
                           {"list", kProgram, add_list},
                           {"completions", kProgram, add_completions, true},
                           {"man", kProgram, add_man, true}};

}  // namespace

void add_verbs(Command root, std::string_view first_argument) {
  const auto named = std::find_if(std::begin(kVerbs), std::end(kVerbs),
                                  [&](const Verb& verb) { return verb.name == first_argument; });
  const bool all = named == std::end(kVerbs) ? first_argument != "--version" : named->describes_all;
  for (const Verb& verb : kVerbs)
    if (all || verb.name == first_argument)
      verb.add(root.in_group(verb.group));
}

std::vector<const char*> meant_arguments(int argc, char** argv) {
  std::vector<const char*> arguments(argv, argv + argc);
  if (argc < 2)
    return arguments;
  const std::string first = argv[1];
  const bool is_verb =
      std::any_of(std::begin(kVerbs), std::end(kVerbs), [&](const Verb& verb) { return verb.name == first; });
  std::error_code ignored;
  const bool is_picture = first == "-" || (!first.starts_with('-') &&
                                           (has_picture_name(first) || first.find('/') != std::string::npos ||
                                            std::filesystem::exists(first, ignored)));
  if (!is_verb && is_picture)
    arguments.insert(arguments.begin() + 1, "explain");
  return arguments;
}

}  // namespace fovea::cli
