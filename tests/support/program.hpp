#pragma once

#include "support/command.hpp"
#include "support/temporary_folder.hpp"

#include <algorithm>
#include <filesystem>
#include <gtest/gtest.h>

/// For the tests of the built program; FOVEA_PROGRAM comes from CMake.
namespace fovea::test {

inline Outcome fovea(const std::vector<std::string>& arguments, const CommandOptions& options = {}) {
  return run_command(FOVEA_PROGRAM, arguments, options);
}

inline std::string data(const std::string& name) {
  return std::string(FOVEA_TEST_DATA) + "/" + name;
}
inline std::string sample(const std::string& name) {
  return std::string(FOVEA_SOURCE_DIR) + "/samples/" + name;
}
inline std::string bundled() {
  return std::string(FOVEA_SOURCE_DIR) + "/models/imagenette-resnet.onnx";
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}
inline std::ptrdiff_t lines_of(const std::string& text) {
  return std::count(text.begin(), text.end(), '\n');
}

/// Names of the files in a folder, sorted.
inline std::vector<std::string> files_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

/// One line on stderr that begins `fovea: error:` and holds all `parts`, nothing on stdout, and the exit
/// code.
inline void expect_error(const Outcome& outcome, int code, const std::vector<std::string>& parts) {
  EXPECT_EQ(outcome.signal, 0) << "ended by a signal; stderr: " << outcome.err;
  EXPECT_EQ(outcome.code, code) << outcome.err;
  EXPECT_EQ(outcome.err.find("fovea: error: "), 0U) << outcome.err;
  EXPECT_EQ(lines_of(outcome.err), code == 2 && contains(outcome.err, "--help") ? 2 : 1) << outcome.err;
  for (const std::string& part : parts)
    EXPECT_TRUE(contains(outcome.err, part)) << "stderr: " << outcome.err << "missing: " << part;
  EXPECT_EQ(outcome.out, "");
}

}  // namespace fovea::test
