#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fovea {

enum class ChannelOrder { RGB, BGR };
/// "rgb" or "bgr".
std::string_view name_of(ChannelOrder order);
/// In upper or lower case. InputError that lists both names for any other text.
ChannelOrder parse_channel_order(std::string_view name);

/// How a photo is brought to the size of a network's input.
enum class Fit {
  Crop,     ///< the short side is resized, and the centre cut out
  Squeeze,  ///< the whole photo, without regard to its proportions
  /// The whole photo in its proportions, in the middle, with grey (114) beside or above and below it, as
  /// Ultralytics' YOLO networks take it: bilinear without antialiasing, sides and margins rounded.
  Letterbox,
  LetterboxCorner,  ///< the same at the upper left, sides rounded down, as YOLOX takes it
};
/// "crop", "squeeze", "letterbox" or "letterbox-corner".
std::string_view name_of(Fit fit);
/// InputError that lists all names for any other text.
Fit parse_fit(std::string_view name);
std::vector<std::string> fit_names();

/// The conversion of a photo to a network's input: resize the short side (antialiased triangle filter, as
/// Pillow and torchvision do it), crop the centre to the network's size, then x = (pixel * scale - mean) /
/// std for pixels 0..255, channel by channel.
struct Preprocessing {
  /// Short side after resizing, in pixels; 0: the network's size times 256/224, rounded.
  std::int64_t resize_short_side = 0;
  /// Side of the square cut from the middle of the resized photo, in pixels; 0: the network's own size. A
  /// square of another size is resized to the network's.
  std::int64_t crop = 0;
  double scale = 1.0 / 255.0;
  /// Always in the order red, green, blue, alpha, whatever the network's order. A grey network uses the mean
  /// of the first three.
  std::array<double, 4> mean = {0, 0, 0, 0};
  std::array<double, 4> std = {1, 1, 1, 1};
  /// The order in which the network takes the colours.
  ChannelOrder channel_order = ChannelOrder::RGB;
  Fit fit = Fit::Crop;
  friend bool operator==(const Preprocessing&, const Preprocessing&) = default;
};

/// The lowest and the highest value that the elements of a network's input can have: one for all channels, or
/// one for each, in the network's order.
struct InputRange {
  std::vector<double> lowest, highest;
};

/// "short side 256, scale 0.00392157, mean 0.485,0.456,0.406, std 0.229,0.224,0.225, RGB".
std::string describe(const Preprocessing& preprocessing);

/// A named convention: "torchvision" (scale 1/255, ImageNet's mean and std), "caffe" (pixels 0..255 minus
/// (123, 117, 104), BGR), "tf" (pixel / 127.5 - 1), "none" (pixel / 255). InputError for another name.
Preprocessing preprocessing_preset(std::string_view name);

/// The names that `preprocessing_preset` takes.
std::vector<std::string> preprocessing_preset_names();

/// A partial specification of preprocessing: a preset, and single values that replace the preset's.
/// Everything else is determined by choose_preprocessing (fovea/networks.hpp).
struct PreprocessingSpec {
  std::string preset;                        ///< one of preprocessing_preset_names(), or empty
  std::optional<std::int64_t> resize, crop;  ///< pixels, 1..65536
  std::vector<double> mean, std;             ///< empty, one for all channels, 3 or 4
  std::optional<double> scale;               ///< above 0
  std::string channel_order;                 ///< "rgb" or "bgr" in any case, or empty
  std::string fit;                           ///< one of fit_names(), or empty

  /// Whether nothing is specified.
  bool empty() const;

  /// A value that no preprocessing can have.
  struct Fault {
    std::string field;  ///< "mean"
    std::string message;
  };
  /// The first invalid value; none if all are within their ranges.
  std::optional<Fault> fault() const;

  /// `base`, or the preset if there is one, with the specified values replaced.
  Preprocessing applied_to(Preprocessing base) const;
};

/// The size of a network's picture: its channels, and height and width in pixels.
struct InputSize {
  std::int64_t channels = 3;
  std::int64_t height = 0;
  std::int64_t width = 0;
};

}  // namespace fovea
