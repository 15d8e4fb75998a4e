#pragma once

#include "image/probe.hpp"

namespace fovea {

/// Reads the first directory of a TIFF file: size, orientation, and whether every strip or tile lies within
/// the file. InputError for damaged data.
Probe probe_tiff(std::string_view data);

}  // namespace fovea
