#include "base/make_folder.hpp"
#include "base/write_all.hpp"
#include "fovea/networks.hpp"
#include "networks/download.hpp"
#include "networks/sha256.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fovea {

using networks::Sha256;

namespace {

class File {
public:
  File(const std::string& path, int flags)
      : path_(path), descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0666)) {}
  ~File() {
    if (descriptor_ >= 0)
      ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  bool is_open() const { return descriptor_ >= 0; }
  int descriptor() const { return descriptor_; }
  const std::string& path() const { return path_; }

private:
  std::string path_;
  int descriptor_;
};

/// Hashes the file's bytes from where it stands to its end; how many they are.
std::int64_t hash_rest(const File& file, Sha256& sha256) {
  std::string block(std::size_t{1} << 20, '\0');
  std::int64_t bytes = 0;
  while (true) {
    const ssize_t count = ::read(file.descriptor(), block.data(), block.size());
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      throw InputError(fmt::format("cannot be read: {}", std::strerror(errno)), file.path());
    if (count == 0)
      return bytes;
    sha256.add({block.data(), static_cast<std::size_t>(count)});
    bytes += count;
  }
}

bool is_right(const NetworkCatalog& catalog, const KnownNetwork& network) {
  if (!catalog.is_pulled(network))
    return false;
  const File file(catalog.pulled_path(network), O_RDONLY);
  Sha256 sha256;
  return file.is_open() && hash_rest(file, sha256) == network.bytes && sha256.finish() == network.sha256;
}

/// Waits until no other process has the file locked; whether one had.
bool lock(const File& file, const std::function<void()>& waits) {
  if (::flock(file.descriptor(), LOCK_EX | LOCK_NB) == 0)
    return false;
  if (errno == EWOULDBLOCK) {
    if (waits)
      waits();
    while (::flock(file.descriptor(), LOCK_EX) != 0)
      if (errno != EINTR)
        throw OutputError(fmt::format("cannot be locked: {}", std::strerror(errno)), file.path());
    return true;
  }
  throw OutputError(fmt::format("cannot be locked: {}", std::strerror(errno)), file.path());
}

/// Whether the path still leads to the open file: who had the lock before may have renamed or removed it.
bool is_still_at(const File& file) {
  struct stat open = {}, named = {};
  return ::fstat(file.descriptor(), &open) == 0 && ::stat(file.path().c_str(), &named) == 0 &&
         open.st_dev == named.st_dev && open.st_ino == named.st_ino;
}

void remove(const File& file) {
  ::unlink(file.path().c_str());
}

void empty(const File& file) {
  if (::ftruncate(file.descriptor(), 0) != 0 || ::lseek(file.descriptor(), 0, SEEK_SET) != 0)
    throw_write_error(file.path(), errno);
}

/// Brings the partial file, which is locked, to its full length; its digest.
std::string complete(const File& part, const KnownNetwork& network, const std::string& url,
                     const PullOptions& options) {
  Sha256 sha256;
  std::int64_t bytes = hash_rest(part, sha256);
  auto forget = [&] {
    empty(part);
    sha256.finish();
    bytes = 0;
  };
  if (bytes > network.bytes)
    forget();
  if (bytes == network.bytes)
    return sha256.finish();
  networks::Download wanted;
  wanted.url = url;
  wanted.begin = bytes;
  wanted.patience = options.patience;
  wanted.start_over = forget;
  wanted.take = [&](std::string_view piece) {
    if (bytes + static_cast<std::int64_t>(piece.size()) > network.bytes) {
      remove(part);
      throw InputError(fmt::format("is longer than the {} bytes that {} has: nothing of it is kept",
                                   network.bytes, network.name),
                       url);
    }
    write_all(part.descriptor(), piece, part.path());
    sha256.add(piece);
    bytes += static_cast<std::int64_t>(piece.size());
    if (options.progress)
      options.progress(bytes, network.bytes);
  };
  networks::download(wanted);
  if (bytes < network.bytes)
    throw InputError(
        fmt::format("ended after {} of {} bytes; pulling again goes on from there", bytes, network.bytes),
        url);
  return sha256.finish();
}

/// On the disk first, then under its name: whatever happens in between, no half file has that name.
void give_name(const File& part, const std::string& path, const std::string& folder) {
  if (::fsync(part.descriptor()) != 0)
    throw_write_error(part.path(), errno);
  if (::rename(part.path().c_str(), path.c_str()) != 0)
    throw_write_error(path, errno);
  if (const File entries(folder, O_RDONLY | O_DIRECTORY); entries.is_open())
    ::fsync(entries.descriptor());
}

}  // namespace

Pulled pull(const NetworkCatalog& catalog, const KnownNetworks& known, const KnownNetwork& network,
            const PullOptions& options) {
  if (is_right(catalog, network))
    return Pulled::AlreadyHere;
  const std::string path = catalog.pulled_path(network), url = catalog.url_of(known, network);
  bool waited = false;
  while (true) {
    // Here, since a pull that fails meanwhile takes the folder away if it made it and nothing else is in it.
    make_folder(catalog.places().pulled);
    const File part(path + ".part", O_RDWR | O_CREAT);
    if (!part.is_open() && errno == ENOENT)
      continue;
    if (!part.is_open())
      throw_write_error(part.path(), errno);
    waited = lock(part, options.waits) || waited;
    if (!is_still_at(part))
      continue;
    if (is_right(catalog, network)) {  // finished between the first look and the lock
      remove(part);
      return waited ? Pulled::ByAnotherPull : Pulled::AlreadyHere;
    }
    const std::string digest = complete(part, network, url, options);
    if (digest != network.sha256) {
      remove(part);
      throw InputError(
          fmt::format("the downloaded file is not {}: its SHA-256 is {}, expected {}; it has been removed",
                      network.name, digest, network.sha256),
          url);
    }
    give_name(part, path, catalog.places().pulled);
    return Pulled::Now;
  }
}

}  // namespace fovea
