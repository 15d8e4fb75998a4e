#pragma once

#include "fovea/tensor.hpp"

#include <string>

namespace fovea {

/// Reads a NumPy .npy file (versions 1 to 3; float16, float32, float64, signed and unsigned integers, bool;
/// either byte order; C or Fortran order). Integers become I64, float16 becomes F32. InputError naming the
/// file.
Tensor read_npy(const std::string& path);

/// Writes a version 1 .npy file (C order, little endian), whole or not at all. OutputError
/// naming the file; InputError for an empty tensor.
void write_npy(const std::string& path, const Tensor& tensor);

}  // namespace fovea
