#include "cli/kit/memory_option.hpp"
#include "cli/kit/networks.hpp"
#include "cli/kit/output.hpp"
#include "cli/verbs/verbs.hpp"
#include "fovea/error.hpp"
#include "fovea/model.hpp"
#include "fovea/networks.hpp"
#include "fovea/program.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace fovea::cli {
namespace {

struct Options {
  std::string model, scores;
  std::string size;
  MemoryOption memory;
  bool json = false;
  bool layers = false;
};

/// The compiled program, or nothing with the reason why there is none. One whose output is not class scores
/// is run all the same, with the reason among `complaints`.
std::shared_ptr<const Program> try_compile(const Model& model, const Options& options, std::string& why_not,
                                           std::vector<std::string>& complaints) {
  try {
    ProgramOptions program;
    const PictureSize size = choose_picture_size(model, options.size, 224);
    program.height = size.height;
    program.width = size.width;
    if (!options.scores.empty())
      program.outputs = {options.scores};
    try {
      program.head = ProgramOptions::Head::Classes;
      return Program::compile(model, program);
    } catch (const ModelError& error) {
      why_not = error.what();
      complaints = {error.detail()};
      program.head = ProgramOptions::Head::Scores;
      return Program::compile(model, program);
    }
  } catch (const Error& error) {
    if (complaints.empty())
      why_not = error.what();
    complaints.clear();
    return nullptr;
  }
}

std::string scaled(double value) {
  for (const auto& [unit, factor] : {std::pair{"G", 1e9}, std::pair{"M", 1e6}, std::pair{"k", 1e3}})
    if (value >= factor)
      return fmt::format("{:.2f} {}", value / factor, unit);
  return fmt::format("{:.0f}", value);
}

nlohmann::ordered_json port_json(const std::vector<ModelPort>& ports) {
  auto list = nlohmann::ordered_json::array();
  for (const ModelPort& port : ports)
    list.push_back({{"name", port.name}, {"type", port.element_type}, {"dims", port.dims}});
  return list;
}

nlohmann::ordered_json preprocessing_json(const Preprocessing& p) {
  return {{"resize_short_side", p.resize_short_side},
          {"scale", p.scale},
          {"mean", p.mean},
          {"std", p.std},
          {"channel_order", p.channel_order == ChannelOrder::RGB ? "RGB" : "BGR"}};
}

/// None without --layers or where the model cannot be run, which is reported elsewhere.
std::vector<LayerInfo> layers_of(const Model& model, const Program* program, const Options& options) {
  if (!options.layers || !program)
    return {};
  const Shape& picture = program->inputs().front().shape;
  return layers(model, picture[2], picture[3]);
}

nlohmann::ordered_json axis_json(const FieldAxis& axis) {
  return {{"size", axis.size}, {"stride", axis.stride}, {"offset", axis.offset}};
}

nlohmann::ordered_json layers_json(const std::vector<LayerInfo>& list) {
  auto json = nlohmann::ordered_json::array();
  for (const LayerInfo& layer : list) {
    json.push_back({{"name", layer.name},
                    {"node", layer.node},
                    {"operator", layer.operator_name},
                    {"shape", layer.shape.dims()},
                    {"axes", layer.axes},
                    {"receptive_field", nullptr}});
    if (layer.field)
      json.back()["receptive_field"] = {{"height", axis_json(layer.field->height)},
                                        {"width", axis_json(layer.field->width)}};
  }
  return json;
}

/// "3x5"; one number where both are the same.
std::string pair_text(double height, double width) {
  return height == width ? fmt::format("{:.4g}", height) : fmt::format("{:.4g}x{:.4g}", height, width);
}

void print_layers(const std::vector<LayerInfo>& list) {
  std::vector<std::array<std::string, 7>> rows = {
      {"layer", "node", "operator", "shape", "axes", "field", "stride"}};
  for (const LayerInfo& layer : list)
    rows.push_back(
        {layer.name, layer.node, layer.operator_name, to_string(layer.shape), axes_text(layer),
         layer.field ? pair_text(layer.field->height.size, layer.field->width.size) : "whole picture",
         layer.field ? pair_text(layer.field->height.stride, layer.field->width.stride) : ""});
  std::array<std::size_t, 7> widths = {};
  for (const auto& row : rows)
    for (std::size_t c = 0; c < row.size(); ++c)
      widths[c] = std::max(widths[c], row[c].size());
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c)
      line += fmt::format("{:<{}}  ", row[c], widths[c]);
    line.erase(line.find_last_not_of(' ') + 1);
    print("{}\n", line);
  }
}

/// How the model takes pictures, where its file or the name it was called by says so.
struct Usage {
  Labels labels;
  std::optional<ChosenPreprocessing> preprocessing;
};

Usage usage_of(const Model& model, const FoundNetwork& found) {
  Usage usage{found.labels.empty() ? model.labels() : Labels::read(found.labels), {}};
  if (model.preprocessing() || !found.preprocessing.empty())
    usage.preprocessing = choose_preprocessing(model, found, {});
  return usage;
}

void print_json(const Model& model, const Usage& usage, const Program* program, const std::string& why_not,
                const std::vector<std::string>& notes, const Options& options) {
  nlohmann::ordered_json json = {{"path", model.path()},
                                 {"producer", model.producer()},
                                 {"ir_version", model.ir_version()},
                                 {"opset", model.opset()},
                                 {"inputs", port_json(model.inputs())},
                                 {"outputs", port_json(model.outputs())},
                                 {"parameters", model.parameters()}};
  for (const auto& [name, count] : model.operator_counts())
    json["operators"][name] = count;
  json["unsupported_nodes"] = nlohmann::ordered_json::array();
  for (const UnsupportedNode& node : model.unsupported_nodes())
    json["unsupported_nodes"].push_back({{"node", node.node},
                                         {"operator", node.operator_name},
                                         {"reason", node.reason},
                                         {"needed", node.needed}});
  if (!model.warnings().empty())
    json["warnings"] = model.warnings();
  json["labels"] = usage.labels.size();
  if (usage.preprocessing) {
    json["preprocessing"] = preprocessing_json(usage.preprocessing->preprocessing);
    json["preprocessing_source"] = usage.preprocessing->source;
  }
  if (program) {
    json["multiply_adds"] = program->report().multiply_adds;
    json["arena_bytes"] = program->report().arena_bytes;
    json["unshared_bytes"] = program->report().unplanned_bytes;
    json["fallback_nodes"] = program->report().fallback_nodes;
    json["activation"] = name_of(program->head().activation);
    json["activation_assumed"] = program->head().is_assumed;
    json["notes"] = notes;
  } else {
    json["error"] = why_not;
  }
  if (options.layers)
    json["layers"] = layers_json(layers_of(model, program, options));
  cli::print_json(json);
}

/// How the network's probabilities are made, and how that is known.
std::string activation_text(const ScoreHead& head) {
  if (head.activation == Activation::Given)
    return "given: the output holds probabilities, which are explained themselves";
  return fmt::format("{}{}", name_of(head.activation),
                     head.is_assumed ? " of the scores (assumed: the network ends without an activation; "
                                       "--activation says otherwise)"
                                     : ", which the network ends in");
}

void print_preprocessing(const ChosenPreprocessing& chosen) {
  print("preprocessing  {} (from {})\n", describe(chosen.preprocessing), chosen.source);
}

void print_text(const Model& model, const Usage& usage, const Program* program,
                const std::vector<std::string>& notes) {
  print("model          {}\n", model.path());
  print("format         ONNX IR {}, opset {}{}\n", model.ir_version(), model.opset(),
        model.producer().empty() ? "" : ", made by " + model.producer());
  for (const ModelPort& port : model.inputs())
    print("input          {} {}\n", port.name, describe(port));
  for (const ModelPort& port : model.outputs())
    print("output         {} {}\n", port.name, describe(port));
  std::int64_t nodes = 0;
  for (const auto& [name, count] : model.operator_counts())
    nodes += count;
  print("parameters     {} ({})\n", model.parameters(), scaled(static_cast<double>(model.parameters())));
  if (program) {
    const ProgramReport& report = program->report();
    const Shape& input = program->inputs().front().shape;
    print("multiply-adds  {} for {}\n", scaled(static_cast<double>(report.multiply_adds)), to_string(input));
    print("memory         {:.1f} MiB of intermediate values forward and backward ({:.1f} MiB unshared)\n",
          static_cast<double>(report.arena_bytes) / 1048576.0,
          static_cast<double>(report.unplanned_bytes) / 1048576.0);
  }
  if (program)
    print("probabilities  {}\n", activation_text(program->head()));
  const Labels& labels = usage.labels;
  if (!labels.empty())
    print("labels         {}: {}, {}, ...\n", labels.size(), labels.name_with_id(0),
          labels.name_with_id(labels.size() - 1));
  if (usage.preprocessing)
    print_preprocessing(*usage.preprocessing);
  print("operators      {} nodes\n", nodes);
  for (const auto& [name, count] : model.operator_counts())
    print("  {:<24} {:>6}\n", name, count);
  for (const UnsupportedNode& node : model.unsupported_nodes())
    print("unsupported    node '{}' ({}): {}{}\n", node.node, node.operator_name, node.reason,
          node.needed ? "" : "; the first output does not need it");
  for (const std::string& warning : model.warnings())
    print("warning        {}\n", warning);
  for (const std::string& note : notes)
    print("note           {}\n", note);
}

int show(const Options& options) {
  const FoundNetwork found = find_network(options.model);
  const Model model = Model::load(found.path, options.memory.load_options());
  const Usage usage = usage_of(model, found);
  for (const std::string& warning : usage.labels.warnings())
    say("fovea: warning: {}\n", warning);
  std::string why_not;
  std::vector<std::string> notes;
  const std::shared_ptr<const Program> program = try_compile(model, options, why_not, notes);
  if (program)
    notes.insert(notes.end(), program->report().notes.begin(), program->report().notes.end());
  if (options.json)
    print_json(model, usage, program.get(), why_not, notes, options);
  else
    print_text(model, usage, program.get(), notes);
  if (options.layers && !options.json)
    print_layers(layers_of(model, program.get(), options));
  if (program)
    return 0;
  std::fflush(stdout);
  say("fovea: error: {}\n", why_not);
  return 1;
}

}  // namespace

void add_info(Command app) {
  auto options = std::make_shared<Options>();
  Command verb =
      app.add_command("info", "Show what a model holds, and whether fovea can run and differentiate it");
  verb.add_option("model", options->model, "ONNX file, or a name that 'fovea models list' knows")
      .required()
      .check(file_or_folder());
  verb.add_option("--size", options->size, "size of the picture where the model leaves it open (default 224)")
      .check(picture_size_text());
  options->memory.add_to(verb);
  verb.add_option("--scores", options->scores,
                  "the output, or other value, that holds the class scores (default: the first output)");
  verb.add_flag("--layers", options->layers,
                "also list every layer that depends on the picture: name, node, operator, shape, axes, "
                "receptive field, stride");
  verb.add_flag("--json", options->json, "print JSON");
  verb.runs([options] { return show(*options); });
}

}  // namespace fovea::cli
