#include "fovea/classify.hpp"

#include "base/check.hpp"
#include "base/work_counts.hpp"

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

/// torchvision's habit for ImageNet, a crop of 224 from a short side of 256: the smallest short side with
/// which the photo has that margin around the crop on both sides.
std::int64_t default_short_side(const Image& photo, std::int64_t width, std::int64_t height) {
  auto with_margin = [](std::int64_t side) {
    return static_cast<std::int64_t>(std::llround(static_cast<double>(side) * 256.0 / 224.0));
  };
  const bool upright = photo.width <= photo.height;
  const std::int64_t across = with_margin(upright ? width : height),
                     along = with_margin(upright ? height : width);
  const std::int64_t shorter = std::min(photo.width, photo.height),
                     longer = std::max(photo.width, photo.height);
  return std::max(across, (along * shorter + longer - 1) / longer);
}

/// The short side that was asked for. Where the crop is not square and its short side fits, but its long one
/// does not: the smallest in which it does.
std::int64_t wanted_short_side(const Image& photo, std::int64_t wanted, std::int64_t width,
                               std::int64_t height) {
  if (width == height || wanted < std::min(width, height))
    return wanted;
  const bool upright = photo.width <= photo.height;
  const std::int64_t across = upright ? width : height, along = upright ? height : width;
  const std::int64_t shorter = std::min(photo.width, photo.height),
                     longer = std::max(photo.width, photo.height);
  return std::max({wanted, across, (along * shorter + longer - 1) / longer});
}

constexpr std::uint8_t kLetterboxGrey = 114;

/// The arithmetic, with its order and roundings, is that of YOLOX (`preproc`) and of Ultralytics
/// (`LetterBox`): box positions depend on it.
Framing letterboxed(const Image& photo, Fit fit, const InputSize& size) {
  FOVEA_CHECK(photo.width > 0 && photo.height > 0, "the picture has no pixels");
  const auto width = static_cast<double>(photo.width), height = static_cast<double>(photo.height);
  const double scale =
      std::min(static_cast<double>(size.height) / height, static_cast<double>(size.width) / width);
  const bool is_corner = fit == Fit::LetterboxCorner;
  const auto side = [&](double length) {
    const double exact = length * scale;
    return std::max<std::int64_t>(static_cast<std::int64_t>(is_corner ? exact : std::nearbyint(exact)), 1);
  };
  Rect content{0, 0, side(width), side(height)};
  if (!is_corner) {
    const auto margin = [](std::int64_t whole, std::int64_t part) {
      return static_cast<std::int64_t>(std::nearbyint(static_cast<double>(whole - part) / 2 - 0.1));
    };
    content.x = margin(size.width, content.width);
    content.y = margin(size.height, content.height);
  }
  const Image small = resize_bilinear(photo, content.width, content.height);
  Image canvas = Image::blank(size.width, size.height, small.channels, kLetterboxGrey);
  for (std::int64_t y = 0; y < content.height; ++y)
    std::copy_n(small.at(0, y), small.channels * content.width, canvas.at(content.x, content.y + y));
  Framing framing{std::move(canvas), {}, size, photo.width, photo.height, content, scale};
  framing.crops = {{{0, 0, size.width, size.height}, Framing::Crop::Mirror::No}};
  return framing;
}

}  // namespace

std::int64_t crop_count(Crops crops) {
  return crops == Crops::Whole ? 1 : static_cast<std::int64_t>(crops);
}

Rect Framing::in_photo(const Rect& rect) const {
  const Rect shown = letterbox_scale > 0 ? content : Rect{0, 0, resized.width, resized.height};
  const double sx = static_cast<double>(photo_width) / static_cast<double>(shown.width);
  const double sy = static_cast<double>(photo_height) / static_cast<double>(shown.height);
  auto scaled = [](std::int64_t value, double scale) {
    return static_cast<std::int64_t>(std::llround(static_cast<double>(value) * scale));
  };
  // Of a photo that was enlarged, a part may be less than one pixel: it has the pixel that it lies in.
  const std::int64_t x = rect.x - shown.x, y = rect.y - shown.y;
  const std::int64_t left = std::clamp<std::int64_t>(scaled(x, sx), 0, photo_width - 1),
                     top = std::clamp<std::int64_t>(scaled(y, sy), 0, photo_height - 1);
  return {left, top, std::clamp<std::int64_t>(scaled(x + rect.width, sx) - left, 1, photo_width - left),
          std::clamp<std::int64_t>(scaled(y + rect.height, sy) - top, 1, photo_height - top)};
}

RealBox Framing::input_in_photo(const RealBox& box) const {
  if (letterbox_scale > 0) {
    const auto left = static_cast<double>(content.x), top = static_cast<double>(content.y);
    return {(box.x0 - left) / letterbox_scale, (box.y0 - top) / letterbox_scale,
            (box.x1 - left) / letterbox_scale, (box.y1 - top) / letterbox_scale};
  }
  const auto ratio = [](std::int64_t a, std::int64_t b) {
    return static_cast<double>(a) / static_cast<double>(b);
  };
  const Rect& shown = crops.front().rect;
  const double crop_x = ratio(shown.width, size.width), crop_y = ratio(shown.height, size.height);
  const double photo_x = ratio(photo_width, resized.width), photo_y = ratio(photo_height, resized.height);
  const auto left = static_cast<double>(shown.x), top = static_cast<double>(shown.y);
  return {(box.x0 * crop_x + left) * photo_x, (box.y0 * crop_y + top) * photo_y,
          (box.x1 * crop_x + left) * photo_x, (box.y1 * crop_y + top) * photo_y};
}

Framing frame(const Image& photo, const Preprocessing& preprocessing, const InputSize& size, Crops crops) {
  ++work_counts().framed_photos;
  FOVEA_CHECK(crops != Crops::Ten || preprocessing.fit == Fit::Crop,
              "ten crops are cut from a photo whose fit is 'crop', not '{}'", name_of(preprocessing.fit));
  const bool has_letterbox = preprocessing.fit == Fit::Letterbox || preprocessing.fit == Fit::LetterboxCorner;
  if (crops == Crops::One && has_letterbox)
    return letterboxed(photo, preprocessing.fit, size);
  if (crops != Crops::One ? crops != Crops::Ten : preprocessing.fit == Fit::Squeeze) {
    const Rect whole{0, 0, size.width, size.height};
    Framing framing{resize(photo, size.width, size.height), {}, size, photo.width, photo.height};
    framing.crops.push_back({whole, Framing::Crop::Mirror::No});
    if (crops == Crops::WholeAndMirror)
      framing.crops.push_back({whole, Framing::Crop::Mirror::Yes});
    return framing;
  }
  // A network that is not square sees a crop of its own proportions.
  const std::int64_t side = std::min(size.width, size.height);
  const std::int64_t crop = preprocessing.crop > 0 ? preprocessing.crop : side;
  const std::int64_t width = crop * size.width / side, height = crop * size.height / side;
  // A photo of extreme proportions would grow beyond all bounds before its middle is cut out.
  const std::int64_t photo_short = std::min(photo.width, photo.height),
                     photo_long = std::max(photo.width, photo.height);
  FOVEA_CHECK(photo_short > 0, "the picture has no pixels");
  const std::int64_t short_side =
      preprocessing.resize_short_side > 0
          ? wanted_short_side(photo, preprocessing.resize_short_side, width, height)
          : default_short_side(photo, width, height);
  FOVEA_CHECK(short_side * (photo_long / photo_short) * short_side <= kMaxImagePixels,
              "a picture of {}x{} resized to a short side of {} would be too large", photo.width,
              photo.height, short_side);
  Framing framing{resize_short_side(photo, short_side), {}, size, photo.width, photo.height};
  const Image& resized = framing.resized;
  FOVEA_CHECK(
      resized.width >= width && resized.height >= height,
      "a crop of {}x{} does not fit into the picture resized to {}x{}: its shorter side must be resized "
      "to at least {}",
      width, height, resized.width, resized.height, std::max(width, height));
  const Rect centre = centre_rect(resized, width, height);
  if (crops == Crops::One) {
    framing.crops = {{centre, Framing::Crop::Mirror::No}};
    return framing;
  }
  const std::int64_t right = resized.width - width, bottom = resized.height - height;
  for (auto mirror : {Framing::Crop::Mirror::No, Framing::Crop::Mirror::Yes})
    for (const Rect& rect : {Rect{0, 0, width, height}, Rect{right, 0, width, height},
                             Rect{0, bottom, width, height}, Rect{right, bottom, width, height}, centre})
      framing.crops.push_back({rect, mirror});
  return framing;
}

void write_crop(const Framing& framing, std::size_t index, const Preprocessing& preprocessing,
                float* destination) {
  const Framing::Crop& what = framing.crops[index];
  Image picture = crop(framing.resized, what.rect);
  if (what.mirror == Framing::Crop::Mirror::Yes)
    picture = mirror(picture);
  if (picture.width != framing.size.width || picture.height != framing.size.height)
    picture = resize(picture, framing.size.width, framing.size.height);
  normalize(picture, preprocessing, framing.size.channels, destination);
}

}  // namespace fovea
