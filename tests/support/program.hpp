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

/// What a program wrote to stderr, without the lines of notes.
inline std::string without_notes(const std::string& err) {
  std::string rest;
  for (std::size_t begin = 0; begin < err.size();) {
    const std::size_t end = std::min(err.find('\n', begin), err.size() - 1) + 1;
    if (err.compare(begin, 13, "fovea: note: ") != 0)
      rest += err.substr(begin, end - begin);
    begin = end;
  }
  return rest;
}

/// But for notes, one line on stderr that begins `fovea: error:` and holds all `parts`, nothing on stdout,
/// and the exit code.
inline void expect_error(const Outcome& outcome, int code, const std::vector<std::string>& parts) {
  EXPECT_EQ(outcome.signal, 0) << "ended by a signal; stderr: " << outcome.err;
  EXPECT_EQ(outcome.code, code) << outcome.err;
  const std::string err = without_notes(outcome.err);
  EXPECT_EQ(err.find("fovea: error: "), 0U) << outcome.err;
  EXPECT_EQ(lines_of(err), code == 2 && contains(err, "--help") ? 2 : 1) << outcome.err;
  for (const std::string& part : parts)
    EXPECT_TRUE(contains(outcome.err, part)) << "stderr: " << outcome.err << "missing: " << part;
  EXPECT_EQ(outcome.out, "");
}

}  // namespace fovea::test
