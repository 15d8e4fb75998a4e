#include "batch/results_and_inputs.hpp"

#include "base/shown_path.hpp"
#include "batch/archive_series.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <sys/stat.h>
#include <system_error>
#include <unordered_map>
#include <utility>

namespace fovea {
namespace {

namespace fs = std::filesystem;

/// A path without links, as far as it exists.
fs::path real_path(const std::string& path) {
  std::error_code error;
  const fs::path real = fs::weakly_canonical(fs::absolute(path, error), error);
  return real.has_filename() ? real : real.parent_path();
}

bool is_within(const fs::path& path, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

/// The real paths of the folders in which files lie, each looked up once.
class Folders {
public:
  const fs::path& of(const std::string& file) {
    const auto [known, is_new] = known_.try_emplace(fs::path(file).parent_path().string());
    if (is_new)
      known->second = real_path(known->first.empty() ? "." : known->first);
    return known->second;
  }

private:
  std::unordered_map<std::string, fs::path> known_;
};

using Identity = std::pair<dev_t, ino_t>;

/// Of existing files, whatever their names.
std::set<Identity> identities_of(const std::vector<std::string>& paths) {
  std::set<Identity> identities;
  for (const std::string& path : paths)
    if (struct stat status = {}; ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode))
      identities.emplace(status.st_dev, status.st_ino);
  return identities;
}

/// The files of a run that exist, those of another size of archives among them, which it would discard.
std::vector<std::string> existing_files(const RunDescription& run) {
  std::vector<std::string> all;
  if (kind_of_output(run.output) == OutputKind::Page)
    all.push_back(run.output);
  for (const std::uint64_t bytes : {std::uint64_t{0}, std::max(run.archive_bytes, std::uint64_t{1})}) {
    const RunFiles files(run.output, run.shard, run.table, run.has_data, bytes);
    const std::vector<std::string> archives = archives_of(files);
    all.insert(all.end(), archives.begin(), archives.end());
    for (const std::string& path : {files.table, files.data, files.manifest, files.journal})
      if (!path.empty())
        all.insert(all.end(), {path, partial_name(path)});
  }
  return all;
}

/// Whether a run may write an archive of that path, of whatever number.
bool is_numbered_archive(const fs::path& path, const RunFiles& files) {
  const std::string begin = fs::path(files.archives).filename().string() + "-", end = ".tar";
  const std::string name = path.filename().string();
  if (!files.has_archives() || name.size() <= begin.size() + end.size() || !name.starts_with(begin) ||
      !name.ends_with(end))
    return false;
  const std::string number = name.substr(begin.size(), name.size() - begin.size() - end.size());
  return number.find_first_not_of("0123456789") == std::string::npos &&
         path.parent_path() == real_path(files.folder);
}

[[noreturn]] void refuse(const std::string& input) {
  throw OutputError("is read by the run, which would replace it by results: name another output", input);
}

}  // namespace

std::string picture_folder_of(const std::string& output) {
  switch (kind_of_output(output)) {
  case OutputKind::Folder:
    return output;
  case OutputKind::Page:
    return fs::path(output).replace_extension().string() + "_files";
  case OutputKind::Archive:
    break;
  }
  return {};
}

std::size_t take_out_results(std::vector<std::string>& pictures, const std::string& folder,
                             const std::string& output) {
  const std::string results = picture_folder_of(output);
  if (results.empty())
    return 0;
  const fs::path outer = real_path(folder), inner = real_path(results);
  if (inner == outer || !is_within(inner, outer))
    return 0;
  Folders folders;
  return std::erase_if(pictures,
                       [&](const std::string& picture) { return is_within(folders.of(picture), inner); });
}

void check_results_are_no_inputs(const RunDescription& run, const PictureInputs& inputs,
                                 const std::vector<std::string>& also_read, bool writes_no_pictures) {
  const std::set<Identity> written = identities_of(existing_files(run));
  const auto is_written = [&](const std::string& path) {
    const std::set<Identity> read = identities_of({path});
    return !read.empty() && written.count(*read.begin()) > 0;
  };
  for (const std::string& path : also_read)
    if (is_written(path))
      refuse(path);
  const RunFiles files(run.output, run.shard, run.table, run.has_data, run.archive_bytes);
  const std::string pictures = writes_no_pictures ? "" : picture_folder_of(run.output);
  const fs::path folder = pictures.empty() ? fs::path() : real_path(pictures);
  Folders folders;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::string path = inputs.path(i);
    if (is_standard_input(path))
      continue;
    if (inputs.is_archive(path)) {
      if (is_written(path) || (run.archive_bytes > 0 && is_numbered_archive(real_path(path), files)))
        refuse(path);
    } else if (!folder.empty() && folders.of(path) == folder) {
      throw OutputError(fmt::format("holds photos of the run, such as '{}', and the next run would take its "
                                    "results for photos: name a folder of their own",
                                    fs::path(path).filename().string()),
                        pictures);
    }
  }
}

}  // namespace fovea
