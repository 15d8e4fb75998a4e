#pragma once

#include "fovea/image.hpp"
#include "image/probe.hpp"

#include <string_view>

namespace fovea {

/// The header of a PBM, PGM or PPM file, P1 to P6, and for the binary kinds that all samples are there.
/// InputError.
Probe probe_pnm(std::string_view data);

/// Its picture as RGB: samples of 0..maximum become 0..255, rounded; of 16-bit samples (maximum 65535) the
/// upper half.
Image decode_pnm(std::string_view data, const Probe& probe);

}  // namespace fovea
