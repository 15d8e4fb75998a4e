// Runs a fuzzer's target on files, for compilers without libFuzzer: replay_fuzz_X FILE_OR_FOLDER... . A
// target fails by ending the process, so the file's name is printed before it is tried, and the exit code is
// 0 where all pass.
#include "fuzz/input_file.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

std::vector<std::string> files_of(const fs::path& path) {
  if (!fs::is_directory(path))
    return {path.string()};
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(path))
    if (entry.is_regular_file())
      files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t count = 0;
  for (int i = 1; i < argc; ++i)
    for (const std::string& path : files_of(argv[i])) {
      std::printf("%s\n", path.c_str());
      std::fflush(stdout);
      const std::string bytes = fovea::test::load(path);
      LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
      ++count;
    }
  std::printf("%zu inputs passed\n", count);
  return count == 0;
}
