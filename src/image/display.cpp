#include "fovea/image.hpp"

#include "base/dispatch.hpp"
#include "base/quantile.hpp"
#include "image/palette.hpp"
#include "image/pixels.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

namespace fovea {
namespace {

/// Calls `use` with the map's values as float or as double; InputError unless every one is finite.
template <class Use>
auto with_finite_values(const Tensor& map, const Use& use) {
  FOVEA_CHECK(!map.empty() && map.elements() > 0, "a map without values cannot be shown");
  const auto checked = [&](auto values) {
    // Without a branch, for the compiler to make vector instructions of it.
    bool finite = true;
    for (const auto value : values)
      finite &= std::abs(value) <= std::numeric_limits<std::remove_cv_t<decltype(value)>>::max();
    if (!finite) {
      const auto bad =
          std::find_if(values.begin(), values.end(), [](auto value) { return !std::isfinite(value); });
      FOVEA_CHECK(false, "a map with the value {} at element {} cannot be shown", static_cast<double>(*bad),
                  bad - values.begin());
    }
    return use(values);
  };
  if (map.dtype() == DType::F32)
    return checked(map.data<float>());
  const Tensor values = map.cast(DType::F64);
  return checked(values.data<double>());
}

void check_range(const DisplayRange& range) {
  FOVEA_CHECK(range.percentile >= 0 && range.percentile <= 100, "a percentile of {}: expected 0 to 100",
              range.percentile);
  FOVEA_CHECK(std::isfinite(range.gamma) && range.gamma > 0, "a gamma of {}: expected a number above 0",
              range.gamma);
}

void check_grey(const Image& image) {
  check_image(image);
  FOVEA_CHECK(image.channels == 1, "a colour map needs a grey picture, found {} channels", image.channels);
}

/// Of a number from 0 to 255.
std::uint8_t rounded_byte(double value) {
  return static_cast<std::uint8_t>(value + 0.5);
}

template <class T>
double white_of(std::span<T> values, const DisplayRange& range) {
  std::vector<std::remove_cv_t<T>> scratch(values.begin(), values.end());
  const double level = quantile(std::span(scratch), range.percentile / 100);
  if (level > 0)
    return level;
  return std::max(0.0, static_cast<double>(*std::max_element(values.begin(), values.end())));
}

template <class T>
void scale_to_bytes(std::span<T> values, double white, double gamma, std::vector<std::uint8_t>& bytes) {
  const auto part = [white](T value) { return std::clamp(static_cast<double>(value) / white, 0.0, 1.0); };
  if (gamma == 1)
    std::transform(values.begin(), values.end(), bytes.begin(),
                   [&](T value) { return rounded_byte(255 * part(value)); });
  else
    std::transform(values.begin(), values.end(), bytes.begin(),
                   [&](T value) { return rounded_byte(255 * std::pow(part(value), gamma)); });
}

}  // namespace

double white_level(const Tensor& map, const DisplayRange& range) {
  check_range(range);
  return with_finite_values(map, [&](auto values) { return white_of(values, range); });
}

Image to_grey(const Tensor& map, const DisplayRange& range) {
  return scale_to_grey(map, white_level(map, range), range.gamma);
}

Image scale_to_grey(const Tensor& map, double white, double gamma) {
  FOVEA_CHECK(map.shape().rank() == 2, "a map of shape {} cannot be shown: expected [H,W]",
              to_string(map.shape()));
  FOVEA_CHECK(std::isfinite(white) && white >= 0, "a white level of {}: expected 0 or more", white);
  check_range({100, gamma});
  return with_finite_values(map, [&](auto values) {
    Image grey = Image::blank(map.shape()[1], map.shape()[0], 1, 0);
    if (white != 0)
      scale_to_bytes(values, white, gamma, grey.pixels);
    return grey;
  });
}

Image scale_to_grey(const Tensor& map, const DisplayLevels& levels, double gamma) {
  if (levels.black == 0)
    return scale_to_grey(map, levels.white, gamma);
  Tensor above = map.cast(DType::F32).clone();
  for (float& value : above.data<float>())
    value -= static_cast<float>(levels.black);
  return scale_to_grey(above, levels.white - levels.black, gamma);
}

Image scale_to_signed_grey(const Tensor& map, double level, double gamma) {
  FOVEA_CHECK(map.shape().rank() == 2, "a map of shape {} cannot be shown: expected [H,W]",
              to_string(map.shape()));
  FOVEA_CHECK(std::isfinite(level) && level >= 0, "a level of {}: expected 0 or more", level);
  check_range({100, gamma});
  return with_finite_values(map, [&](auto values) {
    Image grey = Image::blank(map.shape()[1], map.shape()[0], 1, 128);
    for (std::size_t i = 0; i < values.size() && level > 0; ++i) {
      const double value = values[i];
      const double part = std::pow(std::min(std::abs(value) / level, 1.0), gamma);
      grey.pixels[i] = rounded_byte(128 + (value < 0 ? -127 : 127) * part);
    }
    return grey;
  });
}

Image colorize(const Image& grey, std::string_view colormap) {
  check_grey(grey);
  const Palette& colours = palette(colormap);
  Image result = Image::blank(grey.width, grey.height, 3, 0);
  std::uint8_t* out = result.pixels.data();
  for (const std::uint8_t level : grey.pixels) {
    std::memcpy(out, colours[level].data(), 3);
    out += 3;
  }
  return result;
}

}  // namespace fovea
