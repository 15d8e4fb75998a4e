#include "fovea/tensor.hpp"

#include "base/atomic_file.hpp"
#include "base/check.hpp"
#include "base/read_file.hpp"
#include "base/strided_walk.hpp"
#include "image/npy_header.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

namespace fovea {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::size_t kMaxFileBytes = std::size_t{8} << 30;

float half_to_float(std::uint16_t half) {
  const int exponent = half >> 10 & 31;
  const int fraction = half & 1023;
  float value = 0;
  if (exponent == 31)
    value = fraction ? std::numeric_limits<float>::quiet_NaN() : std::numeric_limits<float>::infinity();
  else
    value = exponent ? std::ldexp(static_cast<float>(fraction + 1024), exponent - 25)
                     : std::ldexp(static_cast<float>(fraction), -24);
  return half & 0x8000 ? -value : value;
}

template <class From>
From load(const char* bytes, bool big_endian) {
  char swapped[sizeof(From)];
  std::memcpy(swapped, bytes, sizeof(From));
  if (big_endian)
    std::reverse(swapped, swapped + sizeof(From));
  From value;
  std::memcpy(&value, swapped, sizeof(From));
  return value;
}

/// The elements in C order.
template <class From, class To, class Convert>
Tensor convert(const char* bytes, const NpyHeader& header, Convert element) {
  Tensor tensor(dtype_of<To>(), header.shape);
  const auto out = tensor.data<To>();
  if (!header.fortran_order) {
    for (std::size_t i = 0; i < out.size(); ++i, bytes += sizeof(From))
      out[i] = element(load<From>(bytes, header.big_endian));
    return tensor;
  }
  // In Fortran order the first index runs fastest.
  std::vector<std::int64_t> extents(header.shape.begin(), header.shape.end()), strides(extents.size(), 1);
  for (std::size_t axis = extents.size(); axis-- > 1;)
    strides[axis - 1] = strides[axis] * extents[axis];
  std::reverse(extents.begin(), extents.end());
  std::reverse(strides.begin(), strides.end());
  StridedWalk walk(extents, {strides});
  for (std::size_t i = 0; i < out.size(); ++i, bytes += sizeof(From), walk.next())
    out[static_cast<std::size_t>(walk.offset(0))] = element(load<From>(bytes, header.big_endian));
  return tensor;
}

template <class From>
Tensor convert_integers(const char* bytes, const NpyHeader& header) {
  return convert<From, std::int64_t>(bytes, header, [](From value) {
    FOVEA_CHECK(std::in_range<std::int64_t>(value), "the .npy file's integer {} needs more than 63 bits",
                value);
    return static_cast<std::int64_t>(value);
  });
}

Tensor convert_elements(const char* bytes, const NpyHeader& header) {
  const auto same = [](auto value) { return value; };
  switch (header.kind) {
  case 'f':
    if (header.width == 2)
      return convert<std::uint16_t, float>(bytes, header, half_to_float);
    return header.width == 4 ? convert<float, float>(bytes, header, same)
                             : convert<double, double>(bytes, header, same);
  case 'b':
    return convert<std::uint8_t, bool>(bytes, header, [](std::uint8_t value) { return value != 0; });
  case 'i':
    return header.width == 1   ? convert_integers<std::int8_t>(bytes, header)
           : header.width == 2 ? convert_integers<std::int16_t>(bytes, header)
           : header.width == 4 ? convert_integers<std::int32_t>(bytes, header)
                               : convert_integers<std::int64_t>(bytes, header);
  default:
    return header.width == 1   ? convert_integers<std::uint8_t>(bytes, header)
           : header.width == 2 ? convert_integers<std::uint16_t>(bytes, header)
           : header.width == 4 ? convert_integers<std::uint32_t>(bytes, header)
                               : convert_integers<std::uint64_t>(bytes, header);
  }
}

/// InputError when a file of that many bytes is not the header and its array.
void check_length(const NpyHeader& header, std::size_t file_size) {
  const std::size_t expected = static_cast<std::size_t>(header.shape.elements()) * header.width;
  const std::size_t found = file_size - header.data_begin;
  FOVEA_CHECK(found >= expected, "the .npy file is cut short: a shape of {} needs {} bytes, found {}",
              to_string(header.shape), expected, found);
  FOVEA_CHECK(found == expected, "the .npy file has {} bytes after its array", found - expected);
}

std::string_view descr_of(DType dtype) {
  switch (dtype) {
  case DType::F32:
    return "<f4";
  case DType::F64:
    return "<f8";
  case DType::I32:
    return "<i4";
  case DType::I64:
    return "<i8";
  case DType::Bool:
    return "|b1";
  }
  FOVEA_ASSERT(!"unknown element type");
}

}  // namespace

Tensor read_npy(const std::string& path) {
  try {
    const std::string file =
        read_file(path, kMaxFileBytes, [](std::string_view beginning, std::size_t file_size) {
          check_npy_magic(beginning);
          if (beginning.size() == file_size || npy_header_end(beginning) <= beginning.size())
            check_length(parse_npy_header(beginning), file_size);
        });
    const NpyHeader header = parse_npy_header(file);
    check_length(header, file.size());
    return convert_elements(file.data() + header.data_begin, header);
  } catch (const InputError& error) {
    if (!error.path().empty())
      throw;
    throw InputError(error.what(), path);
  }
}

std::string npy_head(const Tensor& tensor) {
  std::string shape;
  for (const std::int64_t extent : tensor.shape())
    shape += fmt::format("{}, ", extent);
  if (tensor.shape().rank() == 1)
    shape.pop_back();  // "(3,)" as numpy writes it
  else if (!shape.empty())
    shape.resize(shape.size() - 2);
  std::string text = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}",
                                 descr_of(tensor.dtype()), shape);
  // The elements begin at a multiple of 64 bytes, after a line feed.
  text.append(63 - (10 + text.size()) % 64, ' ');
  text += '\n';
  FOVEA_CHECK(text.size() <= 65535, "an array of {} dimensions has no version 1 header",
              tensor.shape().rank());

  std::string head = "\x93NUMPY";
  head += '\x01';
  head += '\0';
  head += static_cast<char>(text.size() & 255);
  head += static_cast<char>(text.size() >> 8);
  return head + text;
}

void write_npy(const std::string& path, const Tensor& tensor) {
  FOVEA_CHECK(!tensor.empty(), "{}: there is no array to write", path);
  std::string head;
  try {
    head = npy_head(tensor);
  } catch (const InputError& error) {
    throw InputError(error.what(), path);
  }
  AtomicFile out(path);
  out.write(head);
  out.write({static_cast<const char*>(tensor.raw()), tensor.bytes()});
  out.commit();
}

}  // namespace fovea
