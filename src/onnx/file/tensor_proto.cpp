#include "onnx/file/tensor_proto.hpp"

#include "base/check.hpp"
#include "onnx/file/external_data.hpp"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <string_view>

namespace fovea::onnx_import {
namespace {

using onnx::TensorProto;

float half_to_float(std::uint16_t half) {
  const std::uint32_t sign = (half & 0x8000U) << 16, exponent = (half >> 10) & 31U, fraction = half & 0x3ffU;
  if (exponent == 0) {
    const float small = std::ldexp(static_cast<float>(fraction), -24);
    return sign ? -small : small;
  }
  const std::uint32_t wide = exponent == 31 ? 0xffU : exponent + (127 - 15);
  return std::bit_cast<float>(sign | wide << 23 | fraction << 13);
}

float bfloat_to_float(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

std::int64_t narrow(std::uint64_t value) {
  FOVEA_CHECK(value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()),
              "the unsigned value {} does not fit into 64 bits with a sign", value);
  return static_cast<std::int64_t>(value);
}

std::size_t bytes_of(int type) {
  switch (type) {
  case TensorProto::DOUBLE:
  case TensorProto::INT64:
  case TensorProto::UINT64:
    return 8;
  case TensorProto::FLOAT:
  case TensorProto::INT32:
  case TensorProto::UINT32:
    return 4;
  case TensorProto::FLOAT16:
  case TensorProto::BFLOAT16:
  case TensorProto::INT16:
  case TensorProto::UINT16:
    return 2;
  default:
    return 1;
  }
}

/// Fills `out` from packed little-endian elements of type From.
template <class From, class To, class Convert>
void unpack(std::string_view bytes, std::span<To> out, Convert&& convert) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    From element;
    std::memcpy(&element, bytes.data() + i * sizeof(From), sizeof(From));
    out[i] = convert(element);
  }
}

template <class From>
void unpack_integers(std::string_view bytes, Tensor& out) {
  unpack<From>(bytes, out.data<std::int64_t>(), [](From v) {
    if constexpr (std::is_same_v<From, std::uint64_t>)
      return narrow(v);
    else
      return static_cast<std::int64_t>(v);
  });
}

void read_raw(int type, std::string_view bytes, Tensor& out) {
  switch (type) {
  case TensorProto::FLOAT16:
    return unpack<std::uint16_t>(bytes, out.data<float>(), half_to_float);
  case TensorProto::BFLOAT16:
    return unpack<std::uint16_t>(bytes, out.data<float>(), bfloat_to_float);
  case TensorProto::INT8:
    return unpack_integers<std::int8_t>(bytes, out);
  case TensorProto::UINT8:
    return unpack_integers<std::uint8_t>(bytes, out);
  case TensorProto::INT16:
    return unpack_integers<std::int16_t>(bytes, out);
  case TensorProto::UINT16:
    return unpack_integers<std::uint16_t>(bytes, out);
  case TensorProto::INT32:
    return unpack_integers<std::int32_t>(bytes, out);
  case TensorProto::UINT32:
    return unpack_integers<std::uint32_t>(bytes, out);
  case TensorProto::UINT64:
    return unpack_integers<std::uint64_t>(bytes, out);
  case TensorProto::BOOL:
    return unpack<std::uint8_t>(bytes, out.data<bool>(), [](std::uint8_t v) { return v != 0; });
  default:  // float, double and int64 are stored as they are
    if (!bytes.empty())
      std::memcpy(out.raw(), bytes.data(), bytes.size());
  }
}

template <class Field, class To, class Convert>
void copy_field(const Field& field, std::span<To> out, Convert&& convert) {
  FOVEA_CHECK(static_cast<std::size_t>(field.size()) == out.size(), "its shape needs {} values, found {}",
              out.size(), field.size());
  std::transform(field.begin(), field.end(), out.begin(), convert);
}

void read_fields(const TensorProto& message, Tensor& out) {
  const auto half = [](std::int32_t v) { return half_to_float(static_cast<std::uint16_t>(v)); };
  const auto bfloat = [](std::int32_t v) { return bfloat_to_float(static_cast<std::uint16_t>(v)); };
  const auto same = [](auto v) { return v; };
  switch (message.data_type()) {
  case TensorProto::FLOAT:
    return copy_field(message.float_data(), out.data<float>(), same);
  case TensorProto::DOUBLE:
    return copy_field(message.double_data(), out.data<double>(), same);
  case TensorProto::FLOAT16:
    return copy_field(message.int32_data(), out.data<float>(), half);
  case TensorProto::BFLOAT16:
    return copy_field(message.int32_data(), out.data<float>(), bfloat);
  case TensorProto::INT64:
    return copy_field(message.int64_data(), out.data<std::int64_t>(), same);
  case TensorProto::UINT32:
  case TensorProto::UINT64:
    return copy_field(message.uint64_data(), out.data<std::int64_t>(), narrow);
  case TensorProto::BOOL:
    return copy_field(message.int32_data(), out.data<bool>(), [](std::int32_t v) { return v != 0; });
  default:
    return copy_field(message.int32_data(), out.data<std::int64_t>(), same);
  }
}

/// The elements may lie at any address: they are looked at block by block, each block without a branch.
template <class T>
void check_numbers(std::string_view bytes) {
  constexpr std::size_t block = 4096;
  std::array<T, block> values;
  const std::size_t count = bytes.size() / sizeof(T);
  for (std::size_t first = 0; first < count; first += block) {
    const std::size_t here = std::min(block, count - first);
    std::memcpy(values.data(), bytes.data() + first * sizeof(T), here * sizeof(T));
    int found = 0;
    for (std::size_t i = 0; i < here; ++i)
      found |= static_cast<int>(values[i] != values[i]);
    if (found == 0)
      continue;
    const auto at = std::find_if(values.begin(), values.end(), [](T v) { return std::isnan(v); });
    throw InputError(fmt::format("element {} is NaN", first + static_cast<std::size_t>(at - values.begin())));
  }
}

void check_numbers(DType dtype, std::string_view bytes) {
  if (dtype == DType::F32)
    check_numbers<float>(bytes);
  else if (dtype == DType::F64)
    check_numbers<double>(bytes);
}

/// The bytes of a tensor that is stored as such, in the message, in the model's file or in an external one.
std::optional<FileBytes> packed_bytes(const TensorProto& message, const std::optional<FileBytes>& raw,
                                      ExternalFiles* external, std::uint64_t expected) {
  if (message.data_location() == TensorProto::EXTERNAL) {
    FOVEA_CHECK(external != nullptr, "its elements lie in an external file, which is not supported here");
    return external->read(message, expected);
  }
  if (raw)
    return raw;
  if (message.has_raw_data())
    return FileBytes{nullptr, message.raw_data()};
  return std::nullopt;
}

/// Elements of that size on are left in the file.
constexpr std::size_t kLeftInFile = 4096;

bool is_stored_as_it_is(int type) {
  return type == TensorProto::FLOAT || type == TensorProto::DOUBLE;
}

StoredTensor read_elements(const TensorProto& message, const std::optional<FileBytes>& raw,
                           ExternalFiles* external) {
  const std::optional<DType> dtype = stored_type(message.data_type());
  FOVEA_CHECK(dtype, "the element type {} is not supported", type_name(message.data_type()));
  FOVEA_CHECK(!message.has_segment(), "tensors in segments are not supported");
  const Shape shape = checked_shape({message.dims().begin(), message.dims().end()}, "it");
  const std::uint64_t expected = static_cast<std::uint64_t>(shape.elements()) * bytes_of(message.data_type());
  const std::optional<FileBytes> packed = packed_bytes(message, raw, external, expected);
  if (!packed) {
    const auto values = message.float_data_size() + message.int32_data_size() + message.int64_data_size() +
                        message.double_data_size() + message.uint64_data_size();
    FOVEA_CHECK(values == shape.elements(), "its shape {} needs {} values, found {}", to_string(shape),
                shape.elements(), values);
    Tensor tensor(*dtype, shape);
    read_fields(message, tensor);
    check_numbers(*dtype, {static_cast<const char*>(tensor.raw()), tensor.bytes()});
    return tensor;
  }
  FOVEA_CHECK(packed->bytes.size() == expected, "its shape {} needs {} bytes, found {}", to_string(shape),
              expected, packed->bytes.size());
  if (packed->file && is_stored_as_it_is(message.data_type()) && expected >= kLeftInFile) {
    check_numbers(*dtype, packed->bytes);
    return {*dtype, shape, *packed};
  }
  Tensor tensor(*dtype, shape);
  read_raw(message.data_type(), packed->bytes, tensor);
  check_numbers(*dtype, {static_cast<const char*>(tensor.raw()), tensor.bytes()});
  return tensor;
}

StoredTensor read_named(const TensorProto& message, const std::optional<FileBytes>& raw,
                        ExternalFiles* external) {
  try {
    return read_elements(message, raw, external);
  } catch (const InputError& error) {
    throw InputError(fmt::format("tensor '{}': {}", message.name(), error.what()));
  }
}

}  // namespace

Shape checked_shape(std::vector<std::int64_t> dims, const std::string& what) {
  const Shape shape(std::move(dims));
  std::int64_t elements = 1;
  for (std::int64_t extent : shape) {
    FOVEA_CHECK(extent >= 0, "{} has the negative extent {} in its shape {}", what, extent, to_string(shape));
    FOVEA_CHECK(extent <= kMaxElements / elements, "{} is too large with its shape {}", what,
                to_string(shape));
    elements *= std::max<std::int64_t>(extent, 1);
  }
  return shape;
}

std::optional<DType> stored_type(int onnx_type) {
  switch (onnx_type) {
  case TensorProto::FLOAT:
  case TensorProto::FLOAT16:
  case TensorProto::BFLOAT16:
    return DType::F32;
  case TensorProto::DOUBLE:
    return DType::F64;
  case TensorProto::INT8:
  case TensorProto::INT16:
  case TensorProto::INT32:
  case TensorProto::INT64:
  case TensorProto::UINT8:
  case TensorProto::UINT16:
  case TensorProto::UINT32:
  case TensorProto::UINT64:
    return DType::I64;
  case TensorProto::BOOL:
    return DType::Bool;
  default:
    return std::nullopt;
  }
}

std::string type_name(int onnx_type) {
  static constexpr std::array names = {
      "undefined",      "float32",    "uint8",          "int8",       "uint16",   "int16",
      "int32",          "int64",      "string",         "bool",       "float16",  "float64",
      "uint32",         "uint64",     "complex64",      "complex128", "bfloat16", "float8e4m3fn",
      "float8e4m3fnuz", "float8e5m2", "float8e5m2fnuz", "uint4",      "int4",     "float4e2m1"};
  return onnx_type >= 0 && onnx_type < static_cast<int>(names.size())
             ? names[static_cast<std::size_t>(onnx_type)]
             : fmt::format("number {}", onnx_type);
}

StoredTensor read_tensor(const TensorProto& message, const std::optional<FileBytes>& raw,
                         ExternalFiles& external) {
  return read_named(message, raw, &external);
}

Tensor read_tensor(const TensorProto& message) {
  return read_named(message, std::nullopt, nullptr).tensor();
}

}  // namespace fovea::onnx_import
