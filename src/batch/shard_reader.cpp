#include "batch/shard_reader.hpp"

#include "batch/tar.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace fovea {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPiece = std::size_t{16} << 10;

Shard shard_in(const nlohmann::ordered_json& manifest, const std::string& path) {
  if (!manifest.contains("shard"))
    return {};
  try {
    return parse_shard(fmt::format("{}/{}", manifest.at("shard").at("number").get<std::int64_t>(),
                                   manifest.at("shard").at("of").get<std::int64_t>()));
  } catch (const nlohmann::json::exception&) {
    throw InputError("does not say which shard it is", path);
  }
}

/// The output of a run whose manifest has that path, by the rules of RunFiles.
std::string output_of(const std::string& manifest, const Shard& shard, bool is_page) {
  const std::string folder = fs::path(manifest).parent_path().string();
  const std::string name = fs::path(manifest).filename().string();
  const std::string end = shard.suffix() + ".manifest.json";
  if (name.size() > end.size() && name.ends_with(end))
    return (fs::path(folder) / (name.substr(0, name.size() - end.size()) + (is_page ? ".html" : ".tar")))
        .string();
  if (name != "manifest" + shard.suffix() + ".json")
    throw InputError("has another name than the manifest of its shard has", manifest);
  return folder.empty() ? "." : folder;
}

}  // namespace

RunPart::RunPart(const std::string& path)
    : manifest_path(path), manifest(read_manifest(path)), shard(shard_in(manifest, path)),
      output(output_of(path, shard, manifest["settings"].contains("page"))) {
  const auto& settings = manifest["settings"];
  if (!settings.contains("table") || !settings["table"].is_string())
    throw InputError("is not the manifest of a run over many photos", path);
  table = parse_table_format(settings["table"].get<std::string>());
  has_data = settings.contains("data");
  archive_bytes = archive_bytes_in(settings);
}

void PiecewiseFile::fill(std::size_t bytes) {
  if (buffer_.size() - used_ >= bytes)
    return;
  buffer_.erase(0, used_);
  used_ = 0;
  const std::size_t had = buffer_.size(), wanted = std::max(bytes, kPiece) - had;
  buffer_.resize(had + wanted);
  std::ifstream file(path_, std::ios::binary);
  if (!file)
    throw InputError(fmt::format("cannot be opened: {}", std::strerror(errno)), path_);
  file.seekg(static_cast<std::streamoff>(offset_));
  file.read(buffer_.data() + had, static_cast<std::streamsize>(wanted));
  const auto count = static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0));
  buffer_.resize(had + count);
  offset_ += count;
}

std::string PiecewiseFile::read(std::uint64_t bytes) {
  fill(bytes);
  if (buffer_.size() - used_ < bytes)
    throw InputError("is shorter than its journal tells", path_);
  std::string result = buffer_.substr(used_, bytes);
  used_ += bytes;
  return result;
}

std::optional<std::string> PiecewiseFile::read_line() {
  for (std::size_t most = kPiece;; most *= 2) {
    fill(most);
    if (const std::size_t end = buffer_.find('\n', used_); end != std::string::npos) {
      std::string line = buffer_.substr(used_, end - used_);
      used_ = end + 1;
      return line;
    }
    if (buffer_.size() - used_ < most)
      return std::nullopt;
  }
}

void PiecewiseFile::expect_left(std::uint64_t bytes) {
  fill(bytes + 1);
  if (buffer_.size() - used_ != bytes)
    throw InputError("has another length than its journal tells", path_);
}

ShardReader::ShardReader(const RunPart& part)
    : files_(part.output, part.shard, part.table, part.has_data, part.archive_bytes),
      journal_(files_.journal), table_(files_.table), data_(files_.data) {
  if (!files_.table.empty()) {
    const std::string header = table_header(part.table);
    if (table_.read(header.size()) != header)
      throw InputError("is not the table of a run over many photos", files_.table);
    table_begin_ = header.size();
  }
  if (files_.has_archives())
    open_archive(0);
  next();
}

void ShardReader::open_archive(std::int64_t number) {
  archive_ = number;
  tar_.emplace(files_.archive(number));
  if (tar_->read(tar_beginning().size()) != tar_beginning())
    throw InputError("is not the archive of a run over many photos", tar_->path());
  tar_begin_ = tar_beginning().size();
}

std::string ShardReader::rows() {
  return table_.read(record_->table_end - table_begin_);
}

std::string ShardReader::members() {
  return tar_->read(record_->tar_end - tar_begin_);
}

std::string ShardReader::data() {
  return data_.read(record_->data_end - data_begin_);
}

void ShardReader::next() {
  if (record_) {
    table_begin_ = record_->table_end;
    tar_begin_ = record_->tar_end;
    data_begin_ = record_->data_end;
  }
  const std::optional<PicturePlace> before = record_ ? std::optional(place()) : std::nullopt;
  const std::optional<std::string> line = journal_.read_line();
  JournalLine next = line ? parse_journal_line(*line) : JournalLine{};
  if (next.kind == JournalLine::Kind::End) {
    record_.reset();
    if (!files_.table.empty())
      table_.expect_left(0);
    if (!files_.data.empty())
      data_.expect_left(0);
    if (tar_)
      tar_->expect_left(tar_end().size());
    return;
  }
  record_ = std::move(next.record);
  if (tar_ && record_->archive == archive_ + 1) {
    tar_->expect_left(tar_end().size());
    open_archive(record_->archive);
  }
  if (next.kind == JournalLine::Kind::Broken || record_->table_end < table_begin_ ||
      (tar_ && (record_->archive != archive_ || record_->tar_end < tar_begin_)) ||
      record_->data_end < data_begin_ || (before && place() <= *before))
    throw InputError("is damaged: do this shard again", files_.journal);
}

}  // namespace fovea
