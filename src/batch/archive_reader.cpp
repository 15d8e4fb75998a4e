#include "batch/archive_reader.hpp"

#include "base/read_file.hpp"
#include "base/shared_library.hpp"
#include "base/shown_path.hpp"
#include "fovea/error.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fovea {
namespace {

/// Of one read from a file.
constexpr std::size_t kBlock = std::size_t{256} << 10;

/// libarchive's functions. It is loaded by the first archive, since it brings ten libraries more.
struct Library {
  decltype(&archive_read_new) open;
  decltype(&archive_read_free) free;
  decltype(&archive_read_support_format_tar) take_tar;
  decltype(&archive_read_support_filter_gzip) take_gzip;
  decltype(&archive_read_support_filter_bzip2) take_bzip2;
  decltype(&archive_read_support_filter_xz) take_xz;
  decltype(&archive_read_support_filter_zstd) take_zstd;
  decltype(&archive_read_open_fd) read_from;
  decltype(&archive_read_next_header) next_header;
  decltype(&archive_read_data) read_data;
  decltype(&archive_error_string) error_text;
  decltype(&archive_entry_pathname) path_of;
  decltype(&archive_entry_pathname_utf8) utf8_path_of;
  decltype(&archive_entry_filetype) type_of;
  decltype(&archive_entry_hardlink) hard_link_of;
  decltype(&archive_entry_size) size_of;

  Library() {
    const SharedLibrary library("libarchive.so.13", "libarchive13");
    library.find(open, "archive_read_new");
    library.find(free, "archive_read_free");
    library.find(take_tar, "archive_read_support_format_tar");
    library.find(take_gzip, "archive_read_support_filter_gzip");
    library.find(take_bzip2, "archive_read_support_filter_bzip2");
    library.find(take_xz, "archive_read_support_filter_xz");
    library.find(take_zstd, "archive_read_support_filter_zstd");
    library.find(read_from, "archive_read_open_fd");
    library.find(next_header, "archive_read_next_header");
    library.find(read_data, "archive_read_data");
    library.find(error_text, "archive_error_string");
    library.find(path_of, "archive_entry_pathname");
    library.find(utf8_path_of, "archive_entry_pathname_utf8");
    library.find(type_of, "archive_entry_filetype");
    library.find(hard_link_of, "archive_entry_hardlink");
    library.find(size_of, "archive_entry_size");
  }
};

const Library& library() {
  static const Library loaded;
  return loaded;
}

/// Whether it is standard input from another program, which cannot be opened anew.
bool is_stream_on_input(const std::string& path) {
  struct stat status = {};
  return is_standard_input(path) && ::fstat(STDIN_FILENO, &status) == 0 &&
         (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode));
}

/// Whether the check sum in a tar header, octal digits at byte 148, is that of the header with blanks in its
/// place.
bool has_check_sum(std::string_view header) {
  constexpr std::size_t begin = 148, length = 8;
  unsigned told = 0, sum = 0;
  std::size_t digits = 0;
  for (const char c : header.substr(begin, length)) {
    if (c >= '0' && c <= '7') {
      told = told * 8 + static_cast<unsigned>(c - '0');
      ++digits;
    } else if (digits > 0 || c != ' ') {
      break;
    }
  }
  for (std::size_t i = 0; i < header.size(); ++i)
    sum +=
        i >= begin && i < begin + length ? static_cast<unsigned>(' ') : static_cast<unsigned char>(header[i]);
  return digits > 0 && told == sum;
}

std::string kind_of(archive_entry* entry) {
  if (library().hard_link_of(entry) != nullptr)
    return "is a link to another member";
  switch (library().type_of(entry)) {
  case AE_IFREG:
    return {};
  case AE_IFLNK:
    return "is a link";
  default:
    return "is no file";
  }
}

}  // namespace

bool begins_as_archive(std::string_view bytes) {
  for (const std::string_view compressed : {"\x1f\x8b", "\xfd\x37zXZ", "\x28\xb5\x2f\xfd"})
    if (bytes.starts_with(compressed))
      return true;
  constexpr std::size_t block = 4;  // behind "BZh" and the level
  if (bytes.starts_with("BZh") && bytes.substr(block).starts_with("1AY&SY"))
    return true;
  return bytes.size() >= kArchiveBeginning && has_check_sum(bytes.substr(0, kArchiveBeginning));
}

struct ArchiveReader::Handle {
  archive* read = nullptr;
  archive_entry* entry = nullptr;
  int descriptor = -1;
  ~Handle() {
    if (read != nullptr)
      library().free(read);
    if (descriptor >= 0)
      ::close(descriptor);
  }
  std::string error() const {
    const char* const text = library().error_text(read);
    return text != nullptr ? text : "no reason is given";
  }
};

void load_archive_library() {
  (void)library();
}

ArchiveReader::ArchiveReader(const std::string& path)
    : path_(name_of_input(path)), handle_(std::make_unique<Handle>()) {
  const Library& use = library();
  std::string why;
  handle_->descriptor =
      is_stream_on_input(path) ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : open_regular_file(path, why);
  if (handle_->descriptor < 0)
    throw InputError(why.empty() ? "cannot be opened" : why, path_);
  struct stat status = {};
  if (::fstat(handle_->descriptor, &status) == 0 && S_ISREG(status.st_mode) && status.st_size == 0)
    throw InputError("is empty, and no archive", path_);
  handle_->read = use.open();
  if (handle_->read == nullptr)
    throw std::bad_alloc();
  for (const auto take : {use.take_tar, use.take_gzip, use.take_bzip2, use.take_xz, use.take_zstd})
    (void)take(handle_->read);  // a warning where it would start a program
  if (use.read_from(handle_->read, handle_->descriptor, kBlock) != ARCHIVE_OK)
    throw InputError(fmt::format("cannot be read as a tar archive: {}", handle_->error()), path_);
}

ArchiveReader::~ArchiveReader() = default;

std::optional<ArchiveReader::Member> ArchiveReader::next() {
  const Library& use = library();
  while (true) {
    const int code = use.next_header(handle_->read, &handle_->entry);
    if (code == ARCHIVE_EOF)
      return std::nullopt;
    // It would go on behind a header that is damaged, too, and leave out what that one was of. Its reason
    // depends on whether the member before was read.
    if (code != ARCHIVE_OK && code != ARCHIVE_WARN)
      throw InputError(member_.empty() ? fmt::format("cannot be read as a tar archive: {}", handle_->error())
                                       : fmt::format("is damaged or ends behind its member '{}'", member_),
                       path_);
    // The first is missing where the locale cannot express the name.
    const char* name = use.path_of(handle_->entry);
    if (name == nullptr)
      name = use.utf8_path_of(handle_->entry);
    member_ = name != nullptr ? name : "";
    if (use.type_of(handle_->entry) != AE_IFDIR)
      return Member{member_, kind_of(handle_->entry)};
  }
}

std::string ArchiveReader::read(std::size_t limit) {
  const auto refuse = [&](const std::string& message) {
    throw InputError(fmt::format("member '{}': {}", member_, message), path_);
  };
  const std::int64_t size = library().size_of(handle_->entry);
  if (size > 0 && static_cast<std::size_t>(size) > limit)
    refuse(fmt::format("longer than the {} bytes that are allowed", limit));
  std::string bytes;
  while (true) {
    const std::size_t used = bytes.size();
    bytes.resize(std::min(limit, used + kBlock) + 1);
    const la_ssize_t count = library().read_data(handle_->read, bytes.data() + used, bytes.size() - used);
    if (count == ARCHIVE_RETRY)
      continue;
    if (count < 0)
      refuse(fmt::format("cannot be read: {}", handle_->error()));
    bytes.resize(used + static_cast<std::size_t>(count));
    if (count == 0)
      return bytes;
    if (bytes.size() > limit)
      refuse(fmt::format("longer than the {} bytes that are allowed", limit));
  }
}

}  // namespace fovea
