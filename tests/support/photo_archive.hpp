#pragma once

#include "support/program.hpp"

#include <filesystem>
#include <fmt/format.h>
#include <string>
#include <vector>

/// Archives of photos, made by the system's tar, and the results of runs over them.
namespace fovea::test {

/// Writes an archive of so many photos, "church-00.jpg" and so on, each with a class beside it. Number
/// `broken` is no picture.
inline std::string photo_archive(const TemporaryFolder& folder, const std::string& name, int photos,
                                 int broken = -1) {
  namespace fs = std::filesystem;
  const std::string inside = folder.file(name + "-files");
  fs::create_directories(inside);
  const std::vector<std::string> samples = {"church", "golf-ball", "parachute"};
  for (int i = 0; i < photos; ++i) {
    const std::string& kind = samples[static_cast<std::size_t>(i) % samples.size()];
    const std::string stem = fmt::format("{}/{:02}-{}", inside, i, kind);
    if (i == broken)
      store(stem + ".jpg", "no picture");
    else
      fs::copy_file(sample(kind + ".jpg"), stem + ".jpg", fs::copy_options::overwrite_existing);
    store(stem + ".cls", std::to_string(i % 10));
  }
  const std::string path = folder.file(name);
  const char* compression = path.ends_with("gz") ? "-czf" : "-cf";
  const Outcome outcome = run_command("/usr/bin/tar", {compression, path, "-C", inside, "--sort=name", "."});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  fs::remove_all(inside);
  return path;
}

/// Runs the program in a folder.
inline Outcome fovea_in(const std::string& folder, const std::vector<std::string>& arguments,
                        CommandOptions options = {}) {
  options.folder = folder;
  return fovea(arguments, options);
}

}  // namespace fovea::test
