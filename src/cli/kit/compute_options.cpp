#include "cli/kit/compute_options.hpp"

#include "cli/kit/verbose.hpp"

namespace fovea::cli {
namespace {

const char* help_of(Precision precision) {
  switch (precision) {
  case Precision::F32:
    return "float32";
  case Precision::F64:
    return "float64, on the reference backend";
  case Precision::BF16:
    return "products of bfloat16, which needs AVX-512 BF16 or AMX";
  case Precision::Mixed:
    break;
  }
  return "the forward pass in float32, the backward pass in bfloat16";
}

}  // namespace

void ComputeOptions::add_precision_to(Command verb, const std::vector<std::string>& names) {
  std::string help;
  for (const std::string& name : names)
    help +=
        (help.empty() ? "how the network computes. " : "; ") + name + ": " + help_of(parse_precision(name));
  verb.in_group("Running").add_option("--precision", precision, help).check(one_of(names)).shows_default();
}

void ComputeOptions::add_resources_to(Command verb) {
  verb = verb.in_group("Running");
  verb.add_option("--threads", threads, "total number of threads (default: one for each processor)")
      .check(whole_number(1, 1024));
  memory.add_to(verb);
  add_verbose(verb, verbose);
}

ProgramOptions ComputeOptions::compute_options() const {
  ProgramOptions options;
  options.precision = parse_precision(precision);
  options.threads = threads;
  return options;
}

}  // namespace fovea::cli
