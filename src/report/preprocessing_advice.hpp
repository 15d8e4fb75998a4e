#pragma once

#include "fovea/image.hpp"
#include "fovea/networks.hpp"
#include "fovea/preprocessing_trial.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace fovea {

/// Photos for a trial, of many files 8 from all over the list: as many show what there is to see. Sentences
/// on those that cannot be read are added to `failures`; InputError if none can.
std::vector<Image> read_trial_photos(const std::vector<std::string>& paths,
                                     std::vector<std::string>& failures);

/// The same advice without a recommendation if somebody says how pictures are prepared for the network:
/// trials on a few photos are no reason to do otherwise.
PreprocessingAdvice heeding(const ChosenPreprocessing& stated, PreprocessingAdvice advice);

/// A table of the trials, and a sentence that recommends one or says why none is.
std::string advice_text(const PreprocessingAdvice& advice);
nlohmann::ordered_json advice_json(const PreprocessingAdvice& advice);

}  // namespace fovea
