#include "image/cairo_library.hpp"

namespace fovea {

const CairoLibrary& cairo() {
  static const CairoLibrary library;
  return library;
}

}  // namespace fovea
