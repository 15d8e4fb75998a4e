#include "base/make_folder.hpp"
#include "base/output_name.hpp"
#include "cli/kit/engine_options.hpp"
#include "cli/kit/model_options.hpp"
#include "cli/kit/networks.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/usage_error.hpp"
#include "cli/kit/verbose.hpp"
#include "cli/verbs/verbs.hpp"
#include "fovea/error.hpp"
#include "fovea/tensor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace fovea::cli {
namespace {

struct Options {
  std::string model;
  std::vector<std::string> inputs, outputs;
  EngineOptions engine;
};

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

/// Two results in one file would leave only the second.
void check_distinct(const std::vector<NamedFile>& outputs) {
  for (std::size_t i = 0; i < outputs.size(); ++i)
    for (std::size_t k = 0; k < i; ++k)
      if (outputs[i].path == outputs[k].path)
        throw UsageError(fmt::format("-o names '{}' twice", outputs[i].path));
}

/// The outputs to compute: those that files are given for, each once.
std::vector<std::string> wanted_outputs(const Model& model, const std::vector<std::size_t>& ports) {
  std::vector<std::string> names;
  for (std::size_t port : ports)
    if (const std::string& name = model.outputs()[port].name;
        std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(name);
  return names;
}

/// InputError unless there is an array for every input that the outputs need.
void check_inputs(const Model& model, const std::vector<std::string>& outputs,
                  const std::vector<std::size_t>& given) {
  const std::vector<std::string> needed = model.inputs_of(outputs);
  if (given.empty() && !needed.empty())
    throw UsageError("the option --input is missing: the model has inputs");
  for (const std::string& name : needed)
    if (std::none_of(given.begin(), given.end(),
                     [&](std::size_t i) { return model.inputs()[i].name == name; }))
      throw InputError(fmt::format("the model has {} inputs, {} are given: '{}' is missing", needed.size(),
                                   given.size(), name),
                       model.path());
}

/// The files with the names of the outputs that they are for.
std::vector<NamedFile> with_names(std::vector<NamedFile> files, const Model& model,
                                  const std::vector<std::size_t>& ports) {
  for (std::size_t i = 0; i < files.size(); ++i)
    files[i].name = model.outputs()[ports[i]].name;
  return files;
}

int compute(const Options& options) {
  start_log(options.engine.verbose);
  const Model model = Model::load(find_network(options.model).path, options.engine.memory.load_options());
  std::vector<NamedFile> inputs, outputs;
  std::transform(options.inputs.begin(), options.inputs.end(), std::back_inserter(inputs), split_named_file);
  std::transform(options.outputs.begin(), options.outputs.end(), std::back_inserter(outputs),
                 split_named_file);
  check_distinct(outputs);
  const std::vector<std::size_t> input_ports = match(inputs, model.inputs(), "input", model.path());
  const std::vector<std::size_t> output_ports = match(outputs, model.outputs(), "output", model.path());
  ProgramOptions program_options = options.engine.program_options();
  program_options.outputs = wanted_outputs(model, output_ports);
  check_inputs(model, program_options.outputs, input_ports);

  std::map<std::string, std::size_t> arrays;  // index of the array for each input
  std::vector<Tensor> tensors;
  program_options.direction = Direction::Forward;
  program_options.input_layout = ProgramOptions::InputLayout::AsInFile;
  program_options.head = ProgramOptions::Head::AsInFile;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const ModelPort& port = model.inputs()[input_ports[i]];
    tensors.push_back(read_array(inputs[i].path));
    check_shape(tensors.back().shape(), port, inputs[i].path);
    program_options.input_shapes.push_back({port.name, tensors.back().shape()});
    if (input_ports[i] == 0 && tensors.back().shape().rank() > 0)
      program_options.batch = std::max<std::int64_t>(tensors.back().shape()[0], 1);
    arrays.emplace(port.name, i);
  }
  const auto program = Program::compile(model, program_options);
  say_notes(program->report().notes);
  Session session(program);
  for (std::size_t i = 0; i < program->inputs().size(); ++i)
    if (const auto array = arrays.find(program->inputs()[i].name); array != arrays.end())
      fill(session.input(i), tensors[array->second], inputs[array->second].path);
  for (const NamedFile& output : outputs)
    make_folder_of(output.path);
  session.forward();
  const std::vector<std::size_t> results =
      match(with_names(outputs, model, output_ports), program->outputs(), "output", model.path());
  for (std::size_t i = 0; i < outputs.size(); ++i)
    write_npy(outputs[i].path, session.output(results[i]));
  return 0;
}

}  // namespace

void add_forward(Command app) {
  auto options = std::make_shared<Options>();
  Command verb = app.add_command("forward", "Run a model on arrays: .npy in, .npy out");
  add_model_option(verb, options->model);
  add_model_argument(verb, options->model);
  verb.add_option("--input", options->inputs,
                  "[NAME=]X.npy, once for each input that the outputs need; shapes are taken from the arrays")
      .check(named_file());
  verb.add_option(
          "-o,--output", options->outputs,
          "[NAME=]Y.npy, by name or in the order of the model's outputs; only these outputs are computed")
      .required()
      .check(named_output_in(kArrayFile));
  options->engine.add_to(verb);
  verb.add_example("fovea forward net.onnx --input x.npy -o y.npy", "a model's first output for an array");
  verb.add_example("fovea forward net.onnx --input x.npy -o features=f.npy", "the output of a given name");
  verb.runs([options] { return compute(*options); });
}

}  // namespace fovea::cli
