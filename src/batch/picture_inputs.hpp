#pragma once

#include "batch/shard.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// What a command over many photos is given: pictures, folders and archives, named one by one, by lists, or
/// by ranges of numbers.
namespace fovea {

/// Whether the name of a file ends as those of tar archives do: .tar, .tar.gz, .tgz, .tar.bz2, .tar.xz,
/// .tar.zst or .tzst, in letters of either case.
bool has_archive_name(const std::string& path);

/// Each range of numbers in braces replaced by its numbers, as shells do it: "p-{008..010}.tar" becomes
/// "p-008.tar", "p-009.tar" and "p-010.tar", with as many digits as the longer of the two ends if one begins
/// with a zero; several ranges count like an odometer. The text itself where it has none. InputError for a
/// range that falls and for more than a million names.
std::vector<std::string> expand_number_ranges(const std::string& text);

/// The paths in a list: lines, or texts that NUL characters end if the file has one. Empty ones do not count,
/// and neither do carriage returns at the ends of lines. InputError naming the file if it cannot be read or
/// names nothing.
std::vector<std::string> read_path_list(const std::string& path);

/// Pictures and archives in their order, with a name for the results of each.
class PictureInputs {
public:
  /// `paths`: pictures and archives; folders are expanded already. A path that does not exist, but has a
  /// range of numbers, stands for the files of these numbers.
  explicit PictureInputs(const std::vector<std::string>& paths);

  const std::vector<std::string>& paths() const { return paths_; }
  /// For a picture, the relative path with which its results' names begin: its stem, with "-2", "-3", ...
  /// where an earlier input has that name. For an archive the folder of its pictures' results, "" if the
  /// archive is the only input.
  const std::vector<std::string>& result_names() const { return result_names_; }
  std::int64_t archives() const { return archives_; }
  bool has_archives() const { return archives_ > 0; }
  /// Whether shards are whole archives: if all inputs are archives, and there is one for each shard at least.
  /// Otherwise each shard takes single pictures.
  bool is_divided_by_archives(const Shard& shard) const;
  /// A text that differs between lists of other inputs: other paths, another order, archives of other sizes.
  std::string fingerprint() const;

private:
  std::vector<std::string> paths_, result_names_;
  std::int64_t archives_ = 0;  ///< among the paths
};

}  // namespace fovea
