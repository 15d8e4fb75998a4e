#pragma once

#include "fovea/networks.hpp"
#include "studio/upload.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace fovea::studio {

enum class ModelOrigin {
  Bundled,
  Named,  ///< on the command line
  Uploaded,
};
/// "bundled", "named" or "uploaded".
std::string_view name_of(ModelOrigin origin);

/// A network with everything that is needed to apply it, as it is at one time: immutable. Another
/// preprocessing makes another revision of it.
struct StudioModel {
  std::string id;    ///< "m1"
  std::string name;  ///< for display: the file's, or the network's in the catalog
  ModelOrigin origin = ModelOrigin::Named;
  std::int64_t revision = 1;
  NetworkRequest request;        ///< what it was loaded from
  std::shared_ptr<Upload> file;  ///< the file, if it was uploaded
  Network network;

  /// "m1.1": the id and the revision, the part of a key that results of this revision have.
  std::string key() const;
};

/// The models by id. Thread-safe. Ids are never given again.
class ModelStore {
public:
  /// All uploaded files together may take so many bytes: the models that were used least recently go.
  ModelStore(std::int64_t most_uploaded_bytes, LoadOptions load)
      : most_uploaded_bytes_(most_uploaded_bytes), load_(std::move(load)) {}

  /// Loads a model. Errors as for Network::load; nothing is added then.
  std::shared_ptr<const StudioModel> add(NetworkRequest request, ModelOrigin origin, std::string name,
                                         std::shared_ptr<Upload> file = {});
  /// RequestError (404) for an id that no model has.
  std::shared_ptr<const StudioModel> get(const std::string& id);
  std::vector<std::shared_ptr<const StudioModel>> list() const;
  /// Loads the model again with another preprocessing, as a new revision. Errors as for `get` and
  /// Network::load.
  std::shared_ptr<const StudioModel> change(const std::string& id, const PreprocessingSpec& preprocessing);
  /// RequestError (404) for an id that no model has.
  void remove(const std::string& id);

private:
  struct Entry {
    std::shared_ptr<const StudioModel> model;
    std::uint64_t used = 0;  ///< grows with every use of any model
  };
  Entry& find(const std::string& id);
  void make_room(std::int64_t bytes);

  const std::int64_t most_uploaded_bytes_;
  const LoadOptions load_;
  mutable std::mutex mutex_;
  std::vector<Entry> entries_;
  std::uint64_t last_id_ = 0, last_use_ = 0;
};

}  // namespace fovea::studio
