#include "cli/common.hpp"
#include "cli/engine_options.hpp"
#include "cli/find_model.hpp"
#include "cli/verbose.hpp"
#include "cli/verbs.hpp"
#include "fovea/error.hpp"
#include "fovea/npy.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fovea::cli {
namespace {

struct Options {
  std::string model;
  std::vector<std::string> inputs, outputs;
  EngineOptions engine;
};

/// "NAME=PATH" or "PATH"; a path may hold '=' after a '/'.
struct NamedFile {
  std::string name, path;
};

NamedFile split_name(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || text.find('/') < equals)
    return {{}, text};
  return {text.substr(0, equals), text.substr(equals + 1)};
}

/// Pairs files with the model's ports: by name, or in order. InputError for an unknown name or too many
/// files.
template <class Ports>
std::vector<std::size_t> match(const std::vector<NamedFile>& files, const Ports& ports, const char* what,
                               const std::string& model) {
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < files.size(); ++i) {
    std::size_t index = i;
    if (!files[i].name.empty())
      index = static_cast<std::size_t>(
          std::find_if(ports.begin(), ports.end(),
                       [&](const auto& port) { return port.name == files[i].name; }) -
          ports.begin());
    if (index >= ports.size())
      throw InputError(
          files[i].name.empty()
              ? fmt::format("the model has {} {}s, {} files are given", ports.size(), what, files.size())
              : fmt::format("the model has no {} named '{}'", what, files[i].name),
          model);
    indices.push_back(index);
  }
  return indices;
}

/// InputError unless the array can be what the port declares. The first extent is free: most models take any
/// batch.
void check_shape(const Shape& shape, const ModelPort& port, const std::string& path) {
  bool fits = shape.rank() == static_cast<std::int64_t>(port.dims.size());
  for (std::size_t i = 1; fits && i < port.dims.size(); ++i)
    fits = port.dims[i] < 0 || port.dims[i] == shape[static_cast<std::int64_t>(i)];
  if (!fits)
    throw InputError(
        fmt::format("has shape {}, the input '{}' is {}", to_string(shape), port.name, shape_text(port)),
        path);
}

/// Two results in one file would leave only the second.
void check_distinct(const std::vector<NamedFile>& outputs) {
  for (std::size_t i = 0; i < outputs.size(); ++i)
    for (std::size_t k = 0; k < i; ++k)
      if (outputs[i].path == outputs[k].path)
        throw UsageError(fmt::format("-o names '{}' twice", outputs[i].path));
}

int compute(const Options& options) {
  start_log(options.engine.verbose);
  const Model model = Model::load(find_model(options.model).path);
  std::vector<NamedFile> inputs, outputs;
  std::transform(options.inputs.begin(), options.inputs.end(), std::back_inserter(inputs), split_name);
  std::transform(options.outputs.begin(), options.outputs.end(), std::back_inserter(outputs), split_name);
  check_distinct(outputs);
  const std::vector<std::size_t> input_ports = match(inputs, model.inputs(), "input", model.path());
  if (inputs.empty() && !model.inputs().empty())
    throw UsageError("--input is required: the model has inputs");
  if (inputs.size() != model.inputs().size())
    throw InputError(
        fmt::format("the model has {} inputs, {} are given", model.inputs().size(), inputs.size()),
        model.path());

  std::vector<Tensor> tensors;
  ProgramOptions program_options = options.engine.program_options();
  program_options.direction = Direction::Forward;
  program_options.input_layout = ProgramOptions::InputLayout::AsInFile;
  program_options.head = ProgramOptions::Head::AsInFile;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    tensors.push_back(read_array(inputs[i].path));
    check_shape(tensors.back().shape(), model.inputs()[input_ports[i]], inputs[i].path);
    program_options.input_shapes.push_back({model.inputs()[input_ports[i]].name, tensors.back().shape()});
    if (input_ports[i] == 0 && tensors.back().shape().rank() > 0)
      program_options.batch = std::max<std::int64_t>(tensors.back().shape()[0], 1);
  }
  const auto program = Program::compile(model, program_options);
  print_notes(*program);
  const std::vector<std::size_t> output_ports = match(outputs, program->outputs(), "output", model.path());
  Session session(program);
  for (std::size_t i = 0; i < tensors.size(); ++i)
    fill(session.input(input_ports[i]), tensors[i], inputs[i].path);
  session.forward();
  for (std::size_t i = 0; i < outputs.size(); ++i)
    write_npy(outputs[i].path, session.output(output_ports[i]));
  return 0;
}

}  // namespace

void add_forward(Command app) {
  auto options = std::make_shared<Options>();
  Command verb = app.add_command("forward", "Run a model on arrays: .npy in, .npy out");
  verb.add_option("model", options->model, "ONNX file, or a name that 'fovea models list' knows")
      .required()
      .check(file_or_folder());
  verb.add_option("--input", options->inputs, "[NAME=]X.npy, one for each input of the model")
      .check(file_or_folder());
  verb.add_option("-o,--output", options->outputs, "[NAME=]Y.npy, in the order of the outputs or by name")
      .required()
      .check(file_or_folder());
  options->engine.add_to(verb);
  verb.runs([options] { return compute(*options); });
}

}  // namespace fovea::cli
