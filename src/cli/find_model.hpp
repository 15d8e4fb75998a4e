#pragma once

#include "cli/known_networks.hpp"
#include "fovea/error.hpp"
#include "fovea/model.hpp"

#include <string>

namespace fovea::cli {

/// The model that a command line names, with what is known of it besides what its file says.
struct FoundModel {
  enum class Origin { File, Registered, Known };
  std::string path;
  Origin origin = Origin::File;
  std::string name;    ///< of a registered or known network
  std::string labels;  ///< file of class names that was registered with it, or empty
  PreprocessingOptions preprocessing;
};

/// `text` is the path of a file, else the name of a registered network, else of a known one. InputError where
/// a known network has not been pulled, and for a name that nothing has, with those that are most like it.
FoundModel find_model(const std::string& text);

/// The same for a name only: files of that name do not count.
FoundModel find_network(const std::string& name);
/// What to throw where no network has this name: it holds those that are most like it.
InputError unknown_network(const std::string& name, const KnownNetworks& known);

/// How pictures become the model's input, and where that comes from ("the model file", "preset caffe", ...).
/// The options say it before what the network was registered with, that before the model's file, that before
/// the list of known networks; torchvision's convention is the last resort. UsageError for impossible
/// options.
struct ChosenPreprocessing {
  Preprocessing preprocessing;
  std::string source;
};
ChosenPreprocessing choose_preprocessing(const Model& model, const FoundModel& found,
                                         const PreprocessingOptions& options);

/// The names of the model's classes: those that were registered with it, else its own.
Labels labels_of(const Model& model, const FoundModel& found);

}  // namespace fovea::cli
