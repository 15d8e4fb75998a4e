#include "cli/kit/output.hpp"
#include "cli/kit/result_format.hpp"
#include "cli/verbs/verbs.hpp"
#include "fovea/evaluate_maps.hpp"
#include "fovea/explain.hpp"

#include <algorithm>
#include <span>

namespace fovea::cli {
namespace {

nlohmann::ordered_json record_of(const MethodInfo& info) {
  const bool shared = info.values == MethodInfo::Values::PerPixel;
  return {{"name", info.name},       {"title", info.title},
          {"summary", info.summary}, {"source", info.source},
          {"samples", info.samples}, {"values", shared ? "per pixel" : "per channel"},
          {"group", info.group},     {"passes", info.passes},
          {"needs", info.needs},     {"sanity", name_of(info.sanity)}};
}

/// A table for each group of methods.
void print_groups(const ResultFormat& format) {
  const std::vector<MethodInfo>& all = methods();
  for (auto first = all.begin(); first != all.end();) {
    const auto last =
        std::find_if(first, all.end(), [&](const MethodInfo& info) { return info.group != first->group; });
    Table table({{"name", "method", false, true},
                 {"passes", "passes"},
                 {"samples", "n", true},
                 {"needs", "needs"},
                 {"sanity", "sanity"},
                 {"summary", "what it is"}});
    for (const MethodInfo& info : std::span(first, last)) {
      const std::string name(info.name), passes(info.passes), needs(info.needs), sanity(name_of(info.sanity)),
          summary(info.summary);
      table.add_row({{name, name},
                     {passes, passes},
                     {info.samples, info.samples > 0 ? std::to_string(info.samples) : ""},
                     {needs, needs},
                     {sanity, sanity},
                     {summary, summary}});
    }
    print("{}\n\n", first->group);
    print_table(format, table);
    print("\n");
    first = last;
  }
  print("passes: forward + backward passes for one view of a photo; n: samples,\n"
        "        k: channels of the layer, w: places of the square, c: cells\n"
        "needs:  ReLUs, a layer with rows and columns of the photo, or attention\n"
        "sanity: whether the map depends on what the network has learnt, as measured in\n"
        "        docs/trust.md; empty: not measured\n");
}

int list_methods(const ResultFormat& format) {
  if (format.is_text()) {
    print_groups(format);
    return 0;
  }
  auto list = nlohmann::ordered_json::array();
  for (const MethodInfo& info : methods())
    list.push_back(record_of(info));
  print_results(format, list);
  return 0;
}

int list_measures(const ResultFormat& format) {
  Table table(
      {{"name", "measure", false, true}, {"good", "good"}, {"default", ""}, {"cost", "what it costs"}});
  auto list = nlohmann::ordered_json::array();
  for (const MapMeasureInfo& info : map_measures()) {
    const char* good = info.better == Better::Lower ? "low" : info.better == Better::Higher ? "high" : "";
    list.push_back({{"name", info.name},
                    {"title", info.title},
                    {"better", good},
                    {"default", info.by_default},
                    {"needs_truth", info.needs_truth},
                    {"cost", info.cost}});
    std::string cost(info.cost);
    if (info.needs_truth)
      cost += cost.empty() ? "needs --truth or --masks" : ", needs --truth or --masks";
    const std::string name(info.name);
    table.add_row(
        {{name, name}, {good, good}, {info.by_default, info.by_default ? "default" : ""}, {cost, cost}});
  }
  if (format.is_text())
    print_table(format, table);
  else
    print_results(format, list);
  return 0;
}

}  // namespace

void add_list(Command app) {
  auto format = std::make_shared<ResultFormat>();
  Command verb = app.add_command("list", "List what there is to choose from");
  verb.needs_command();
  Command methods = verb.add_command("methods", "List the methods that make maps");
  methods.add_example("fovea list methods", "what --method and --methods take");
  format->add_to(methods);
  methods.runs([format] { return list_methods(*format); });
  Command measures = verb.add_command("measures", "List what 'evaluate faithfulness' measures");
  measures.add_example("fovea list measures", "what --measures takes, and what each costs");
  format->add_to(measures);
  measures.runs([format] { return list_measures(*format); });
}

}  // namespace fovea::cli
