#pragma once

#include "image/probe.hpp"

namespace fovea {

/// The first directory of a TIFF file: size, orientation, and that every strip or tile lies within the file.
/// InputError.
Probe probe_tiff(std::string_view data);

}  // namespace fovea
