#include "onnx/parse.hpp"

#include "base/check.hpp"

#include <onnx/onnx_pb.h>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl.h>
#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <climits>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

namespace fovea::onnx_import {
namespace {

[[noreturn]] void fail(const std::string& path, const std::string& message) {
  throw ModelError(message, {.path = path, .node = {}, .operator_name = {}});
}

std::string first_bytes(const std::string& path, std::size_t count) {
  std::ifstream in(path, std::ios::binary);
  std::string head(count, '\0');
  in.read(head.data(), static_cast<std::streamsize>(count));
  head.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
  return head;
}

/// What a file that is no ONNX model seems to be, as the end of a sentence; empty when it is not recognised.
std::string guess_kind(const std::string& head) {
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

/// Whether the file, read field by field at the top level, is a model up to the point where it ends inside a
/// field.
bool ends_inside_a_field(const std::string& path) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  const int descriptor = error ? -1 : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    return false;
  google::protobuf::io::FileInputStream stream(descriptor);
  stream.SetCloseOnDelete(true);
  google::protobuf::io::CodedInputStream in(&stream);
  in.SetTotalBytesLimit(INT_MAX);
  for (std::uint32_t tag = in.ReadTag(); tag != 0; tag = in.ReadTag()) {
    const std::uint32_t field = tag >> 3, wire = tag & 7;
    const bool number = field == 1 || field == 5;  // ir_version and model_version
    const bool known = number || (field >= 2 && field <= 8) || field == 14 || field == 20 || field == 25;
    if (!known || wire != (number ? 0U : 2U))
      return false;
    std::uint64_t value = 0;
    if (!in.ReadVarint64(&value))
      return true;
    if (number)
      continue;
    if (value > size - static_cast<std::uintmax_t>(in.CurrentPosition()))
      return value <= INT_MAX;
    in.Skip(static_cast<int>(value));
  }
  return false;
}

void parse(const std::string& path, onnx::ModelProto& model) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    fail(path, fmt::format("cannot be opened: {}", std::strerror(errno)));
  google::protobuf::io::FileInputStream stream(descriptor);
  stream.SetCloseOnDelete(true);
  google::protobuf::io::CodedInputStream in(&stream);
  in.SetTotalBytesLimit(INT_MAX);
  const google::protobuf::LogSilencer silence;
  const bool parsed = model.ParsePartialFromCodedStream(&in) && in.ConsumedEntireMessage();
  if (stream.GetErrno() != 0)
    fail(path, fmt::format("cannot be read: {}", std::strerror(stream.GetErrno())));
  if (parsed)
    return;
  const std::string kind = guess_kind(first_bytes(path, 256));
  if (kind.empty() && ends_inside_a_field(path))
    fail(path, "truncated: the file ends inside the model");
  fail(path, fmt::format("not an ONNX model{}", kind));
}

}  // namespace

std::shared_ptr<onnx::ModelProto> parse_model(const std::string& path) {
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
  auto model = std::make_shared<onnx::ModelProto>();
  parse(path, *model);
  const std::string kind = guess_kind(first_bytes(path, 256));
  if (!model->has_graph())
    fail(path, fmt::format("not an ONNX model{}: it has no graph", kind));
  if (model->opset_import_size() == 0)
    fail(path, fmt::format("not an ONNX model{}: it names no operator set", kind));
  if (model->graph().node_size() == 0)
    fail(path, fmt::format("not an ONNX model{}: its graph has no nodes", kind));
  return model;
}

}  // namespace fovea::onnx_import
