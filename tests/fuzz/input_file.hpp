#pragma once

#include "support/temporary_folder.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace fovea::fuzz {

/// The bytes that libFuzzer gives, as text.
inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// A file that holds the input under test, for readers that take a path. It has a folder of its own.
class InputFile {
public:
  explicit InputFile(const std::string& name) : path_(folder_.file(name)) {}

  const test::TemporaryFolder& folder() const { return folder_; }
  const std::string& path() const { return path_; }
  /// Replaces what the file holds; returns its path.
  const std::string& hold(std::string_view bytes) const {
    test::store(path_, bytes);
    return path_;
  }

private:
  test::TemporaryFolder folder_;
  std::string path_;
};

}  // namespace fovea::fuzz
