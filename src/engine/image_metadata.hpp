#pragma once

#include "engine/metadata.hpp"

namespace fovea {

/// The preprocessing that Windows ML's metadata describe: `Image.BitmapPixelFormat` (Gray8, Rgb8, Bgr8, or
/// with alpha Rgba8, Bgra8; default Bgr8), `Image.NominalPixelRange` (NominalRange_0_255, the default,
/// Normalized_0_1, Normalized_1_1 or NominalRange_16_235). None if neither key is present; none and a line in
/// `warnings` for another value. A linear `Image.ColorSpaceGamma` is ignored with a line in `warnings`.
/// Source: docs.microsoft.com, "Windows ML image metadata".
std::optional<Preprocessing> preprocessing_from_image_metadata(const Metadata& metadata,
                                                               std::vector<std::string>& warnings);

}  // namespace fovea
