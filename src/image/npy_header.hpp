#pragma once

#include "fovea/tensor.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace fovea {

/// The contents of the header of a .npy file.
struct NpyHeader {
  char kind = 'f';  ///< 'f': floating, 'i': signed, 'u': unsigned, 'b': bool
  std::size_t width = 4;
  bool big_endian = false;
  bool fortran_order = false;
  Shape shape;
  std::size_t data_begin = 0;  ///< where the elements begin in the file
};

/// Parses the magic, version and dictionary. InputError without a path if it is malformed or truncated, if
/// the element type is not a plain number, or if the size in bytes overflows. The elements are not examined.
NpyHeader parse_npy_header(std::string_view file);
/// InputError if the file does not begin with the magic of a .npy file.
void check_npy_magic(std::string_view file);
/// The offset of the dictionary's end, from the length field before it. InputError if that is truncated.
std::uint64_t npy_header_end(std::string_view file);

/// The bytes of a version 1 file that come before the elements, as `write_npy` writes them. InputError for
/// more dimensions than such a header takes.
std::string npy_head(const Tensor& tensor);

}  // namespace fovea
