#include "fovea/error.hpp"
#include "fovea/program.hpp"

namespace fovea {

std::shared_ptr<const Program> compile_for_pictures(const Model& model, ProgramOptions options) {
  try {
    return Program::compile(model, options);
  } catch (const ModelError&) {
    const std::int64_t batch = model.image_input().batch;
    if (batch >= 1 && batch != options.batch) {
      options.batch = batch;
      return Program::compile(model, options);
    }
    throw;
  }
}

}  // namespace fovea
