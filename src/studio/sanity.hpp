#pragma once

#include "studio/request.hpp"
#include "studio/studio.hpp"

namespace fovea::studio {

/// Whether a method's map of a photo changes when the weights of the network are shuffled, from the scores
/// back (adebayo2018sanity): a map that stays the same shows the photo and not what the network has learnt.
/// The fields are those of a map. Gives {passes, verdict, correlation, stages, text}; kept for everything
/// that it depends on. A few networks are compiled for it, in the lane of jobs.
Response sanity(Studio& studio, const Request& request);

}  // namespace fovea::studio
