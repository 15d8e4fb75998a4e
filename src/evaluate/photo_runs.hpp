#pragma once

#include "batch/picture_source.hpp"
#include "batch/result_table.hpp"
#include "fovea/classify.hpp"
#include "fovea/image.hpp"
#include "fovea/networks.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>
#include <vector>

/// What runs of a network over many photos have in common (batch/many_photos.hpp).
namespace fovea {

/// The picture, from its bytes or its file. InputError as for read_image.
Image read_picture(const Picture& picture);
/// A row of the table about a class of the picture.
TableRow row_of(const Picture& picture, const Labels& labels, const Prediction& prediction);

/// A text that differs between labels of other names, ids or order.
std::string labels_fingerprint(const Labels& labels);

/// A run of a command over many photos.
struct PhotoRun {
  std::string command;  ///< its name: "saliency"
  const Network& network;
  const PictureInputs& inputs;
  /// What results depend on besides the network, the inputs and the options.
  nlohmann::ordered_json settings = nlohmann::ordered_json::object();
  /// The options that were given and change results, each with its values.
  std::vector<std::pair<std::string, std::vector<std::string>>> options = {};
};
/// All that the results of a run depend on, for its manifest: version, command, network by its digest,
/// labels, `settings`, options and inputs. Errors are those of `settings_json` of the network.
nlohmann::ordered_json run_settings(const PhotoRun& run);
/// The further fields of its manifest: version, command line and machine.
nlohmann::ordered_json about_run(const std::string& command_line);

}  // namespace fovea
