#include "onnx/file/memory_budget.hpp"

#include "base/byte_size.hpp"
#include "base/check.hpp"

#include <algorithm>
#include <limits>

namespace fovea::onnx_import {
namespace {

/// The part of the limit that one constant may take that is made from next to nothing, as Range does.
constexpr std::int64_t kPart = 16;

std::string hint(std::int64_t limit) {
  return fmt::format("the memory limit is {} (--max-memory or LoadOptions::max_memory raises it)",
                     bytes_text(limit));
}

std::int64_t saturating_sum(std::int64_t a, std::int64_t b) {
  return a > std::numeric_limits<std::int64_t>::max() - b ? std::numeric_limits<std::int64_t>::max() : a + b;
}

}  // namespace

void MemoryBudget::take(std::int64_t bytes, std::int64_t sources) {
  FOVEA_CHECK(bytes / 2 <= sources || bytes <= limit_ / kPart,
              "would make a constant of {}{}: more than {} at once is not allowed; {}", bytes_text(bytes),
              sources > 0 ? " from " + bytes_text(sources) : "", bytes_text(limit_ / kPart), hint(limit_));
  FOVEA_CHECK(bytes <= limit_ - used_, "would make a constant of {} after {} of other constants; {}",
              bytes_text(bytes), bytes_text(used_), hint(limit_));
  used_ += bytes;
}

void MemoryBudget::take_work(std::int64_t operations) {
  work_ = saturating_sum(work_, operations);
  FOVEA_CHECK(work_ <= limit_,
              "computing the constants up to here takes {:.2g} operations on elements, and one for each byte "
              "of the limit is allowed; {}",
              static_cast<double>(work_), hint(limit_));
}

void MemoryBudget::check_value(std::int64_t bytes, std::int64_t batch, std::string_view what) const {
  FOVEA_CHECK(bytes / batch <= limit_, "its result '{}' would take {}{}; {}", what, bytes_text(bytes),
              batch > 1 ? fmt::format(" for {} pictures", batch) : "", hint(limit_));
}

}  // namespace fovea::onnx_import
