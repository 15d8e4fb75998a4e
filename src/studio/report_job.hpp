#pragma once

#include "studio/studio.hpp"

/// The page of `fovea report` as a job.
namespace fovea::studio {

/// Reads model, photos (ids), methods and classModels. The job's file "report.html" is the page, which needs
/// nothing else; a photo that is broken is left out of it. InputError for no photo or method, and for names
/// that are given twice.
JobWork start_report(Studio& studio, JsonFields& fields);

}  // namespace fovea::studio
