#pragma once

#include "batch/many_photos.hpp"
#include "fovea/networks.hpp"
#include "report/deconv_pictures.hpp"
#include "report/process_pictures.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

/// The patches of many pictures that excite the channels of a layer most, with their reconstructions.
namespace fovea {

struct DatasetPatchesOptions {
  std::string dataset;                  ///< the folder, for messages
  LayerInfo layer;                      ///< has units (`check_has_units`)
  std::string layer_name;               ///< as the user named it
  std::string network = {};             ///< its name, for figures
  std::optional<std::int64_t> channel;  ///< none: the channels with the strongest units
  std::int64_t channels = 9;            ///< the number of these channels
  std::int64_t patches = 9;             ///< the number of patches of each channel
  ProgramOptions program;  ///< how the network computes; each worker takes one thread, so that activations do
                           ///< not depend on how many workers there are
  /// A program for each rule, in their order.
  std::function<std::vector<std::shared_ptr<const Program>>()> programs;
  std::string output;  ///< a folder that exists; or a file (`is_graphic_path`), the figure of one channel
  std::optional<double> dpi = {};  ///< of figures; none: see `write_graphic`
};

struct DatasetPatches {
  std::string text;             ///< lines for people; names from files are made safe for a terminal
  nlohmann::ordered_json json;  ///< an array with an entry for each channel
  int code = 0;                 ///< the exit code of the run
};

/// The files in that output folder, or the file, that `find_dataset_patches` may replace.
std::vector<std::string> replaced_by_dataset_patches(const std::string& output);

/// Finds the patches in all pictures, reconstructs them, and writes files for each patch, a figure for each
/// channel, and the table patches.csv. InputError if no picture excites a channel.
DatasetPatches find_dataset_patches(const std::vector<std::string>& pictures, const Network& network,
                                    const DeconvDisplay& display, const DatasetPatchesOptions& options,
                                    const ProcessFiles& process_files);

/// The same as a run that can be divided, resumed and merged (batch/many_photos.hpp), over any inputs. What a
/// picture gives are its strongest units, but for those of channels of which other pictures of the shard have
/// enough stronger ones: of n pictures, about count * log(n / count) give a unit of a channel. The final step
/// chooses among them as `find_dataset_patches` does, and reads the pictures again that it shows.
class DatasetPatchesRun {
public:
  /// Keeps references to all arguments.
  DatasetPatchesRun(const Network& network, const DeconvDisplay& display,
                    const DatasetPatchesOptions& options)
      : network_(network), display_(display), options_(options),
        best_(options.layer.layout->channels(), options.patches) {}

  /// One worker's function. It refers to the run, and any thread may ask for it.
  PhotoWorker worker();
  /// The final step. InputError if no picture excites a channel, or the data are damaged.
  DatasetPatches write(const ResultStore& store, const PictureInputs& inputs,
                       const ProcessFiles& process_files) const;

private:
  PhotoResult result_of(Session& session, const Picture& picture);

  const Network& network_;
  const DeconvDisplay& display_;
  const DatasetPatchesOptions& options_;
  std::once_flag is_compiled_;
  std::shared_ptr<const Program> program_;
  std::mutex mutex_;       ///< guards `best_`
  StrongestPatches best_;  ///< of the pictures so far, in whichever order workers took them
};

}  // namespace fovea
