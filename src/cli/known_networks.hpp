#pragma once

#include "cli/preprocessing_options.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fovea::cli {

/// A network of the list of known ones: where its file is to be had, and how it takes pictures.
struct KnownNetwork {
  std::string name;                  ///< "resnet152-v1-7"
  std::vector<std::string> aliases;  ///< "resnet152"
  std::string title;                 ///< "ResNet-152 v1"
  std::string path;                  ///< below the list's URL
  std::int64_t bytes = 0;
  std::string sha256;  ///< 64 hexadecimal digits, in lower case
  std::optional<double> top1,
      top5;  ///< published accuracy on ILSVRC's validation set in %, where it is known
  PreprocessingOptions preprocessing;
  std::string note;

  /// The file that `fovea models pull` makes.
  std::string pulled_path() const;
  /// Whether that file is there, whole by its size. Its digest was checked when it was pulled.
  bool is_pulled() const;
};

/// The list of known networks: models/zoo.json of the data, or the file that $FOVEA_MODELS_LIST names.
struct KnownNetworks {
  std::string url;      ///< the files' paths are below it; ends in '/'
  std::string source;   ///< "ONNX Model Zoo"
  std::string licence;  ///< SPDX identifier
  std::vector<KnownNetwork> networks;

  /// InputError that names the file and the field where the list is not as it should be.
  static KnownNetworks read();
  /// The network of this name or alias, or nullptr.
  const KnownNetwork* find(const std::string& name) const;
  /// Names and aliases.
  std::vector<std::string> names() const;
};

}  // namespace fovea::cli
