#pragma once

#include "studio/request.hpp"
#include "studio/studio.hpp"

/// The patches of the studio's photos that excite the channels of a layer most.
namespace fovea::studio {

/// A job that runs all photos forward to a layer and keeps the strongest patches of every channel.
JobWork start_patches(Studio& studio, JsonFields& fields);
/// The patches of one channel that the last such job has found. RequestError (409) where none has run for
/// this layer of this model.
Response patches(Studio& studio, const Request& request);

}  // namespace fovea::studio
