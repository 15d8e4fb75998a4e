#include "layering/sources.hpp"

#include "support/pattern.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace fovea::test {
namespace {

namespace fs = std::filesystem;

std::vector<Source> read_sources() {
  const fs::path top = FOVEA_SOURCE_DIR;
  std::vector<Source> all;
  for (const char* folder : {"src", "include"})
    for (const auto& entry : fs::recursive_directory_iterator(top / folder)) {
      const std::string extension = entry.path().extension().string();
      if (!entry.is_regular_file() || (extension != ".cpp" && extension != ".hpp" && extension != ".h"))
        continue;
      const fs::path path = fs::relative(entry.path(), top);
      Source source{
          path.string(), *path.begin() == "include" ? "include" : std::next(path.begin())->string(), {}};
      std::ifstream in(entry.path());
      for (std::string line; std::getline(in, line);)
        source.lines.push_back(line);
      all.push_back(std::move(source));
    }
  std::sort(all.begin(), all.end(), [](const Source& a, const Source& b) { return a.path < b.path; });
  return all;
}

}  // namespace

const std::vector<Source>& sources() {
  static const std::vector<Source> all = read_sources();
  return all;
}

std::string Include::where() const {
  return fmt::format("{}:{}: #include {}", file, line, header);
}

std::vector<Include> includes_of(const Source& source) {
  static const Pattern pattern(R"re(^\s*#\s*include\s*([<"][^>"]+[>"]))re");
  std::vector<Include> list;
  for (std::size_t i = 0; i < source.lines.size(); ++i)
    if (const auto match = pattern.first_in(source.lines[i]); !match.empty())
      list.push_back({source.path, match[1], i + 1});
  return list;
}

std::string inside(const std::string& header) {
  return header.substr(1, header.size() - 2);
}

}  // namespace fovea::test
