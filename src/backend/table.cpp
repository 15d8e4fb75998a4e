#include "backend/table.hpp"

#include "backend/onednn/onednn.hpp"
#include "backend/reference/reference.hpp"
#include "base/check.hpp"

#include <array>

namespace fovea::backend {

std::span<const Backend* const> table() {
  static const std::array backends = {&onednn(), &reference()};
  return backends;
}

std::vector<const Backend*> candidates(BackendKind kind, Precision precision) {
  std::vector<const Backend*> found;
  std::string why_not;
  for (const Backend* backend : table()) {
    if (kind != BackendKind::Auto && backend->kind != kind)
      continue;
    const std::string reason = backend->why_not(precision);
    if (reason.empty())
      found.push_back(backend);
    else if (why_not.empty())
      why_not = reason;
  }
  FOVEA_CHECK(!found.empty(), "{}", why_not);
  return found;
}

}  // namespace fovea::backend
