#include "base/replacement.hpp"

#include "fovea/error.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>

namespace fovea {
namespace {

/// Where a mark is looked for: at most this many bytes from either end.
constexpr std::streamoff kEnd = 65536;

/// What files of a kind begin with, and the mark of fovea's own, which may be empty.
struct MarkedKind {
  std::string_view beginning, mark;
};

using namespace std::string_view_literals;

constexpr MarkedKind kMarkedKinds[] = {
    {"\x89PNG", "Software\0fovea"sv},
    {"\xFF\xD8\xFF", "\xFF\xFE\0\x07"
                     "fovea"sv},
    {"<!doctype html>", "<meta name=\"generator\" content=\"fovea\">"},
    {"<svg", "<!-- fovea -->"},
    {"%PDF", "fovea"},
    {"{\"image\":\"", "\"score\":"},  // JSON lines of results
    {"{", "\"fovea\":"},
    {"\x08", "\x12\x05"
             "fovea"},  // an ONNX file: the producer behind the version
    {"\x93NUMPY", ""},
    {".TH FOVEA", "\"fovea manual\""},
    {"# Command-line reference\n", "`fovea man docs --markdown`"},
    {"pax_global_header", "comment=fovea"},  // an archive of results
    {"index,image,", ""},                    // the tables' first columns
    {"image,method,", ""},
    {"method,curve,", ""},
    {"method,kind,", ""},
    {"channel,rank,", ""},
    {"image,class,", ""},
};

std::function<void(const std::string&)>& replacement_check() {
  static std::function<void(const std::string&)> check;
  return check;
}

std::string read_part(std::ifstream& file, std::streamoff begin) {
  std::string bytes(kEnd, '\0');
  file.clear();
  file.seekg(begin);
  file.read(bytes.data(), kEnd);
  bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  return bytes;
}

}  // namespace

void set_replacement_check(std::function<void(const std::string& path)> check) {
  replacement_check() = std::move(check);
}

void check_replacement(const std::string& path) {
  if (replacement_check())
    replacement_check()(path);
}

void check_replacements(std::span<const std::string> paths) {
  std::error_code ignored;
  for (const std::string& path : paths) {
    const std::filesystem::file_status status = std::filesystem::status(path, ignored);
    if (std::filesystem::is_directory(status))
      throw OutputError("is a folder, and a file of that name is to be written: name another place", path);
    if (std::filesystem::is_regular_file(status))
      check_replacement(path);
  }
}

std::vector<std::string> numbered_files(const std::string& beginning,
                                        std::span<const std::string_view> endings) {
  const std::filesystem::path start(beginning);
  const std::string name = start.filename().string();
  std::vector<std::string> files;
  std::error_code error;
  for (std::filesystem::directory_iterator at(start.has_parent_path() ? start.parent_path() : ".", error),
       end;
       !error && at != end; at.increment(error)) {
    const std::string found = at->path().filename().string();
    const bool is_numbered = found.size() > name.size() && found.starts_with(name) &&
                             found[name.size()] >= '0' && found[name.size()] <= '9';
    if (is_numbered && std::any_of(endings.begin(), endings.end(),
                                   [&](std::string_view ending) { return found.ends_with(ending); }))
      files.push_back(at->path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool is_result_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string beginning = read_part(file, 0);
  if (beginning.empty())
    return true;  // nothing is lost
  const auto kind =
      std::find_if(std::begin(kMarkedKinds), std::end(kMarkedKinds),
                   [&](const MarkedKind& each) { return beginning.starts_with(each.beginning); });
  if (kind == std::end(kMarkedKinds))
    return false;
  if (beginning.find(kind->mark) != std::string::npos)
    return true;
  std::error_code error;
  const auto size = static_cast<std::streamoff>(std::filesystem::file_size(path, error));
  return !error && size > kEnd &&
         read_part(file, std::max(kEnd, size - kEnd)).find(kind->mark) != std::string::npos;
}

}  // namespace fovea
