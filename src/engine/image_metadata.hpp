#pragma once

#include "engine/metadata.hpp"

namespace fovea {

/// What Windows ML's metadata of pictures say of a network's input: `Image.BitmapPixelFormat` (Gray8, Rgb8,
/// Bgr8, or with alpha Rgba8, Bgra8; Bgr8 where it is left out), `Image.NominalPixelRange`
/// (NominalRange_0_255, also where it is left out, Normalized_0_1, Normalized_1_1 or NominalRange_16_235).
/// Nothing where none of these keys is there; nothing and a line in `warnings` for another value. A linear
/// `Image.ColorSpaceGamma` is not honoured, which a line in `warnings` says. Source: docs.microsoft.com,
/// "Windows ML image metadata".
std::optional<Preprocessing> preprocessing_from_image_metadata(const Metadata& metadata,
                                                               std::vector<std::string>& warnings);

}  // namespace fovea
