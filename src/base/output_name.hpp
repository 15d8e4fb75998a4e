#pragma once

#include <span>
#include <string>
#include <string_view>

/// The names that users give to what is written.
namespace fovea {

inline constexpr std::string_view kFigureEndings[] = {".png", ".jpg", ".jpeg", ".svg", ".pdf"};
inline constexpr std::string_view kResultEndings[] = {".png", ".jpg", ".jpeg", ".svg", ".pdf", ".tar"};
inline constexpr std::string_view kArchiveEndings[] = {".tar"};
inline constexpr std::string_view kMergedEndings[] = {".tar", ".html", ".htm"};
inline constexpr std::string_view kPageEndings[] = {".html", ".htm"};
inline constexpr std::string_view kNetworkEndings[] = {".onnx"};
inline constexpr std::string_view kArrayEndings[] = {".npy"};

/// What a command writes under the name that it is given: a file with one of some endings, a folder, or
/// either.
struct OutputForms {
  std::string_view file;                           ///< of a file, for messages: "page"; empty: folders only
  std::span<const std::string_view> endings = {};  ///< of a file
  bool folder = false;
};

inline constexpr OutputForms kFigureOrFolder = {"figure", kFigureEndings, true};
/// A figure, or an archive of the results of many photos.
inline constexpr OutputForms kResultOrFolder = {"result", kResultEndings, true};
/// What runs over many photos give together: an archive, a page or a folder.
inline constexpr OutputForms kMergedResults = {"result", kMergedEndings, true};
inline constexpr OutputForms kPageFile = {"page", kPageEndings};
inline constexpr OutputForms kNetworkFile = {"network", kNetworkEndings};
inline constexpr OutputForms kArrayFile = {"array", kArrayEndings};
inline constexpr OutputForms kFolderOnly = {"", {}, true};

/// Whether the path ends in one of the endings, in letters of either case, behind at least one character.
bool has_ending(std::string_view path, std::span<const std::string_view> endings);

/// A sentence on why `path` is no name for these forms, and on what would be one; empty if it is one. Looks
/// at what is there: an existing folder is one whatever its name, and a device or pipe takes any file. The
/// name of a new folder must not end as files of a usual kind do (".gif", ".csv"), unless a '/' follows.
std::string output_name_fault(const std::string& path, const OutputForms& forms);

/// "NAME=PATH" or "PATH", whose name is empty; a path may hold '=' behind a '/'.
struct NamedFile {
  std::string name, path;
};
NamedFile split_named_file(const std::string& text);

}  // namespace fovea
