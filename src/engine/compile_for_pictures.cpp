#include "fovea/error.hpp"
#include "fovea/program.hpp"

namespace fovea {

std::shared_ptr<const Program> compile_for_pictures(const Model& model, ProgramOptions options) {
  if (options.head == ProgramOptions::Head::Scores)
    options.head = ProgramOptions::Head::Classes;
  try {
    return Program::compile(model, options);
  } catch (const ModelError&) {
    const std::string picture = model.image_input().name;
    for (const ModelPort& port : model.inputs())
      if (port.name == picture) {
        const std::int64_t batch = port.dims.empty() || port.dims[0] < 1 ? 1 : port.dims[0];
        if (batch == options.batch)
          throw;
        options.batch = batch;
        return Program::compile(model, options);
      }
    throw;
  }
}

}  // namespace fovea
