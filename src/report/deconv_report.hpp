#pragma once

#include "fovea/networks.hpp"
#include "report/deconv_pictures.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <span>
#include <string>
#include <vector>

/// Writes and describes reconstructions of one photo.
namespace fovea {

/// The parts of a photo to reconstruct, and the output.
struct DeconvReportOptions {
  std::optional<Unit> unit = {};            ///< of the layer
  bool at_strongest = false;                ///< `unit` gives only the channel, at its strongest position
  std::int64_t channels = 9;                ///< without a unit: how many channels, the strongest ones
  std::optional<std::int64_t> target = {};  ///< without a layer: the class; none: the best guess
  std::string layer_name = {};              ///< as the user named it
  std::string network = {};                 ///< its name, for the figure's heading
  std::string output = {};         ///< a folder; or a file (`is_graphic_path`), the figure of one photo
  std::optional<double> dpi = {};  ///< of figures; none: see `write_graphic`
};

struct DeconvResult {
  nlohmann::ordered_json json;
  std::string text;  ///< lines for people; names from files are made safe for a terminal
};

/// Keeps references to its arguments; immutable and thread-safe.
class DeconvReport {
public:
  DeconvReport(const Network& network, const DeconvDisplay& display, const DeconvReportOptions& options)
      : network_(network), display_(display), options_(options), pictures_(display) {}

  /// Makes the reconstructions of a photo, under the rule of each session, and writes the files, whose names
  /// in a folder begin with `base`. InputError if no channel of the layer is active; OutputError.
  DeconvResult make(std::span<Session> sessions, const std::string& path, const std::string& base) const;

  /// The files that `make` may write: the figure and, in a folder, those of the reconstructions; of channels
  /// that the photo chooses, the existing files with such names.
  std::vector<std::string> planned_files(const std::string& base) const;

private:
  std::vector<DeconvView> view_score(std::span<Session> sessions, const Image& photo) const;
  std::vector<DeconvView> view_layer(std::span<Session> sessions, const Image& photo) const;
  std::vector<Unit> choose_units(const LayerExplainer& explainer) const;
  std::string heading(const std::string& path) const;
  nlohmann::ordered_json view_json(const DeconvView& view) const;
  std::string view_text(const DeconvView& view) const;

  const Network& network_;
  const DeconvDisplay& display_;
  const DeconvReportOptions& options_;
  DeconvPictures pictures_;
};

}  // namespace fovea
