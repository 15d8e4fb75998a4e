#include "report/model_info.hpp"

#include "base/json.hpp"
#include "base/shown_format.hpp"
#include "base/wrapped_text.hpp"
#include "fovea/detect.hpp"
#include "fovea/error.hpp"
#include "report/detection_report.hpp"
#include "report/table.hpp"

namespace fovea {
namespace {

/// The note of a detector whose decoder follows from the outputs; empty for other networks.
std::string note_of_detector(const Model& model, const ProgramOptions& program) {
  try {
    DetectorOptions options;
    options.program.height = program.height;
    options.program.width = program.width;
    return detector_note(Detector(model, options));
  } catch (const Error&) {  // outputs of another kind
    return {};
  }
}

/// Compiles the program, or says why there is none.
void compile(ModelInfo& info, const ModelInfoOptions& options) {
  try {
    ProgramOptions program;
    const PictureSize size = options.size(info.model);
    program.height = size.height;
    program.width = size.width;
    if (!options.scores.empty())
      program.outputs = {options.scores};
    try {
      program.head = ProgramOptions::Head::Classes;
      info.program = Program::compile(info.model, program);
    } catch (const ModelError& error) {
      info.why_not = error.what();
      info.notes = {{NoteKind::NoClassScores, {}, {error.detail()}}};
      program.head = ProgramOptions::Head::Scores;
      info.program = Program::compile(info.model, program);
      if (options.scores.empty())
        info.detector = note_of_detector(info.model, program);
    }
    const std::vector<Note>& notes = info.program->report().notes;
    info.notes.insert(info.notes.end(), notes.begin(), notes.end());
  } catch (const Error& error) {
    if (info.notes.empty())
      info.why_not = error.what();
    info.notes.clear();
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
    list.push_back({{"name", port.name},
                    {"type", port.element_type},
                    {"dims", port.has_shape ? nlohmann::ordered_json(port.dims) : nlohmann::ordered_json()}});
  return list;
}

nlohmann::ordered_json preprocessing_json(const Preprocessing& p) {
  return {{"resize_short_side", p.resize_short_side},
          {"scale", p.scale},
          {"mean", p.mean},
          {"std", p.std},
          {"channel_order", p.channel_order == ChannelOrder::RGB ? "RGB" : "BGR"}};
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

std::string layers_text(const std::vector<LayerInfo>& list, std::size_t width) {
  Table table({{"layer", "layer", false, true},
               {"node", "node", false, true},
               {"operator", "operator"},
               {"shape", "shape"},
               {"axes", "axes"},
               {"field", "field"},
               {"stride", "stride"}});
  for (const LayerInfo& layer : list) {
    std::vector<TableCell> cells;
    for (const std::string& text :
         {layer.name, layer.node, layer.operator_name, to_string(layer.shape), axes_text(layer),
          layer.field ? pair_text(layer.field->height.size, layer.field->width.size) : "whole picture",
          layer.field ? pair_text(layer.field->height.stride, layer.field->width.stride) : std::string()})
      cells.push_back({text, text});
    table.add_row(std::move(cells));
  }
  return table.text(width);
}

/// The activation of the network's probabilities, and its origin.
std::string activation_text(const ScoreHead& head) {
  if (head.activation == Activation::Given)
    return "given: the output holds probabilities, which are explained themselves";
  return fmt::format("{}{}", name_of(head.activation),
                     head.is_assumed ? " of the scores (assumed: the network ends without an activation; "
                                       "--activation says otherwise)"
                                     : ", which the network ends in");
}

std::string preprocessing_text(const ChosenPreprocessing& chosen) {
  if (!chosen.is_assumed)
    return shown_format("preprocessing  {} (from {})\n", describe(chosen.preprocessing), chosen.source);
  return shown_format(
      "preprocessing  {}\n"
      "               (assumed, as torchvision's networks take it: nothing says how pictures are "
      "prepared; --try PHOTOS compares the conventions)\n",
      describe(chosen.preprocessing));
}

}  // namespace

ModelInfo inspect_model(const FoundNetwork& found, const ModelInfoOptions& options) {
  ModelInfo info{Model::load(found.path, options.load), {}, {}, {}, {}, {}, {}, {}};
  info.labels = found.labels.empty() ? info.model.labels() : Labels::read(found.labels);
  info.preprocessing = choose_preprocessing(info.model, found, {});
  compile(info, options);
  if (!options.layers)
    return info;
  info.layers.emplace();
  if (info.program) {
    const Shape& picture = info.program->inputs().front().shape;
    info.layers = layers(info.model, picture[2], picture[3]);
  }
  return info;
}

nlohmann::ordered_json model_info_json(const ModelInfo& info) {
  const Model& model = info.model;
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
                                         {"needed", node.is_needed}});
  if (!model.warnings().empty())
    json["warnings"] = model.warnings();
  json["labels"] = info.labels.size();
  json["preprocessing"] = preprocessing_json(info.preprocessing.preprocessing);
  json["preprocessing_source"] = info.preprocessing.source;
  json["preprocessing_assumed"] = info.preprocessing.is_assumed;
  if (const Program* program = info.program.get()) {
    json["multiply_adds"] = program->report().multiply_adds;
    json["arena_bytes"] = program->report().arena_bytes;
    json["unshared_bytes"] = program->report().unplanned_bytes;
    json["fallback_nodes"] = program->report().fallback_nodes;
    json["activation"] = name_of(program->head().activation);
    json["activation_assumed"] = program->head().is_assumed;
    json["detector"] = nullptr;
    if (!info.detector.empty())
      json["detector"] = info.detector;
    json["notes"] = to_strings(info.notes);
    json["note_details"] = notes_json(info.notes);
  } else {
    json["error"] = info.why_not;
  }
  if (info.layers)
    json["layers"] = layers_json(*info.layers);
  return json;
}

std::string model_info_text(const ModelInfo& info, std::size_t width) {
  const Model& model = info.model;
  const Program* program = info.program.get();
  std::string text;
  text += shown_format("model          {}\n", model.path());
  text += shown_format("format         ONNX IR {}, opset {}{}\n", model.ir_version(), model.opset(),
                       model.producer().empty() ? "" : ", made by " + model.producer());
  for (const ModelPort& port : model.inputs())
    text += shown_format("input          {} {}\n", port.name, describe(port));
  for (const ModelPort& port : model.outputs())
    text += shown_format("output         {} {}\n", port.name, describe(port));
  std::int64_t nodes = 0;
  for (const auto& [name, count] : model.operator_counts())
    nodes += count;
  text += shown_format("parameters     {} ({})\n", model.parameters(),
                       scaled(static_cast<double>(model.parameters())));
  if (program) {
    const ProgramReport& report = program->report();
    const Shape& input = program->inputs().front().shape;
    text += shown_format("multiply-adds  {} for {}\n", scaled(static_cast<double>(report.multiply_adds)),
                         to_string(input));
    text += shown_format(
        "memory         {:.1f} MiB of intermediate values forward and backward ({:.1f} MiB unshared)\n",
        static_cast<double>(report.arena_bytes) / 1048576.0,
        static_cast<double>(report.unplanned_bytes) / 1048576.0);
  }
  if (program)
    text += shown_format("probabilities  {}\n", activation_text(program->head()));
  if (!info.detector.empty())
    text += shown_format("objects        {} (fovea detect; saliency --detection)\n", info.detector);
  const Labels& labels = info.labels;
  if (!labels.empty())
    text += shown_format("labels         {}: {}, {}, ...\n", labels.size(), labels.name_with_id(0),
                         labels.name_with_id(labels.size() - 1));
  text += preprocessing_text(info.preprocessing);
  text += shown_format("operators      {} nodes\n", nodes);
  for (const auto& [name, count] : model.operator_counts())
    text += shown_format("  {:<24} {:>6}\n", name, count);
  for (const UnsupportedNode& node : model.unsupported_nodes())
    text += shown_format("unsupported    node '{}' ({}): {}{}\n", node.node, node.operator_name, node.reason,
                         node.is_needed ? "" : "; the first output does not need it");
  for (const std::string& warning : model.warnings())
    text += shown_format("warning        {}\n", warning);
  for (const Note& note : info.notes)
    text += shown_format("note           {}\n", to_string(note));
  text = hanging_lines(text, width);
  return info.layers ? text + layers_text(*info.layers, width) : text;
}

}  // namespace fovea
