#include "report/true_classes.hpp"

#include "fovea/error.hpp"

#include <fmt/format.h>

namespace fovea {

std::optional<std::int64_t> TrueClasses::of(const TrueClass& truth) {
  const auto [at, is_new] = known_.try_emplace(Key{truth.wordnet_id, truth.index, truth.name});
  if (is_new)
    try {
      at->second = truth.in(network_.network.labels, classes_);
      found_ = true;
    } catch (const InputError& error) {
      if (complaint_.empty())
        complaint_ = error.what();
    }
  return at->second;
}

void TrueClasses::check() const {
  if (!found_ && !known_.empty())
    throw InputError(
        fmt::format("the network {} has none of the true classes: {}", network_.title(), complaint_));
}

}  // namespace fovea
