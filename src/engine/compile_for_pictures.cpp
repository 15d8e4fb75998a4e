#include "fovea/error.hpp"
#include "fovea/program.hpp"

#include <algorithm>

namespace fovea {

std::shared_ptr<const Program> compile_for_pictures(const Model& model, ProgramOptions options) {
  if (options.head == ProgramOptions::Head::Scores)
    options.head = ProgramOptions::Head::Classes;
  try {
    return Program::compile(model, options);
  } catch (const ModelError&) {
    const std::int64_t batch = std::max<std::int64_t>(model.image_input().batch, 1);
    if (batch != options.batch) {
      options.batch = batch;
      return Program::compile(model, options);
    }
    throw;
  }
}

}  // namespace fovea
