#pragma once

#include "fovea/networks.hpp"
#include "fovea/preprocessing_trial.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace fovea {

/// The same advice without a recommendation if somebody says how pictures are prepared for the network:
/// trials on a few photos are no reason to do otherwise.
PreprocessingAdvice heeding(const ChosenPreprocessing& stated, PreprocessingAdvice advice);

/// A table of the trials, and a sentence that recommends one or says why none is.
std::string advice_text(const PreprocessingAdvice& advice);
nlohmann::ordered_json advice_json(const PreprocessingAdvice& advice);

}  // namespace fovea
