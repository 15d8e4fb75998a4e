#pragma once

#include "base/json_fields.hpp"
#include "fovea/features.hpp"

namespace fovea {

/// The fields of gradient ascent: method, steps, step, l2, jitter, blur, coarse, zoom, rotate and seed. What
/// is not given is the method's default. InputError also for what a method does not have.
ClassModelOptions read_ascent_options(JsonFields& fields);

}  // namespace fovea
