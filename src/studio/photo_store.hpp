#pragma once

#include "studio/upload.hpp"

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace fovea::studio {

enum class PhotoOrigin {
  Named,   ///< on the command line, or in a folder that was
  Sample,  ///< comes with the program
  Uploaded,
};
/// "named", "sample" or "uploaded".
std::string_view name_of(PhotoOrigin origin);

/// The size of an upright picture, in pixels.
struct PhotoSize {
  std::int64_t width = 0, height = 0;
};

struct StudioPhoto {
  std::string id;    ///< "p1"
  std::string name;  ///< the file's, without its folders
  PhotoOrigin origin = PhotoOrigin::Named;
  std::string path;
  std::shared_ptr<Upload> file = {};   ///< the file, if it was uploaded
  std::optional<PhotoSize> size = {};  ///< none until the picture has been read
};

/// The photos by id. Thread-safe. Ids are never given again.
class PhotoStore {
public:
  /// All uploaded files together may take so many bytes: the photos that were used least recently go.
  explicit PhotoStore(std::int64_t most_uploaded_bytes) : most_uploaded_bytes_(most_uploaded_bytes) {}

  StudioPhoto add(const std::string& path, PhotoOrigin origin);
  StudioPhoto add(std::shared_ptr<Upload> file, const std::string& name, const PhotoSize& size);
  /// RequestError (404) for an id that no photo has.
  StudioPhoto get(const std::string& id);
  void set_size(const std::string& id, const PhotoSize& size);
  /// The photos from number `offset` on, at most `limit`, in the order in which they were added.
  std::vector<StudioPhoto> list(std::size_t offset, std::size_t limit) const;
  std::size_t size() const;
  /// RequestError (404) for an id that no photo has.
  void remove(const std::string& id);

private:
  struct Entry {
    StudioPhoto photo;
    std::uint64_t used = 0;  ///< grows with every use of any photo
  };
  using Entries = std::list<Entry>;
  StudioPhoto insert(StudioPhoto photo);
  Entries::iterator find(const std::string& id);
  void erase(Entries::iterator at);
  void make_room(std::int64_t bytes);

  const std::int64_t most_uploaded_bytes_;
  mutable std::mutex mutex_;
  Entries entries_;
  std::unordered_map<std::string, Entries::iterator> by_id_;
  std::uint64_t last_id_ = 0, last_use_ = 0;
  std::int64_t uploaded_bytes_ = 0;
};

}  // namespace fovea::studio
