#include "cli/kit/output.hpp"
#include "cli/verbs/verbs.hpp"
#include "fovea/explain.hpp"

#include <fmt/format.h>

namespace fovea::cli {
namespace {

int list_methods(bool json) {
  auto list = nlohmann::ordered_json::array();
  if (!json)
    print("{:<22} {:<26} {:>7}  {}\n", "method", "", "samples", "what it is");
  for (const MethodInfo& info : methods()) {
    const bool shared = info.values == MethodInfo::Values::PerPixel;
    if (json)
      list.push_back({{"name", info.name},
                      {"title", info.title},
                      {"summary", info.summary},
                      {"source", info.source},
                      {"samples", info.samples},
                      {"values", shared ? "per pixel" : "per channel"}});
    else
      print("{:<22} {:<26} {:>7}  {}\n", info.name, info.title,
            info.samples > 0 ? std::to_string(info.samples) : "", info.summary);
  }
  if (json)
    print_json(list);
  return 0;
}

}  // namespace

void add_list(Command app) {
  auto json = std::make_shared<bool>(false);
  Command verb = app.add_command("list", "List what there is to choose from");
  verb.needs_command();
  Command methods = verb.add_command("methods", "List the methods that make maps");
  methods.add_flag("--json", *json, "print JSON");
  methods.add_example("fovea list methods", "what --method and --methods take");
  methods.runs([json] { return list_methods(*json); });
}

}  // namespace fovea::cli
