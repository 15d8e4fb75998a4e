#include "onnx/file/external_data.hpp"

#include "base/check.hpp"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

namespace fovea::onnx_import {
namespace {

namespace fs = std::filesystem;

struct ExternalEntry {
  std::string location;
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> length;
};

std::uint64_t parse_number(const std::string& text, const char* key) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  FOVEA_CHECK(error == std::errc{} && end == text.data() + text.size(),
              "its external data has the {} '{}', expected a number", key, text);
  return value;
}

ExternalEntry read_entry(const onnx::TensorProto& message) {
  ExternalEntry entry;
  for (const auto& pair : message.external_data()) {
    if (pair.key() == "location")
      entry.location = pair.value();
    else if (pair.key() == "offset")
      entry.offset = parse_number(pair.value(), "offset");
    else if (pair.key() == "length")
      entry.length = parse_number(pair.value(), "length");
  }
  FOVEA_CHECK(!entry.location.empty(), "its external data has no location");
  return entry;
}

bool is_inside(const fs::path& file, const fs::path& folder) {
  const auto [f, d] = std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
  return f == folder.end();
}

/// The folders that external files may lie in: that of the model's path, and those of the files that it leads
/// to, link by link.
std::vector<fs::path> folders_of(const fs::path& model) {
  constexpr int most_links = 40;
  std::vector<fs::path> folders;
  std::error_code error;
  fs::path path = model;
  for (int link = 0; link < most_links; ++link) {
    const fs::path parent = path.has_parent_path() ? path.parent_path() : fs::path(".");
    const fs::path folder = fs::canonical(parent, error);
    FOVEA_CHECK(!error, "its external data cannot be found: the model's folder '{}' cannot be read: {}",
                parent.string(), error.message());
    if (std::find(folders.begin(), folders.end(), folder) == folders.end())
      folders.push_back(folder);
    const fs::path target = fs::read_symlink(path, error);
    if (error)  // the file itself
      break;
    path = folder / target;
  }
  return folders;
}

fs::path locate(const fs::path& model, const std::string& location) {
  const fs::path relative = fs::path(location).lexically_normal();
  const bool leaves_folder = relative.begin() != relative.end() && *relative.begin() == fs::path("..");
  FOVEA_CHECK(!relative.is_absolute() && !leaves_folder && location.find('\0') == std::string::npos,
              "its external data file '{}' is outside the model's folder", location);
  const std::vector<fs::path> folders = folders_of(model);
  std::error_code error;
  fs::path file;
  for (const fs::path& folder : folders) {
    file = fs::canonical(folder / relative, error);
    if (!error)
      break;
  }
  FOVEA_CHECK(!error, "its external data file '{}' cannot be found", location);
  FOVEA_CHECK(std::any_of(folders.begin(), folders.end(),
                          [&](const fs::path& folder) { return is_inside(file, folder); }),
              "its external data file '{}' is outside the model's folder", location);
  FOVEA_CHECK(fs::is_regular_file(file, error), "its external data file '{}' is not a regular file",
              location);
  return file;
}

}  // namespace

FileBytes ExternalFiles::read(const onnx::TensorProto& message, std::uint64_t expected) {
  const ExternalEntry entry = read_entry(message);
  const fs::path path = locate(model_, entry.location);
  std::shared_ptr<const MappedFile>& file = files_[path];
  try {
    if (!file)
      file = MappedFile::open(path.string(), std::numeric_limits<std::size_t>::max());
  } catch (const InputError& error) {
    throw InputError(fmt::format("its external data file '{}' {}", entry.location, error.what()));
  }
  const std::uint64_t size = file->bytes().size();
  const std::uint64_t rest = size - std::min<std::uint64_t>(entry.offset, size);
  const std::uint64_t length = entry.length.value_or(expected);
  FOVEA_CHECK(length == expected, "its shape needs {} bytes, but its external data file '{}' gives {}",
              expected, entry.location, length);
  FOVEA_CHECK(length <= rest,
              "its external data file '{}' is too short: it has {} bytes, expected {} from offset {}",
              entry.location, size, length, entry.offset);
  return {file, file->bytes().substr(std::min(entry.offset, size), length)};
}

std::vector<std::shared_ptr<const MappedFile>> ExternalFiles::files() const {
  std::vector<std::shared_ptr<const MappedFile>> result;
  for (const auto& [path, file] : files_)
    result.push_back(file);
  return result;
}

}  // namespace fovea::onnx_import
