#include "base/output_name.hpp"

#include "base/lower_case.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// Endings that name a kind of file to everybody.
constexpr std::string_view kEndingsOfFiles[] = {
    ".png", ".jpg", ".jpeg", ".svg",  ".pdf", ".html", ".htm", ".onnx", ".npy",  ".npz", ".gif", ".webp",
    ".bmp", ".tif", ".tiff", ".ppm",  ".pgm", ".pnm",  ".pbm", ".avif", ".heic", ".jxl", ".ico", ".eps",
    ".ps",  ".csv", ".tsv",  ".json", ".xml", ".yaml", ".txt", ".md",   ".tex",  ".zip", ".tar", ".gz",
    ".mp4", ".avi", ".mov",  ".pt",   ".pth", ".pb",   ".h5",  ".xlsx", ".docx"};

/// ".png, .jpg, .jpeg, .svg or .pdf"
std::string endings_text(std::span<const std::string_view> endings) {
  std::string text;
  for (std::size_t i = 0; i < endings.size(); ++i)
    text += std::string(i == 0 ? "" : i + 1 == endings.size() ? " or " : ", ").append(endings[i]);
  return text;
}

/// "the name of a folder, or of a figure, which ends in .png or .pdf"
std::string expected_names(const OutputForms& forms) {
  if (forms.file.empty())
    return "the name of a folder";
  const std::string file = fmt::format("{}, which ends in {}", forms.file, endings_text(forms.endings));
  const char* article = forms.file.find_first_of("aeiou") == 0 ? "an" : "a";
  return fmt::format("the name of {}{} {}", forms.folder ? "a folder, or of " : "", article, file);
}

}  // namespace

bool has_ending(std::string_view path, std::span<const std::string_view> endings) {
  return std::any_of(endings.begin(), endings.end(), [path](std::string_view ending) {
    return path.size() > ending.size() &&
           lower_case(std::string(path.substr(path.size() - ending.size()))) == ending;
  });
}

std::string output_name_fault(const std::string& path, const OutputForms& forms) {
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  const bool is_folder = path.ends_with('/') || fs::is_directory(status);
  const bool names_file = !forms.file.empty() && has_ending(path, forms.endings);
  if (is_folder && (!forms.folder || names_file))
    return fmt::format("expected {}, found the folder '{}': name a file in it, such as '{}'",
                       expected_names(forms), path,
                       (fs::path(path) / fmt::format("{}{}", forms.file, forms.endings.front())).string());
  if (is_folder || names_file)
    return {};
  // A descriptor may stand for a regular file.
  const bool is_device = path == "/dev/stdout" || path.starts_with("/dev/fd/") ||
                         (fs::exists(status) && !fs::is_regular_file(status));
  if (!forms.file.empty() && is_device)
    return {};
  if (!forms.folder || has_ending(path, kEndingsOfFiles) || is_device || path == "-")
    return fmt::format("expected {}, found '{}'", expected_names(forms), path);
  return {};
}

NamedFile split_named_file(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || text.find('/') < equals)
    return {{}, text};
  return {text.substr(0, equals), text.substr(equals + 1)};
}

}  // namespace fovea
