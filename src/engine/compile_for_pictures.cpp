#include "fovea/error.hpp"
#include "fovea/program.hpp"

namespace fovea {

std::shared_ptr<const Program> compile_for_pictures(const Model& model, ProgramOptions options) {
  try {
    return Program::compile(model, options);
  } catch (const ModelError&) {
    const std::string picture = model.image_input().name;
    for (const ModelPort& port : model.inputs())
      if (port.name == picture && port.dims[0] >= 1 && port.dims[0] != options.batch) {
        options.batch = port.dims[0];
        return Program::compile(model, options);
      }
    throw;
  }
}

}  // namespace fovea
