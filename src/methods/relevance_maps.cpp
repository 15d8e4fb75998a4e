#include "methods/method.hpp"

namespace fovea {

std::vector<Method> relevance_methods() {
  return {};
}

}  // namespace fovea
