#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

/// One entry for each axis of x; ONNX's defaults, clamping and negative indices are resolved by the importer.
struct SliceAttributes {
  std::vector<std::int64_t> starts;  ///< within the axis, unless its size is 0
  std::vector<std::int64_t> steps;   ///< not 0, may be negative
  std::vector<std::int64_t> sizes;   ///< extents of the result
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("starts", self.starts);
    f("steps", self.steps);
    f("sizes", self.sizes);
  }
};

/// SliceAttributes, and the shape of x.
struct SliceGradientAttributes {
  std::vector<std::int64_t> starts;
  std::vector<std::int64_t> steps;
  std::vector<std::int64_t> sizes;
  Shape shape;
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("starts", self.starts);
    f("steps", self.steps);
    f("sizes", self.sizes);
    f("shape", self.shape);
  }
};

/// y[i...] = x[start + i * step, ...]; InputError when that leaves x. Any element type.
const ir::Operator& slice();

/// dx: `shape`, dy where Slice read and zero elsewhere.
const ir::Operator& slice_gradient();

}  // namespace fovea::ops
