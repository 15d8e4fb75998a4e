#include "batch/picture_source.hpp"

#include "base/fitting_name.hpp"
#include "base/json.hpp"
#include "base/lower_case.hpp"
#include "base/read_file.hpp"
#include "base/shown_path.hpp"
#include "batch/archive_reader.hpp"
#include "fovea/batch.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <deque>
#include <filesystem>
#include <map>
#include <string_view>
#include <system_error>
#include <utility>

namespace fovea {
namespace {

constexpr std::size_t kMaxPictureBytes = std::size_t{1} << 30;
constexpr std::size_t kMaxTruthBytes = std::size_t{1} << 20;
/// Pictures with names that differ behind the first dot alone, which wait for the file of their class.
constexpr std::size_t kMostWaiting = 16;

std::size_t name_begin(const std::string& path) {
  return path.rfind('/') + 1;  // 0 for npos
}

/// "a/b.left.jpg" -> "a/b.left"
std::string without_ending(const std::string& path) {
  const std::size_t dot = path.rfind('.');
  return dot == std::string::npos || dot <= name_begin(path) ? path : path.substr(0, dot);
}

/// What webdataset calls the key of a sample: "a/b.left.jpg" -> "a/b".
std::string sample_key(const std::string& path) {
  const std::size_t dot = path.find('.', name_begin(path) + 1);
  return dot == std::string::npos ? path : path.substr(0, dot);
}

/// What a file says of the class of a picture.
struct Truth {
  std::optional<std::int64_t> index = {};
  bool is_unreadable = false;  ///< it ought to say one, and does not
};

Truth class_in_text(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  text = text.substr(begin, text.find_last_not_of(" \t\r\n") + 1 - begin);
  std::int64_t index = 0;
  const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (error != std::errc() || stopped != text.data() + text.size() || index < 0)
    return {.is_unreadable = true};
  return {index};
}

/// A file without the field is about something else.
Truth class_in_json(const std::string& text) {
  const auto json = parse_json(text, "");
  if (!json.is_object() || !json.contains("label"))
    return {.is_unreadable = !json.is_object()};
  if (!json["label"].is_number_unsigned())
    return {.is_unreadable = true};
  return {json["label"].get<std::int64_t>()};
}

bool is_class_file(const std::string& name) {
  return lower_case(name).ends_with(".cls");
}

/// `read` gives the file's text.
template <class Read>
Truth truth_in(const std::string& name, Read&& read) {
  try {
    const std::string text = read();
    return is_class_file(name) ? class_in_text(text) : class_in_json(text);
  } catch (const InputError&) {  // too long, no JSON; a damaged archive shows at its next member
    return {.is_unreadable = true};
  }
}

Truth truth_beside(const std::string& picture) {
  for (const char* ending : {".cls", ".json"}) {
    const std::string path = without_ending(picture) + ending;
    std::error_code error;
    if (std::filesystem::is_regular_file(path, error))
      return truth_in(path, [&] { return read_file(path, kMaxTruthBytes); });
  }
  return {};
}

void take_truth_of(Picture& picture, const Truth& truth) {
  if (picture.truth)
    return;
  picture.truth = truth.index;
  picture.has_unreadable_truth = !truth.index && (picture.has_unreadable_truth || truth.is_unreadable);
}

/// A member's path as one below a folder of results, without its ending.
std::string result_name_of(const std::string& member) {
  const std::string stem = without_ending(member);
  std::string name;
  for (std::size_t begin = 0; begin <= stem.size();) {
    const std::size_t end = std::min(stem.find('/', begin), stem.size());
    const std::string part = stem.substr(begin, end - begin);
    if (!part.empty() && part != "." && part != "..")
      name += (name.empty() ? "" : "/") + fitting_name(part);
    begin = end + 1;
  }
  return name.empty() ? "picture" : name;
}

}  // namespace

/// The pictures of one archive.
class PictureSource::Archive {
public:
  Archive(PictureSource& source, std::size_t input)
      : source_(source), input_(static_cast<std::int64_t>(input)), path_(source.inputs_.path(input)),
        name_(name_of_input(path_)), folder_(source.inputs_.result_name(input)) {}

  std::optional<Picture> next() {
    while (ready_.empty() && !has_ended_)
      read_member();
    if (ready_.empty())
      return std::nullopt;
    Picture picture = std::move(ready_.front());
    ready_.pop_front();
    return picture;
  }

private:
  struct Waiting {
    Picture picture;
    std::string stem;
  };

  PicturePlace take_place() { return {input_, count_++}; }

  void read_member() {
    try {
      if (!reader_)
        reader_.emplace(path_);
      const auto member = reader_->next();
      if (member)
        return take(*member);
      if (count_ == 0)
        throw InputError("is an archive that holds no pictures", name_);
    } catch (const InputError& error) {
      release_all();
      if (const PicturePlace place = take_place(); source_.is_wanted(place))
        ready_.push_back({.place = place, .name = name_, .result_name = folder_, .problem = error.what()});
    }
    release_all();
    has_ended_ = true;
  }

  void take(const ArchiveReader::Member& member) {
    if (const std::string key = sample_key(member.name); key != key_) {
      release_all();
      key_ = key;
      truths_.clear();
    }
    const bool is_companion = member.name.compare(name_begin(member.name), 2, "._") == 0;  // of macOS
    if (has_picture_name(member.name) && !is_companion)
      take_picture(member);
    else if (member.other.empty())
      take_truth(member.name);
  }

  void take_picture(const ArchiveReader::Member& member) {
    const PicturePlace place = take_place();
    const std::string name = result_name_of(member.name);
    const std::uint32_t serial =
        names_.next(name);  // of others' pictures, too, which have names of their own
    if (!source_.is_wanted(place))
      return;
    const std::size_t begin = member.name.starts_with("./") ? 2 : 0;  // as tar names what "." holds
    Picture picture{.place = place, .name = name_ + "/" + member.name.substr(begin)};
    picture.result_name = folder_ + (folder_.empty() ? "" : "/") + with_serial(name, serial);
    try {
      if (!member.other.empty())
        throw InputError(fmt::format("member '{}': {}", member.name, member.other), name_);
      picture.bytes = reader_->read(kMaxPictureBytes);
    } catch (const InputError& error) {
      picture.problem = error.what();
    }
    waiting_.push_back({std::move(picture), without_ending(member.name)});
    if (waiting_.size() > kMostWaiting)
      release_first();
  }

  void take_truth(const std::string& name) {
    if (!is_class_file(name) && !lower_case(name).ends_with(".json"))
      return;
    const Truth truth = truth_in(name, [&] { return reader_->read(kMaxTruthBytes); });
    Truth& known = truths_[without_ending(name)];
    if (!known.index || (truth.index && is_class_file(name)))
      known = {truth.index, known.is_unreadable || truth.is_unreadable};
  }

  void release_first() {
    Waiting& first = waiting_.front();
    for (const std::string& name : {first.stem, key_})
      if (const auto truth = truths_.find(name); truth != truths_.end())
        take_truth_of(first.picture, truth->second);
    ready_.push_back(std::move(first.picture));
    waiting_.pop_front();
  }
  void release_all() {
    while (!waiting_.empty())
      release_first();
  }

  PictureSource& source_;
  std::int64_t input_;
  std::string path_, name_, folder_;
  std::optional<ArchiveReader> reader_;
  std::int64_t count_ = 0;
  std::string key_;                      ///< of the last member
  std::map<std::string, Truth> truths_;  ///< of the members with that key, by names without endings
  NameSerials names_;                    ///< of the results of all pictures until here
  std::deque<Waiting> waiting_;          ///< pictures with that key
  std::deque<Picture> ready_;
  bool has_ended_ = false;
};

PictureSource::PictureSource(const PictureInputs& inputs, const Shard& shard,
                             std::optional<PicturePlace> after, std::set<PicturePlace> only)
    : inputs_(inputs), shard_(shard), after_(after), only_(std::move(only)) {
  if (inputs.has_archives())
    load_archive_library();
}

PictureSource::~PictureSource() = default;

bool PictureSource::is_wanted(const PicturePlace& place) {
  const bool is_of_shard = inputs_.is_divided_by_archives(shard_) || number_ % shard_.of == shard_.number - 1;
  ++number_;
  return is_of_shard && (!after_ || place > *after_) && (only_.empty() || only_.count(place) > 0);
}

bool PictureSource::has_wanted(std::int64_t input) const {
  const auto first = only_.lower_bound({input, 0});
  return only_.empty() || (first != only_.end() && first->input == input);
}

std::optional<Picture> PictureSource::next_file(std::size_t input) {
  const PicturePlace place{static_cast<std::int64_t>(input), 0};
  if (!is_wanted(place))
    return std::nullopt;
  const std::string path = inputs_.path(input);
  Picture picture{.place = place, .name = path, .result_name = inputs_.result_name(input)};
  if (const std::string reason = why_no_pictures(path); !reason.empty())
    picture.problem = path + ": " + reason;
  else
    take_truth_of(picture, truth_beside(path));
  return picture;
}

std::optional<Picture> PictureSource::next() {
  const bool are_archives = inputs_.is_divided_by_archives(shard_);
  while (archive_ || input_ < inputs_.size()) {
    if (archive_) {
      if (auto picture = archive_->next())
        return picture;
      archive_.reset();
      continue;
    }
    const std::size_t input = input_++;
    const auto number = static_cast<std::int64_t>(input);
    if (!only_.empty() && number > only_.rbegin()->input)
      break;
    if (!inputs_.is_archive(inputs_.path(input))) {
      if (auto picture = next_file(input))
        return picture;
      continue;
    }
    // Where pictures are counted, those of earlier archives count, too.
    const bool is_counted = shard_.of > 1 && !are_archives;
    if ((are_archives && number % shard_.of != shard_.number - 1) ||
        (!is_counted && after_ && number < after_->input) || (!is_counted && !has_wanted(number)))
      continue;
    archive_ = std::make_unique<Archive>(*this, input);
  }
  return std::nullopt;
}

}  // namespace fovea
