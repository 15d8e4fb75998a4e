#pragma once

#include <string>
#include <vector>

namespace fovea::test {

/// A file of the library or the program.
struct Source {
  std::string path;  ///< from the top of the repository
  std::string room;  ///< "onnx" for src/onnx/..., "include" for the public headers
  std::vector<std::string> lines;
};

/// All files of src/ and include/, by their paths.
const std::vector<Source>& sources();

struct Include {
  std::string file, header;  ///< the header as it is written, with its quotes or angle brackets
  std::size_t line;
  std::string where() const;
};

std::vector<Include> includes_of(const Source& source);

/// A header's name without its quotes or angle brackets.
std::string inside(const std::string& header);

}  // namespace fovea::test
