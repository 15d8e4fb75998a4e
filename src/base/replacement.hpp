#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Which existing files new ones may replace.
namespace fovea {

/// Is called before an existing regular file is replaced, and throws what should keep it from that. One for
/// the whole process; empty, the default of the library: everything may be replaced. Not to be called while
/// files are written.
void set_replacement_check(std::function<void(const std::string& path)> check);
/// Calls that function, if there is one.
void check_replacement(const std::string& path);
/// The same for each regular file among `paths`, before the first of them is written, so that a set of
/// results is written whole or not at all. OutputError also for a path that is a folder.
void check_replacements(std::span<const std::string> paths);

/// The files in the folder of `beginning` whose names begin with its last part and a digit, and end in one of
/// the endings: what numbered results may replace. Sorted; none if there is no such folder.
std::vector<std::string> numbered_files(const std::string& beginning,
                                        std::span<const std::string_view> endings);

/// Whether a file is a result of fovea, by its content: PNG, JPEG, SVG, PDF and HTML files, ONNX networks and
/// JSON carry a mark near their beginning or end, tables are known by their first columns, manual pages by
/// their heading, and each .npy array counts as one. So does an empty file.
bool is_result_file(const std::string& path);

}  // namespace fovea
