#include "cli/class_model_pictures.hpp"

#include "fovea/class_model.hpp"

#include <fmt/format.h>

namespace fovea::cli {

const Panel& ClassModelPictures::panel(std::int64_t target_class) {
  const std::lock_guard lock(mutex_);
  if (const auto at = panels_.find(target_class); at != panels_.end())
    return at->second;
  if (!session_) {
    ProgramOptions program = program_options(loaded_, options_, Direction::ForwardAndBackward);
    program.final_relu = ProgramOptions::FinalRelu::Remove;
    session_.emplace(Program::compile(loaded_.model, program));
  }
  ClassModelOptions method;
  method.target_class = target_class;
  const ClassModel model = class_model(*session_, loaded_.preprocessing, method);
  return panels_[target_class] = {to_picture(model.input, loaded_.preprocessing, ClassModelDisplay::Fitted),
                                  "Class model",
                                  fmt::format("{} steps, score {:.1f}", model.steps, model.score)};
}

}  // namespace fovea::cli
