#include "cli/kit/memory_option.hpp"

#include "base/byte_size.hpp"
#include "cli/kit/usage_error.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

namespace fovea::cli {

void MemoryOption::add_to(Command verb) {
  verb.in_group("Running").add_option(
      "--max-memory", amount,
      "largest amount of memory for the constants that compiling makes, and for one node's value "
      "for one picture, e.g. 4GiB (default: 2GiB). Where the option is given, it also limits all "
      "intermediate values of a network together");
}

LoadOptions MemoryOption::load_options() const {
  LoadOptions options;
  try {
    options.max_memory = amount.empty() ? 0 : parse_bytes(amount);
  } catch (const InputError& error) {
    throw UsageError(fmt::format("--max-memory: {}", error.what()));
  }
  return options;
}

}  // namespace fovea::cli
