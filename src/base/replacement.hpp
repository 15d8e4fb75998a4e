#pragma once

#include <functional>
#include <string>

/// Which existing files new ones may replace.
namespace fovea {

/// Is called before an existing regular file is replaced, and throws what should keep it from that. One for
/// the whole process; empty, the default of the library: everything may be replaced. Not to be called while
/// files are written.
void set_replacement_check(std::function<void(const std::string& path)> check);
/// Calls that function, if there is one.
void check_replacement(const std::string& path);

/// Whether a file is a result of fovea, by its content: PNG, JPEG, SVG, PDF and HTML files, ONNX networks and
/// JSON carry a mark near their beginning or end, tables are known by their first columns, and each .npy
/// array counts as one. So does an empty file.
bool is_result_file(const std::string& path);

}  // namespace fovea
