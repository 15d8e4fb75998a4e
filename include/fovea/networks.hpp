#pragma once

#include "fovea/classes.hpp"
#include "fovea/error.hpp"
#include "fovea/model.hpp"
#include "fovea/note.hpp"
#include "fovea/preprocessing.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Networks by name: known ones that can be downloaded, the user's own, and what belongs to a network besides
/// its file (names of its classes, how pictures become its input). docs/models.md describes the files.
namespace fovea {

/// An entry of the list of known networks: where the file can be downloaded, and how it takes pictures.
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

/// A network of the user's own under a name. What is known of it is written to a small JSON file, its
/// sidecar; the model's file stays where it is.
struct RegisteredNetwork {
  std::string name;
  std::string path;    ///< of the ONNX file, absolute
  std::string labels;  ///< file of class names, absolute, or empty
  PreprocessingSpec preprocessing;
};

/// Whether a network can have this name, which becomes the name of a file: letters, digits, '.', '_' and '-',
/// beginning with a letter or digit.
bool is_network_name(std::string_view name);

/// Where a program keeps networks and their list. A folder need not exist.
struct NetworkPlaces {
  std::string list;        ///< the JSON file of known networks
  std::string url;         ///< where to download from instead of the list's URL; empty: from the list's
  std::string pulled;      ///< folder of downloaded networks; empty: there is none
  std::string registered;  ///< folder of sidecars; empty: there is none

  /// The user's folders by the XDG Base Directory Specification: `pulled` is $XDG_CACHE_HOME/fovea/models
  /// (default ~/.cache/fovea/models), `registered` is $XDG_DATA_HOME/fovea/models (default
  /// ~/.local/share/fovea/models); both are empty without HOME. $FOVEA_MODELS_LIST and $FOVEA_MODELS_URL give
  /// the rest. `variable` looks up an environment variable, nothing for one that is not set or empty.
  static NetworkPlaces
  of_environment(const std::function<std::optional<std::string>(const char* name)>& variable);
};

/// The model that a name or a path stands for, with what is known of it besides the contents of its file.
struct FoundNetwork {
  enum class Origin { File, Registered, Known };
  std::string path;
  Origin origin = Origin::File;
  std::string name;    ///< of a registered or known network
  std::string labels;  ///< file of class names that was registered with it, or empty
  PreprocessingSpec preprocessing;
};

/// All networks that have a name. Nothing is read before it is asked for, and everything each time it is.
class NetworkCatalog {
public:
  explicit NetworkCatalog(NetworkPlaces places) : places_(std::move(places)) {}
  const NetworkPlaces& places() const { return places_; }

  KnownNetworks known() const { return KnownNetworks::read(places_.list); }
  /// The file that `pull` makes. InputError if there is no folder for it.
  std::string pulled_path(const KnownNetwork& network) const;
  /// Whether that file exists and has the right size. Its digest was checked when it was pulled.
  bool is_pulled(const KnownNetwork& network) const;

  /// The sidecar of a network of that name, whether it exists or not. InputError if there is no folder for
  /// it.
  std::string sidecar(const std::string& name) const;
  /// None if no network is registered under this name; InputError naming file and field if its sidecar is
  /// not well-formed or the model's file no longer exists.
  std::optional<RegisteredNetwork> registered(const std::string& name) const;
  /// The names of all sidecars, sorted.
  std::vector<std::string> registered_names() const;
  /// Writes the sidecar, replacing one of the same name. InputError for a name that no network can have or
  /// that a known one has, OutputError if the file cannot be written.
  void add(const RegisteredNetwork& network) const;

  /// `text` is the path of a file, else the name of a registered network, else of a known one. InputError if
  /// a known network has not been pulled, and for a text that is none of these, with the nearest names.
  FoundNetwork find(const std::string& text) const;
  /// The same for names only: files of that name do not count.
  FoundNetwork find_name(const std::string& name) const;
  /// The error for a name that no network has; it lists the nearest names.
  InputError no_such_name(const std::string& name) const;

  /// Those known networks, by names or aliases. InputError for a name that no known network has, before any
  /// is pulled. The pointers are into `known`.
  std::vector<const KnownNetwork*> find_known(const std::vector<std::string>& names,
                                              const KnownNetworks& known) const;
  /// Forgets a registered network, whose file stays and whose sidecar need not be readable; or else deletes
  /// what was pulled of a known one. The path of what was removed. InputError for a name that no network has
  /// and for a known network of which nothing was pulled, OutputError if a file cannot be removed.
  struct Removed {
    bool was_registered = false;
    std::string path;
  };
  Removed remove(const std::string& name) const;

  /// The URL of a known network's file. InputError if the list's URL is not https://..., or the one given in
  /// its place neither that nor http://...
  std::string url_of(const KnownNetworks& known, const KnownNetwork& network) const;

private:
  std::optional<FoundNetwork> find_named(const std::string& name, const KnownNetworks& known) const;
  std::string nearest(const std::string& name, const KnownNetworks& known) const;

  NetworkPlaces places_;
};

struct PullOptions {
  /// The download is given up when no byte has come for this long.
  std::chrono::seconds patience{30};
  /// Called once if another process is pulling the same network, before waiting for it.
  std::function<void()> waits = {};
  /// Called now and then with the bytes of the file that have come, out of all.
  std::function<void(std::int64_t done, std::int64_t total)> progress = {};
};

enum class Pulled {
  Now,
  AlreadyHere,   ///< and its digest is right
  ByAnotherPull  ///< that was running at the same time
};

/// Makes sure that the network's file is in the catalog's folder, with the size and the digest of the list.
/// The bytes go to a file that ends in ".part", from which a later call continues if this one is cut short;
/// it gets its final name when all of it is on the disk and right. InputError naming the URL, OutputError
/// naming a file.
Pulled pull(const NetworkCatalog& catalog, const KnownNetworks& known, const KnownNetwork& network,
            const PullOptions& options = {});

/// How pictures become the model's input, and what says so ("the model file", "preset caffe", ...).
struct ChosenPreprocessing {
  Preprocessing preprocessing;
  std::string source;
};

/// `spec` comes first, then what the network was registered with, then the model's file, then the list of
/// known networks; torchvision's convention is the last resort. `spec` must have no fault.
ChosenPreprocessing choose_preprocessing(const Model& model, const FoundNetwork& found,
                                         const PreprocessingSpec& spec);

/// Height and width of a network's picture, in pixels.
struct PictureSize {
  std::int64_t height = 0;
  std::int64_t width = 0;
  /// Says that the size was chosen because the network's layers fit it; none otherwise.
  std::optional<Note> note = {};
};

/// "224", or "128x256" (height x width). None for another text, or sides outside 1..65536.
std::optional<PictureSize> parse_picture_size(std::string_view text);

/// The size of a model's pictures: the file's; for open sides what `text` says (one number stands for every
/// open side), else the size that the network's layers fit, else `otherwise`. InputError if `text`
/// contradicts the file, and if nothing gives the size and `otherwise` is 0.
PictureSize picture_size(const Model& model, const std::string& text, std::int64_t otherwise = 0);

/// What a network is loaded by.
struct NetworkRequest {
  FoundNetwork found;
  std::string labels;  ///< file of class names; empty: the ones known of the network
  PreprocessingSpec preprocessing;
  std::string size;    ///< for parse_picture_size; empty: the network's
  std::string scores;  ///< the output with the class scores; empty: the first
  std::optional<Activation> activation;
  LoadOptions load;
};

/// A model with all that is needed to show it pictures.
struct Network {
  Model model;
  Labels labels;
  std::string labels_path;  ///< the file the labels were read from; empty: they are the model's own
  Preprocessing preprocessing;
  /// What gave the preprocessing, for messages: "the model file", "preset torchvision (default)", ...
  std::string preprocessing_source;
  InputSize size;
  /// What a user should hear of: parts of the file that were left aside, labels that were mended.
  std::vector<std::string> warnings;
  std::vector<Note> notes;  ///< a size that was chosen

  /// As Model::load, Labels::read and picture_size; InputError for a fault of the preprocessing.
  static Network load(const NetworkRequest& request);

  /// A warning where the labels of the model's file have another number than `classes`; else empty.
  /// InputError where labels of a file of their own do.
  std::string label_warning(std::int64_t classes) const;
};

/// A warning where scores whose activation is assumed look like probabilities already; else empty.
std::string score_warning(const ScoreHead& head, std::span<const double> scores);

}  // namespace fovea
