#pragma once

#include "batch/many_photos.hpp"
#include "batch/tar.hpp"
#include "fovea/error.hpp"
#include "support/temporary_folder.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

/// Runs over pictures that need no network: the result is made of the picture's own bytes.
namespace fovea::test {

using Json = nlohmann::ordered_json;

/// Every file below a folder, by its name relative to that.
inline std::map<std::string, std::string> files_below(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file())
      files[std::filesystem::relative(entry.path(), folder).string()] = load(entry.path().string());
  return files;
}

/// Two rows and two files for a picture; none for one that says "broken".
inline PhotoResult result_of(const Picture& picture) {
  if (picture.bytes == "broken")
    throw InputError("is no picture", picture.name);
  PhotoResult result;
  for (int rank = 1; rank <= 2; ++rank) {
    result.rows.push_back({.image = picture.name, .score = 0.5 * rank, .rank = rank, .truth = picture.truth});
    result.files.push_back({fmt::format("{}-{}.txt", picture.result_name, rank),
                            std::string(700, static_cast<char>('0' + rank)) + *picture.bytes});
  }
  return result;
}

/// Twelve pictures in two archives, one of them broken.
class Runs : public testing::Test {
protected:
  Runs() {
    for (const char* name : {"a", "b"}) {
      std::string bytes = tar_beginning();
      for (int i = 0; i < 6; ++i)
        bytes += tar_member(fmt::format("{}.jpg", i),
                            i == 4 && *name == 'b' ? "broken" : fmt::format("{}{}", name, i));
      store(folder.file(std::string(name) + ".tar"), bytes + tar_end());
    }
  }

  /// The files of "split.tar" go into archives of two pictures each.
  static std::uint64_t archive_bytes_of(const std::string& output) {
    return output.ends_with("split.tar") ? 9000 : 0;
  }
  static RunFiles files_of(const std::string& output, const Shard& shard = {}) {
    return {output, shard, TableFormat::Csv, false, archive_bytes_of(output)};
  }
  RunDescription description(const std::string& output, const Shard& shard = {}) const {
    return {output,           shard, TableFormat::Csv,        {{"inputs", inputs.fingerprint()}, {"top", 2}},
            {{"fovea", "1"}}, false, archive_bytes_of(output)};
  }
  /// Does at most `most` photos, and says whether all are done.
  bool run(ResultStore& store, const Shard& shard = {}, std::size_t workers = 1, int most = 1000) const {
    ManyPhotosRun work{inputs, shard, workers, [] { return result_of; }};
    int done = 0;
    work.is_stopped = [&] { return done++ >= most; };
    return run_many_photos(work, store);
  }
  void run_whole(const std::string& output, const Shard& shard = {}, std::size_t workers = 1) const {
    ResultStore store(description(output, shard), EarlierResults::Refuse);
    EXPECT_TRUE(run(store, shard, workers));
  }

  TemporaryFolder folder;
  PictureInputs inputs{{folder.file("a.tar"), folder.file("b.tar")}};
};

/// The names of tests whose parameters are outputs.
inline std::string name_of_output(const testing::TestParamInfo<const char*>& info) {
  return info.param == std::string("out")       ? "Folder"
         : info.param == std::string("out.tar") ? "Archive"
                                                : "Split";
}

/// Table, archive and files of results, without manifest and journal.
inline std::map<std::string, std::string> results_below(const std::string& folder) {
  auto files = files_below(folder);
  std::erase_if(files, [](const auto& file) {
    return file.first.find("manifest") != std::string::npos ||
           file.first.find("journal") != std::string::npos;
  });
  return files;
}

}  // namespace fovea::test
