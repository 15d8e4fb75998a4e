#pragma once

#include "fovea/classes.hpp"
#include "fovea/error.hpp"
#include "fovea/library.hpp"
#include "fovea/model.hpp"
#include "fovea/preprocessing.hpp"
#include "fovea/target.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Networks by name: known ones that can be downloaded and the user's own, with class names and
/// preprocessing. docs/models.md describes the files.
namespace fovea {

/// An entry of the list of known networks: its download and its preprocessing.
struct KnownNetwork {
  std::string name;                  ///< "resnet152-v1-7"
  std::vector<std::string> aliases;  ///< "resnet152"
  std::string title;                 ///< "ResNet-152 v1"
  std::string path;                  ///< relative to the list's URL
  std::int64_t bytes = 0;            ///< size of the file
  std::string sha256;                ///< 64 hexadecimal digits, in lower case
  std::optional<double> top1, top5;  ///< published accuracy on ILSVRC's validation set in %, if known
  PreprocessingSpec preprocessing;
  std::string note;
};

/// The list of known networks, a JSON file.
struct KnownNetworks {
  std::string url;      ///< https://...; the files' paths are relative to it
  std::string source;   ///< "ONNX Model Zoo"
  std::string licence;  ///< SPDX identifier
  std::vector<KnownNetwork> networks;

  /// InputError that names the file and the field if the list is not well-formed.
  static KnownNetworks read(const std::string& path);
  /// The network of this name or alias, or nullptr.
  const KnownNetwork* find(const std::string& name) const;
  /// All names and aliases.
  std::vector<std::string> names() const;
};

/// A network that the user has registered under a name. Its properties are written to a small JSON file, the
/// sidecar; the model's file stays in its place.
struct RegisteredNetwork {
  std::string name;
  std::string path;    ///< of the ONNX file, absolute
  std::string labels;  ///< file of class names, absolute, or empty
  PreprocessingSpec preprocessing;
};

/// Whether a name is valid for a network, as part of a file name: letters, digits, '.', '_' and '-',
/// beginning with a letter or digit.
bool is_network_name(std::string_view name);

/// The places of networks and of their list. A folder need not exist.
struct NetworkPlaces {
  std::string list;        ///< the JSON file of known networks
  std::string url;         ///< URL that replaces the list's URL for downloads; empty: the list's
  std::string pulled;      ///< folder of downloaded networks; empty: there is none
  std::string registered;  ///< folder of sidecars; empty: there is none

  /// The user's folders by the XDG Base Directory Specification: `pulled` is $XDG_CACHE_HOME/fovea/models
  /// (default ~/.cache/fovea/models), `registered` is $XDG_DATA_HOME/fovea/models (default
  /// ~/.local/share/fovea/models); both are empty without HOME. $FOVEA_MODELS_LIST and $FOVEA_MODELS_URL give
  /// the rest. `variable` looks up an environment variable and returns none if it is unset or empty.
  static NetworkPlaces
  of_environment(const std::function<std::optional<std::string>(const char* name)>& variable);
};

/// The model that a name or a path stands for, with its registered or listed properties.
struct FoundNetwork {
  enum class Origin { File, Registered, Known, Bundled };
  std::string path;
  Origin origin = Origin::File;
  std::string name;    ///< of a registered or known network
  std::string labels;  ///< file of class names that was registered with it, or empty
  PreprocessingSpec preprocessing;
};

/// The catalog of all networks that have a name. Files are read on demand, and again each time.
class NetworkCatalog {
public:
  explicit NetworkCatalog(NetworkPlaces places) : places_(std::move(places)) {}
  const NetworkPlaces& places() const { return places_; }

  KnownNetworks known() const { return KnownNetworks::read(places_.list); }
  /// The path of the file that `pull` downloads. InputError if there is no folder for it.
  std::string pulled_path(const KnownNetwork& network) const;
  /// Whether that file exists and has the right size. Its digest was checked when it was pulled.
  bool is_pulled(const KnownNetwork& network) const;

  /// The path of the sidecar of a network of that name, whether it exists or not. InputError if there is no
  /// folder for it.
  std::string sidecar(const std::string& name) const;
  /// The registered network of that name, or none. InputError naming file and field if its sidecar is
  /// malformed or the model's file no longer exists.
  std::optional<RegisteredNetwork> registered(const std::string& name) const;
  /// The names of all sidecars, sorted.
  std::vector<std::string> registered_names() const;
  /// The names that `find` takes on this machine: of registered networks, and names and aliases of downloaded
  /// ones. Sorted. InputError if the list of known networks cannot be read.
  std::vector<std::string> usable_names() const;
  /// Writes the sidecar, replacing one of the same name. InputError for an invalid name or that of a known
  /// network, OutputError if the file cannot be written.
  void add(const RegisteredNetwork& network) const;

  /// Finds a network: `text` is the path of a file, else the name of a registered network, else the name of a
  /// known one. InputError, with the nearest names, if it is none of these, and if a known network has not
  /// been pulled.
  FoundNetwork find(const std::string& text) const;
  /// Finds a network by name, ignoring files of that name.
  FoundNetwork find_name(const std::string& name) const;
  /// The error for a name that no network has; it lists the nearest names.
  InputError no_such_name(const std::string& name) const;

  /// The known networks of the given names or aliases, as pointers into `known`. InputError if there is no
  /// known network of one of the names.
  std::vector<const KnownNetwork*> find_known(const std::vector<std::string>& names,
                                              const KnownNetworks& known) const;
  /// Removes a registered network's sidecar, readable or not (the model's file stays), or else deletes the
  /// download of a known network. InputError for a name that no network has and for a known network without a
  /// download, OutputError if a file cannot be removed.
  struct Removed {
    bool was_registered = false;
    std::string path;
  };
  Removed remove(const std::string& name) const;

  /// The URL of a known network's file. InputError if the list's URL does not begin with https://, or its
  /// replacement with neither https:// nor http://.
  std::string url_of(const KnownNetworks& known, const KnownNetwork& network) const;

private:
  std::optional<FoundNetwork> find_named(const std::string& name, const KnownNetworks& known) const;
  std::string nearest(const std::string& name, const KnownNetworks& known) const;

  NetworkPlaces places_;
};

struct PullOptions {
  /// The download fails if no byte arrives for this long.
  std::chrono::seconds patience{30};
  /// Called once if another process is pulling the same network, before waiting for it.
  std::function<void()> waits = {};
  /// Called from time to time with the number of bytes received and the file's size.
  std::function<void(std::int64_t done, std::int64_t total)> progress = {};
};

enum class Pulled {
  Now,
  AlreadyHere,   ///< with the right digest
  ByAnotherPull  ///< downloaded by another process at the same time
};

/// Downloads the network's file into the catalog's folder, unless it is there with the size and the digest of
/// the list. Data go to a file that ends in ".part", from which a later call resumes; the file gets its final
/// name once it is complete, verified and on the disk. InputError naming the URL, OutputError naming a file.
Pulled pull(const NetworkCatalog& catalog, const KnownNetworks& known, const KnownNetwork& network,
            const PullOptions& options = {});

/// A preprocessing and its origin ("the model file", "preset caffe", ...).
struct ChosenPreprocessing {
  Preprocessing preprocessing;
  std::string source;
  /// Nothing says how pictures are scaled and centred: it is torchvision's convention for want of a better
  /// one.
  bool is_assumed = false;
};

/// Chooses the preprocessing, in this order: `spec`, what the network was registered with, the model's file,
/// the list of known networks, torchvision's convention. `spec` must have no fault.
ChosenPreprocessing choose_preprocessing(const Model& model, const FoundNetwork& found,
                                         const PreprocessingSpec& spec);

/// Height and width of a network's picture, in pixels.
struct PictureSize {
  std::int64_t height = 0;
  std::int64_t width = 0;
  /// A note that the size was chosen to fit the network's layers; otherwise none.
  std::optional<Note> note = {};
};

/// Parses "224" or "128x256" (height x width). None for another text, or sides outside 1..65536.
std::optional<PictureSize> parse_picture_size(std::string_view text);

/// The size of a model's pictures: the file's; for open sides that of `text` (one number stands for every
/// open side), else one that the network's layers fit, else `otherwise`. InputError if `text` contradicts the
/// file, and if nothing gives the size and `otherwise` is 0.
PictureSize picture_size(const Model& model, const std::string& text, std::int64_t otherwise = 0);

/// The options for loading a network.
struct NetworkRequest {
  FoundNetwork found;
  std::string labels;  ///< file of class names; empty: the network's own
  PreprocessingSpec preprocessing;
  std::string size;    ///< for parse_picture_size; empty: the network's
  std::string scores;  ///< the output with the class scores; empty: the first
  std::optional<Activation> activation;
  /// Numbers to explain in place of class scores (ProgramOptions::targets): they name the classes then.
  std::vector<Target> targets;
  LoadOptions load;
};

/// A model with everything that is needed to apply it to pictures.
struct Network {
  Model model;
  Labels labels;
  std::string labels_path;  ///< the file of the labels; empty: they come with the model
  Preprocessing preprocessing;
  /// The origin of the preprocessing, for messages: "the model file", "preset torchvision (default)", ...
  std::string preprocessing_source;
  InputSize size;
  /// Warnings for the user: ignored parts of the file, corrected labels.
  std::vector<std::string> warnings;
  /// What was chosen for want of better knowledge: the bundled network, its preprocessing, a size that fits
  /// the layers.
  std::vector<Note> notes;

  /// Loads a network. Errors as for Model::load, Labels::read and picture_size; InputError for a fault of the
  /// preprocessing.
  static Network load(const NetworkRequest& request);

  /// A warning if the number of labels of the model's file is not `classes`; otherwise empty. InputError if
  /// the labels were read from another file and their number is not `classes`.
  std::string label_warning(std::int64_t classes) const;
};

/// A warning if the scores' activation is assumed and they look like probabilities already; otherwise empty.
std::string score_warning(const ScoreHead& head, std::span<const double> scores);

}  // namespace fovea
