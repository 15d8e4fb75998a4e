#pragma once

#include "fovea/tensor.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace fovea {

/// What the header of a .npy file says.
struct NpyHeader {
  char kind = 'f';  ///< 'f': floating, 'i': signed, 'u': unsigned, 'b': bool
  std::size_t width = 4;
  bool big_endian = false;
  bool fortran_order = false;
  Shape shape;
  std::size_t data_begin = 0;  ///< where the elements begin in the file
};

/// Parses the magic, version and dictionary. InputError without a path: malformed, cut short, of an element
/// type that is not a plain number, or of a shape whose bytes cannot be counted. Does not look at the
/// elements.
NpyHeader parse_npy_header(std::string_view file);
/// InputError when the file does not begin as a .npy file does.
void check_npy_magic(std::string_view file);
/// Where the dictionary ends, by the length that stands before it. InputError when that is cut short.
std::uint64_t npy_header_end(std::string_view file);

}  // namespace fovea
