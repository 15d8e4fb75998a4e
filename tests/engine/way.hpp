#pragma once

#include "fovea/program.hpp"

#include <ostream>

namespace fovea::test {

/// A way to compute, with how far results may be off.
struct Way {
  const char* name;
  Precision precision;
  BackendKind backend;
  double tolerance;
};

inline void PrintTo(const Way& way, std::ostream* out) {
  *out << way.name;
}

}  // namespace fovea::test
