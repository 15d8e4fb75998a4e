#pragma once

#include "fovea/error.hpp"
#include "fovea/image.hpp"
#include "fovea/tensor.hpp"
#include "support/program.hpp"

#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

/// For tests of what the system may do to the program.
namespace fovea::test {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

/// A command, with what it writes.
struct Writer {
  std::string name;
  Names arguments;
};

/// Every verb that writes files, into the folder `out`, which is there.
inline std::vector<Writer> writers(const std::string& out) {
  const std::string photo = sample("church.jpg"), other = sample("golf-ball.jpg");
  const std::string small = data("networks/plain");
  store(out + "/truth.csv", "file,class_index,x0,y0,x1,y1\nchurch.jpg,4,10,10,90,90\n");
  const std::string samples = std::string(FOVEA_SOURCE_DIR) + "/samples";
  return {
      {"gradient",
       {"gradient", small + ".onnx", "--input", small + ".input.npy", "--class", "1", "-o", out + "/g.npy"}},
      {"forward", {"forward", small + ".onnx", "--input", small + ".input.npy", "-o", out + "/f.npy"}},
      {"saliency", {"saliency", photo, other, "--figure", "-o", out + "/maps"}},
      {"localize", {"localize", photo, "--crops", "whole", "--stages", "-o", out + "/objects"}},
      {"class-model", {"class-model", "--class", "0", "--steps", "3", "-o", out + "/model"}},
      {"deconv", {"deconv", photo, "-o", out + "/deconv"}},
      {"report", {"report", photo, "--no-localize", "--class-models", "0", "-o", out + "/page.html"}},
      {"split",
       {"report", photo, "--no-localize", "--class-models", "0", "--split", "-o", out + "/split.html"}},
      {"export", {"export", "canonical", bundled(), "-o", out + "/e.onnx"}},
      {"localization",
       {"evaluate", "localization", samples, "--truth", out + "/truth.csv", "--crops", "whole", "--resume",
        "-o", out + "/boxes"}},
      {"faithfulness",
       {"evaluate", "faithfulness", photo, "--methods", "gradient", "--steps", "4", "--subsets", "0",
        "--resume", "-o", out + "/faith"}},
      {"sanity",
       {"evaluate", "sanity", photo, "--methods", "gradient", "--stages", "2", "--resume", "-o",
        out + "/sanity"}},
  };
}

template <class F>
bool is_readable(F&& read) {
  try {
    read();
    return true;
  } catch (const InputError&) {
    return false;
  }
}

/// The files below a folder that are whole, by their endings; a failure for one that is not.
inline void expect_whole_files(const std::string& folder) {
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string path = entry.path().string(), name = entry.path().filename().string();
    if (!entry.is_regular_file() || contains(path, ".tmp"))
      continue;
    bool whole = true;
    const std::string bytes = load(path);
    if (name.ends_with(".png") || name.ends_with(".jpg"))
      whole = is_readable([&] { read_image(path); });
    else if (name.ends_with(".npy"))
      whole = is_readable([&] { read_npy(path); });
    else if (name.ends_with(".html"))
      whole = bytes.ends_with("</html>\n");
    else if (name.ends_with(".json"))
      whole = nlohmann::json::accept(bytes);
    else if (name.ends_with(".csv"))
      whole = bytes.ends_with("\n");
    else if (name.ends_with(".svg"))
      whole = contains(bytes, "</svg>");
    else if (name.ends_with(".onnx"))
      whole = fovea({"info", path}).code == 0;
    EXPECT_TRUE(whole) << path << " is there in part";
  }
}

/// The paths of unfinished files in a folder.
inline Names unfinished_in(const std::string& folder) {
  Names names;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (contains(entry.path().filename().string(), ".tmp"))
      names.push_back(entry.path().string());
  return names;
}

/// The number of errors reported on stderr; notes do not count.
inline std::ptrdiff_t errors_in(const std::string& err) {
  std::ptrdiff_t count = 0;
  for (std::size_t at = 0; (at = err.find("fovea: error: ", at)) != std::string::npos; ++at)
    ++count;
  return count;
}

/// Ended by itself, with success or with one sentence for each line of stderr.
inline void expect_orderly(const Outcome& outcome, const std::string& what) {
  EXPECT_EQ(outcome.signal, 0) << what << ": " << outcome.err;
  EXPECT_TRUE(outcome.code == 0 || outcome.code == 1) << what << ": code " << outcome.code << "\n"
                                                      << outcome.err;
  EXPECT_FALSE(contains(outcome.err, "internal error") || contains(outcome.err, "terminate"))
      << what << ": " << outcome.err;
  EXPECT_TRUE(outcome.code == 0 || !outcome.err.empty()) << what;
}

}  // namespace fovea::test
