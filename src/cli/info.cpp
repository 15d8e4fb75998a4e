#include "cli/common.hpp"
#include "cli/verbs.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace fovea::cli {
namespace {

struct Options {
  std::string model;
  std::optional<std::int64_t> size;
  bool json = false;
};

/// The compiled program, or nothing with the reason why there is none.
std::shared_ptr<const Program> try_compile(const Model& model, const Options& options, std::string& why_not) {
  try {
    ProgramOptions program;
    const ImageInput input = model.image_input();
    program.height = input.height > 0 ? 0 : options.size.value_or(224);
    program.width = input.width > 0 ? 0 : options.size.value_or(224);
    return Program::compile(model, program);
  } catch (const Error& error) {
    why_not = error.what();
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

void print_json(const Model& model, const Program* program, const std::string& why_not) {
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
    json["unsupported_nodes"].push_back(
        {{"node", node.node}, {"operator", node.operator_name}, {"reason", node.reason}});
  json["labels"] = model.labels().size();
  if (model.preprocessing())
    json["preprocessing"] = preprocessing_json(*model.preprocessing());
  if (program) {
    json["multiply_adds"] = program->report().multiply_adds;
    json["arena_bytes"] = program->report().arena_bytes;
    json["unshared_bytes"] = program->report().unplanned_bytes;
    json["fallback_nodes"] = program->report().fallback_nodes;
    json["notes"] = program->report().notes;
  } else {
    json["error"] = why_not;
  }
  fmt::print("{}\n", json.dump(2));
}

void print_preprocessing(const Preprocessing& p) {
  const std::string resize = p.resize_short_side > 0 ? std::to_string(p.resize_short_side) : "size * 256/224";
  fmt::print("preprocessing  short side {}, scale {:.6g}, mean {:.4g}, std {:.4g}, {}\n", resize, p.scale,
             fmt::join(p.mean.begin(), p.mean.begin() + 3, ","),
             fmt::join(p.std.begin(), p.std.begin() + 3, ","),
             p.channel_order == ChannelOrder::RGB ? "RGB" : "BGR");
}

void print_text(const Model& model, const Program* program) {
  fmt::print("model          {}\n", model.path());
  fmt::print("format         ONNX IR {}, opset {}{}\n", model.ir_version(), model.opset(),
             model.producer().empty() ? "" : ", made by " + model.producer());
  for (const ModelPort& port : model.inputs())
    fmt::print("input          {} {}\n", port.name, shape_text(port));
  for (const ModelPort& port : model.outputs())
    fmt::print("output         {} {}\n", port.name, shape_text(port));
  std::int64_t nodes = 0;
  for (const auto& [name, count] : model.operator_counts())
    nodes += count;
  fmt::print("parameters     {} ({})\n", model.parameters(), scaled(static_cast<double>(model.parameters())));
  if (program) {
    const ProgramReport& report = program->report();
    const Shape& input = program->inputs().front().shape;
    fmt::print("multiply-adds  {} for {}\n", scaled(static_cast<double>(report.multiply_adds)),
               to_string(input));
    fmt::print(
        "memory         {:.1f} MiB of intermediate values forward and backward ({:.1f} MiB unshared)\n",
        static_cast<double>(report.arena_bytes) / 1048576.0,
        static_cast<double>(report.unplanned_bytes) / 1048576.0);
  }
  if (!model.labels().empty())
    fmt::print("labels         {}: {}, {}, ...\n", model.labels().size(), describe(model.labels(), 0),
               describe(model.labels(), model.labels().size() - 1));
  if (model.preprocessing())
    print_preprocessing(*model.preprocessing());
  fmt::print("operators      {} nodes\n", nodes);
  for (const auto& [name, count] : model.operator_counts())
    fmt::print("  {:<24} {:>6}\n", name, count);
  for (const UnsupportedNode& node : model.unsupported_nodes())
    fmt::print("unsupported    node '{}' ({}): {}\n", node.node, node.operator_name, node.reason);
  if (program)
    for (const std::string& note : program->report().notes)
      fmt::print("note           {}\n", note);
}

int show(const Options& options) {
  const Model model = Model::load(options.model);
  std::string why_not;
  const std::shared_ptr<const Program> program = try_compile(model, options, why_not);
  if (options.json)
    print_json(model, program.get(), why_not);
  else
    print_text(model, program.get());
  if (program)
    return 0;
  std::fflush(stdout);
  fmt::print(stderr, "fovea: error: {}\n", why_not);
  return 1;
}

}  // namespace

void add_info(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  CLI::App* verb =
      app.add_subcommand("info", "What a model holds, and whether fovea can run and differentiate it");
  verb->add_option("model", options->model, "ONNX file")->required()->check(not_empty());
  verb->add_option("--size", options->size,
                   "side of the picture where the model leaves it open (default 224)")
      ->check(CLI::Range(1, 65536));
  verb->add_flag("--json", options->json, "print JSON");
  verb->callback([options, &run] { run = [options] { return show(*options); }; });
}

}  // namespace fovea::cli
