#include "report/class_model_pictures.hpp"

#include "fovea/features.hpp"

#include <fmt/format.h>

namespace fovea {

ClassModelPictures::ClassModelPictures(Model model, const Preprocessing& preprocessing,
                                       ProgramOptions options)
    : model_(std::move(model)), preprocessing_(preprocessing), options_(std::move(options)) {
  options_.direction = Direction::ForwardAndBackward;
  options_.final_relu = ProgramOptions::FinalRelu::Remove;
}

const Panel& ClassModelPictures::panel(std::int64_t target_class) {
  const std::lock_guard lock(mutex_);
  if (const auto at = panels_.find(target_class); at != panels_.end())
    return at->second;
  if (!session_)
    session_.emplace(Program::compile(model_, options_));
  ClassModelOptions method;
  method.target_class = target_class;
  const ClassModel model = class_model(*session_, preprocessing_, method);
  return panels_[target_class] = {
             to_image(model.input, preprocessing_, ClassModelDisplay::Fitted), "Class model",
             fmt::format("What raises the score most: {} steps of gradient ascent, score {:.1f}", model.steps,
                         model.score)};
}

}  // namespace fovea
