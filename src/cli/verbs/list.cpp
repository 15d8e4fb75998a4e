#include "cli/kit/result_format.hpp"
#include "cli/verbs/verbs.hpp"
#include "fovea/evaluate_maps.hpp"
#include "fovea/explain.hpp"

namespace fovea::cli {
namespace {

int list_methods(const ResultFormat& format) {
  Table table({{"name", "method", false, true},
               {"title", ""},
               {"samples", "samples", true},
               {"summary", "what it is"}});
  auto list = nlohmann::ordered_json::array();
  for (const MethodInfo& info : methods()) {
    const bool shared = info.values == MethodInfo::Values::PerPixel;
    list.push_back({{"name", info.name},
                    {"title", info.title},
                    {"summary", info.summary},
                    {"source", info.source},
                    {"samples", info.samples},
                    {"values", shared ? "per pixel" : "per channel"}});
    const std::string name(info.name), title(info.title), summary(info.summary);
    table.add_row({{name, name},
                   {title, title},
                   {info.samples, info.samples > 0 ? std::to_string(info.samples) : ""},
                   {summary, summary}});
  }
  if (format.is_text())
    print_table(format, table);
  else
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
