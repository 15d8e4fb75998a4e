#pragma once

#include "batch/shard.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
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

/// Calls the function for each path in a list: lines, or texts that NUL characters end if the file has one.
/// Empty ones do not count, and neither do carriage returns at the ends of lines. InputError naming the file
/// if it cannot be read, is an archive or names nothing.
void read_path_list(const std::string& path, const std::function<void(const std::string& path)>& take);

/// Texts, kept in little memory: eight bytes each besides their own.
class TextList {
public:
  void add(std::string_view text);
  std::size_t size() const { return ends_.size(); }
  std::string operator[](std::size_t i) const;

private:
  std::string bytes_;
  std::vector<std::uint64_t> ends_;
};

/// Numbers that tell equal names apart.
class NameSerials {
public:
  /// The number to append to a name, 1: none. No name with a number is one that was given out before. Names
  /// are kept as hashes: for two of the same hash a number is skipped, which is of no harm.
  std::uint32_t next(const std::string& name);

private:
  std::unordered_set<std::uint64_t> taken_;
  std::unordered_map<std::uint64_t, std::uint32_t> last_;  ///< of names that come again
};
/// The name with that number.
std::string with_serial(const std::string& name, std::uint32_t serial);

/// Pictures and archives in their order, with a name for the results of each. Millions of them take little
/// more memory than their paths.
class PictureInputs {
public:
  PictureInputs() = default;
  explicit PictureInputs(const std::vector<std::string>& paths);

  /// Adds a picture or an archive. A path that does not exist, but has a range of numbers, stands for the
  /// files of these numbers. InputError as for `expand_number_ranges`.
  void add(const std::string& path);
  /// The bytes with which an archive begins that comes by standard input, as the path /dev/stdin that is
  /// added later. They stand for its name and size in the fingerprint.
  void set_archive_on_input(std::string beginning) { archive_on_input_ = std::move(beginning); }

  std::size_t size() const { return paths_.size(); }
  std::string path(std::size_t i) const { return paths_[i]; }
  std::vector<std::string> paths() const;
  /// Whether an input is an archive, by its name.
  bool is_archive(const std::string& path) const;
  /// For a picture, the relative path with which its results' names begin: its stem, with "-2", "-3", ...
  /// where an earlier input has that name. For an archive the folder of its pictures' results, "" if the
  /// archive is the only input.
  std::string result_name(std::size_t i) const;
  std::int64_t archives() const { return archives_; }
  bool has_archives() const { return archives_ > 0; }
  /// Whether shards are whole archives: if all inputs are archives, and there is one for each shard at least.
  /// Otherwise each shard takes single pictures.
  bool is_divided_by_archives(const Shard& shard) const;
  /// A text that differs between lists of other inputs: other paths, another order, archives of other sizes.
  std::string fingerprint() const;

private:
  void add_one(const std::string& path);

  TextList paths_;
  std::vector<std::uint32_t> serials_;  ///< of results' names, from 1
  NameSerials names_;
  std::string archive_on_input_;
  std::int64_t archives_ = 0;  ///< among the paths
};

}  // namespace fovea
