#pragma once

#include "fovea/image.hpp"
#include "image/probe.hpp"

#include <string_view>

namespace fovea {

/// Reads the header of a PBM, PGM or PPM file, P1 to P6, and checks that binary kinds contain all samples.
/// InputError for damaged data.
Probe probe_pnm(std::string_view data);

/// Decodes the picture as RGB: samples of 0..maximum become 0..255, rounded; 16-bit samples (maximum 65535)
/// keep their upper half.
Image decode_pnm(std::string_view data, const Probe& probe);

}  // namespace fovea
