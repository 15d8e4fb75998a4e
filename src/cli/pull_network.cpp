#include "cli/pull_network.hpp"

#include "base/write_all.hpp"
#include "cli/common.hpp"
#include "cli/download.hpp"
#include "cli/output.hpp"
#include "cli/sha256.hpp"
#include "cli/user_folders.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fovea::cli {

std::string base_url(const KnownNetworks& known) {
  const auto other = environment("FOVEA_MODELS_URL");
  std::string url = other ? *other : known.url;
  const bool secure = url.rfind("https://", 0) == 0;
  if (other && !secure && url.rfind("http://", 0) != 0)
    throw UsageError(fmt::format("FOVEA_MODELS_URL: expected https://... or http://..., found '{}'", url));
  if (!other && !secure)
    throw InputError(fmt::format("the list of known networks names the URL '{}': expected https://...", url));
  return url.back() == '/' ? url : url + "/";
}

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

bool is_right(const KnownNetwork& network) {
  if (!network.is_pulled())
    return false;
  const File file(network.pulled_path(), O_RDONLY);
  Sha256 sha256;
  return file.is_open() && hash_rest(file, sha256) == network.bytes && sha256.finish() == network.sha256;
}

/// Waits until no other process has the file locked; whether one had.
bool lock(const File& file, const KnownNetwork& network) {
  if (::flock(file.descriptor(), LOCK_EX | LOCK_NB) == 0)
    return false;
  if (errno == EWOULDBLOCK) {
    say("fovea: note: {} is being pulled already: waiting for that\n", network.name);
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
                     std::chrono::seconds patience) {
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
  constexpr std::int64_t mega = 1000000;
  ProgressBar bar(network.bytes / mega);
  Download wanted;
  wanted.url = url;
  wanted.begin = bytes;
  wanted.patience = patience;
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
    bar.update(bytes / mega, "MB of " + network.name);
  };
  download(wanted);
  if (bytes < network.bytes)
    throw InputError(
        fmt::format("ended after {} of {} bytes; pulling again goes on from there", bytes, network.bytes),
        url);
  return sha256.finish();
}

/// On the disk first, then under its name: whatever happens in between, no half file has that name.
void give_name(const File& part, const std::string& path) {
  if (::fsync(part.descriptor()) != 0)
    throw_write_error(part.path(), errno);
  if (::rename(part.path().c_str(), path.c_str()) != 0)
    throw_write_error(path, errno);
  if (const File folder(pulled_models_folder(), O_RDONLY | O_DIRECTORY); folder.is_open())
    ::fsync(folder.descriptor());
}

}  // namespace

Pulled pull_network(const KnownNetwork& network, const std::string& base, std::chrono::seconds patience) {
  if (is_right(network))
    return Pulled::AlreadyHere;
  make_folder(pulled_models_folder());
  bool waited = false;
  while (true) {
    const File part(network.pulled_path() + ".part", O_RDWR | O_CREAT);
    if (!part.is_open())
      throw_write_error(part.path(), errno);
    waited = lock(part, network) || waited;
    if (!is_still_at(part))
      continue;
    if (is_right(network)) {  // finished between the first look and the lock
      remove(part);
      return waited ? Pulled::ByAnotherPull : Pulled::AlreadyHere;
    }
    const std::string url = base + network.path;
    const std::string digest = complete(part, network, url, patience);
    if (digest != network.sha256) {
      remove(part);
      throw InputError(fmt::format("what came is not {}: its SHA-256 is {}, expected {}; it has been removed",
                                   network.name, digest, network.sha256),
                       url);
    }
    give_name(part, network.pulled_path());
    return Pulled::Now;
  }
}

}  // namespace fovea::cli
