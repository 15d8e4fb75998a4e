#include "onnx/file/parse.hpp"

#include "base/check.hpp"

#include <onnx/onnx_pb.h>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <climits>
#include <filesystem>
#include <string_view>

namespace fovea::onnx_import {
namespace {

[[noreturn]] void fail(const std::string& path, const std::string& message) {
  throw ModelError(message, {.path = path, .node = {}, .operator_name = {}});
}

/// The likely kind of a file that is no ONNX model, as the end of a sentence; empty if it is not recognised.
std::string guess_kind(std::string_view bytes) {
  const std::string_view head = bytes.substr(0, 256);
  struct Magic {
    std::string_view bytes;
    std::string_view kind;
  };
  static constexpr std::array magics = {
      Magic{"version https://git-lfs", "a Git LFS pointer; the model itself was not fetched"},
      Magic{"\x89PNG", "a PNG picture"},
      Magic{"\xff\xd8\xff", "a JPEG picture"},
      Magic{"PK\x03\x04", "a ZIP archive, perhaps a PyTorch checkpoint"},
      Magic{"\x89HDF", "an HDF5 file, perhaps a Keras model"},
      Magic{"\x1f\x8b", "a gzip archive"},
      Magic{"\x93NUMPY", "a NumPy array"},
  };
  for (const Magic& magic : magics)
    if (head.starts_with(magic.bytes))
      return fmt::format(" but {}", magic.kind);
  const bool text = std::all_of(head.begin(), head.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return std::isprint(byte) || std::isspace(byte);
  });
  return text ? " but a text file" : "";
}

using google::protobuf::MessageLite;
using google::protobuf::io::CodedInputStream;

/// One field of a message in its wire form: tag and contents, and the contents of a length-delimited one.
struct Field {
  std::uint32_t number = 0, wire = 0;
  std::string_view whole, contents;
};
constexpr std::uint32_t kVarint = 0, kFixed64 = 1, kDelimited = 2, kFixed32 = 5;

enum class Walk { Complete, EndsInsideAField, NotAMessage };

/// Calls `visit(field)`, which may say false to end, for every field of a message.
template <class Visit>
Walk walk(std::string_view message, Visit&& visit) {
  const int size = static_cast<int>(message.size());
  CodedInputStream in(reinterpret_cast<const std::uint8_t*>(message.data()), size);
  while (in.CurrentPosition() < size) {
    const int begin = in.CurrentPosition();
    const std::uint32_t tag = in.ReadTag();
    Field field{tag >> 3, tag & 7, {}, {}};
    if (field.number == 0)
      return Walk::NotAMessage;
    std::uint64_t number = 0;
    if (field.wire == kVarint || field.wire == kDelimited) {
      if (!in.ReadVarint64(&number))
        return size - in.CurrentPosition() < 10 ? Walk::EndsInsideAField : Walk::NotAMessage;
    } else if (field.wire != kFixed32 && field.wire != kFixed64) {
      return Walk::NotAMessage;  // groups, which no ONNX message has
    }
    const int at = in.CurrentPosition();
    const std::uint64_t length = field.wire == kDelimited ? number
                                 : field.wire == kFixed64 ? 8
                                 : field.wire == kFixed32 ? 4
                                                          : 0;
    if (length > static_cast<std::uint64_t>(size - at))
      return length <= INT_MAX ? Walk::EndsInsideAField : Walk::NotAMessage;
    in.Skip(static_cast<int>(length));
    field.contents = message.substr(static_cast<std::size_t>(at), length);
    field.whole =
        message.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(at - begin) + length);
    if (!visit(field))
      return Walk::NotAMessage;
  }
  return Walk::Complete;
}

/// Whether a field can stand at the top level of a model: those that are there tell an ONNX file from others.
bool is_known(const Field& field) {
  const bool number = field.number == 1 || field.number == 5;  // ir_version and model_version
  const bool known = number || (field.number >= 2 && field.number <= 8) || field.number == 14 ||
                     field.number == 20 || field.number == 25;
  return known && field.wire == (number ? kVarint : kDelimited);
}

/// Adds one field to a message, as if it stood at the end of its bytes.
bool merge(MessageLite& message, std::string_view field) {
  CodedInputStream in(reinterpret_cast<const std::uint8_t*>(field.data()), static_cast<int>(field.size()));
  return message.MergePartialFromCodedStream(&in) && in.ConsumedEntireMessage();
}

constexpr std::uint32_t kModelGraph = 7, kGraphInitializer = 5, kTensorRawData = 9;

bool is_message(const Field& field, std::uint32_t number) {
  return field.number == number && field.wire == kDelimited;
}

/// Protobuf reads everything but the weights' raw_data, of which it would make copies.
bool parse_initializer(std::string_view bytes, onnx::TensorProto& tensor,
                       std::optional<std::string_view>& raw) {
  return walk(bytes, [&](const Field& field) {
           if (!is_message(field, kTensorRawData))
             return merge(tensor, field.whole);
           raw = field.contents;
           return true;
         }) == Walk::Complete;
}

bool parse_graph(std::string_view bytes, onnx::GraphProto& graph, ParsedModel& parsed) {
  return walk(bytes, [&](const Field& field) {
           if (!is_message(field, kGraphInitializer))
             return merge(graph, field.whole);
           parsed.raw.emplace_back();
           return parse_initializer(field.contents, *graph.add_initializer(), parsed.raw.back());
         }) == Walk::Complete;
}

bool parse_fields(std::string_view bytes, ParsedModel& parsed) {
  return walk(bytes, [&](const Field& field) {
           if (!is_message(field, kModelGraph))
             return merge(*parsed.model, field.whole);
           return parse_graph(field.contents, *parsed.model->mutable_graph(), parsed);
         }) == Walk::Complete;
}

void parse(const std::string& path, ParsedModel& parsed) {
  const google::protobuf::LogSilencer silence;
  const std::string_view bytes = parsed.file->bytes();
  if (parse_fields(bytes, parsed))
    return;
  const std::string kind = guess_kind(bytes);
  if (kind.empty() && walk(bytes, is_known) == Walk::EndsInsideAField)
    fail(path, "truncated: the file ends inside the model");
  fail(path, fmt::format("not an ONNX model{}", kind));
}

std::shared_ptr<const MappedFile> open(const std::string& path) {
  try {
    return MappedFile::open(path, INT_MAX);
  } catch (const InputError& error) {
    fail(path, error.what());
  }
}

}  // namespace

ParsedModel parse_model(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error))
    fail(path, "is a folder, not an ONNX model");
  if (std::filesystem::is_regular_file(path, error)) {
    const std::uintmax_t size = std::filesystem::file_size(path, error);
    if (!error && size == 0)
      fail(path, "not an ONNX model: the file is empty");
    if (!error && size > INT_MAX)
      fail(path,
           fmt::format(
               "the file has {} bytes, more than the 2 GB an ONNX file can have (larger models keep their "
               "weights in external files)",
               size));
  }
  ParsedModel parsed{std::make_shared<onnx::ModelProto>(), {}, open(path)};
  parse(path, parsed);
  const std::string kind = guess_kind(parsed.file->bytes());
  const onnx::ModelProto& model = *parsed.model;
  if (!model.has_graph())
    fail(path, fmt::format("not an ONNX model{}: it has no graph", kind));
  const bool may_name_no_opset = model.ir_version() == 1 || model.ir_version() == 2;
  if (model.opset_import_size() == 0 && !may_name_no_opset)
    fail(path, fmt::format("not an ONNX model{}: it names no operator set", kind));
  if (model.graph().node_size() == 0)
    fail(path, fmt::format("not an ONNX model{}: its graph has no nodes", kind));
  return parsed;
}

}  // namespace fovea::onnx_import
