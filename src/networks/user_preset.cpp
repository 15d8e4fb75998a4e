#include "networks/user_preset.hpp"

#include <fmt/format.h>

namespace fovea {

std::string user_preset_note(const Model& model, const FoundNetwork& found, const std::string& preset,
                             const std::string& origin) {
  const ChosenPreprocessing known = choose_preprocessing(model, found, {});
  PreprocessingSpec spec;
  spec.preset = preset;
  const std::string own = describe(known.preprocessing);
  if (known.is_assumed || own == describe(choose_preprocessing(model, found, spec).preprocessing))
    return {};
  return fmt::format("pictures are prepared by the preset {}, which {} sets, and not as {} says: {}", preset,
                     origin, known.source, own);
}

}  // namespace fovea
