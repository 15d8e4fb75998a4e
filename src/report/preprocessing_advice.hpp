#pragma once

#include "fovea/preprocessing_trial.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace fovea {

/// A table of the trials, and a sentence that recommends one or says why none is.
std::string advice_text(const PreprocessingAdvice& advice);
nlohmann::ordered_json advice_json(const PreprocessingAdvice& advice);

}  // namespace fovea
