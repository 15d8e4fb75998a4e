#pragma once

#include "batch/picture_inputs.hpp"

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace fovea {

/// The place of a picture among all inputs, by which results are ordered.
struct PicturePlace {
  std::int64_t input = 0;   ///< the input's number, from 0
  std::int64_t member = 0;  ///< in an archive, the number of the picture in it, from 0
  /// A number of the picture that does not depend on shards: the input's, with the member's above it.
  std::uint64_t number() const {
    return static_cast<std::uint64_t>(input) + (static_cast<std::uint64_t>(member) << 32);
  }
  auto operator<=>(const PicturePlace&) const = default;
};

/// One picture of the inputs, or something that cannot be read in place of pictures.
struct Picture {
  PicturePlace place = {};
  std::string name = {};  ///< its path; for a member "ARCHIVE/MEMBER"
  /// A relative path, with which the names of its results begin: of a member its path without the ending,
  /// with "-2", "-3", ... where an earlier picture of the archive has that name. No other picture has it,
  /// whatever the shard.
  std::string result_name = {};
  std::optional<std::string> bytes = {};  ///< of a member; none: the file is still to be read
  /// The index of its class, by a file beside it that differs in the ending: .cls, as webdataset writes it,
  /// or the field "label" of .json.
  std::optional<std::int64_t> truth = {};
  bool has_unreadable_truth = false;  ///< there is such a file, but it holds no index of a class
  std::string problem = {};           ///< a sentence about why there is no picture; else empty
};

/// The pictures of a shard, in order, one after the other: files by their names, members of archives with
/// their bytes. Every member that is named as pictures are (`has_picture_name`) is one. What cannot be read,
/// such as a folder without pictures, a broken member or the rest of a broken archive, is an entry with a
/// problem. Uses as much memory as one picture of an archive, and some bytes for each before it there.
class PictureSource {
public:
  /// Begins behind `after`, if it is given, and gives those at the places `only` alone, if there are any.
  /// Keeps a reference to the inputs. InputError if there are archives but no library for them.
  PictureSource(const PictureInputs& inputs, const Shard& shard, std::optional<PicturePlace> after = {},
                std::set<PicturePlace> only = {});
  ~PictureSource();
  PictureSource(const PictureSource&) = delete;
  PictureSource& operator=(const PictureSource&) = delete;

  /// None at the end.
  std::optional<Picture> next();

private:
  class Archive;

  std::optional<Picture> next_file(std::size_t input);
  /// Whether the picture that comes next, at that place, is wanted; counts it.
  bool is_wanted(const PicturePlace& place);
  /// Whether a picture of an input can be wanted, by its place.
  bool has_wanted(std::int64_t input) const;

  const PictureInputs& inputs_;
  Shard shard_;
  std::optional<PicturePlace> after_;
  std::set<PicturePlace> only_;
  std::size_t input_ = 0;    ///< the next input
  std::int64_t number_ = 0;  ///< of the next picture, or archive, by which shards are divided
  std::unique_ptr<Archive> archive_;
};

}  // namespace fovea
