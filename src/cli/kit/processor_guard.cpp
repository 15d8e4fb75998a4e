// Ends a program that was built for a newer processor with a sentence instead of an illegal instruction.
// Compiled for the architecture's minimum, whatever flags the others have, and run before their constructors:
// src/cli/CMakeLists.txt.
#include "cli/kit/processor_guard.hpp"
#include "base/processor.hpp"

#include <cstring>
#include <unistd.h>

namespace fovea::cli {
namespace {

void print(const char* text) {
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text, std::strlen(text));
}

[[gnu::constructor(101)]] void expect_processor() {
  const char* missing = first_missing_instructions(kInstructionsOfProgram, instructions_of_processor());
  if (!missing)
    return;
  print("fovea: error: this program was built for processors with ");
  print(missing);
  print(", which this one lacks; built without -march it runs on all\n");
  ::_exit(1);
}

}  // namespace
}  // namespace fovea::cli
