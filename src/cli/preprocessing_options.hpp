#pragma once

#include "cli/command.hpp"
#include "fovea/preprocessing.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fovea::cli {

inline const std::vector<std::string> kPreprocessingPresets = {"torchvision", "caffe", "tf", "none"};

/// What is said about a network's preprocessing by options or by a network's entry in a list: a preset, and
/// single numbers on top of it. Whatever is left out is taken from elsewhere.
struct PreprocessingOptions {
  std::string preset;
  std::optional<std::int64_t> resize, crop;
  std::vector<double> mean, std;
  std::optional<double> scale;
  std::string channel_order;  ///< "rgb" or "bgr" in any case, or empty

  void add_to(Command verb);
  /// Whether nothing is said.
  bool empty() const;

  /// A value that no preprocessing can have.
  struct Fault {
    std::string field;  ///< "mean"
    std::string message;
  };
  std::optional<Fault> fault() const;
  /// UsageError that names the option where there is a fault.
  void check() const;

  /// `base`, or the preset where there is one, with the single numbers in place.
  Preprocessing applied_to(Preprocessing base) const;
};

}  // namespace fovea::cli
