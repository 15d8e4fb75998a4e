#pragma once

#include "ir/operator.hpp"

namespace fovea::ops {

struct PadAttributes {
  std::vector<std::int64_t> pads;  ///< all begins, then all ends, as in ONNX; negative ones crop
  std::string mode = "constant";   ///< constant, reflect (without the edge itself) or edge
  double value = 0;                ///< of mode constant
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("pads", self.pads);
    f("mode", self.mode);
    f("value", self.value);
  }
};

/// The pads and mode of PadAttributes, and the shape of x.
struct PadGradientAttributes {
  std::vector<std::int64_t> pads;
  std::string mode = "constant";
  Shape shape;
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("pads", self.pads);
    f("mode", self.mode);
    f("shape", self.shape);
  }
};

inline constexpr std::int64_t kNowhere = -1;

/// The position along an axis of x, of that extent, that position `at` of the padded axis copies, `at` being
/// counted from x's first element; kNowhere where it holds the constant.
std::int64_t padded_source(std::int64_t at, std::int64_t extent, const std::string& mode);

/// y is x with its borders moved outwards by pads; a reflected border must be narrower than the axis. A
/// negative pad crops after the padding of the other end, reading the whole of x. Any element type.
const ir::Operator& pad();

/// dx: `shape`, every dy added to the element that Pad copied there.
const ir::Operator& pad_gradient();

}  // namespace fovea::ops
