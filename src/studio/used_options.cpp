#include "studio/used_options.hpp"

#include "explain/method_options.hpp"

namespace fovea::studio {
namespace {

void copy_option(MethodOption option, const MethodOptions& from, MethodOptions& to) {
  switch (option) {
  case MethodOption::Samples:
    to.samples = from.samples;
    break;
  case MethodOption::Smooth:
    to.smooth = from.smooth;
    break;
  case MethodOption::Noise:
    to.noise = from.noise;
    break;
  case MethodOption::Baseline:
    to.baseline = from.baseline;
    break;
  case MethodOption::Layer:
    to.layer = from.layer;
    break;
  case MethodOption::Merge:
    to.merge = from.merge;
    break;
  case MethodOption::Window:
    to.window = from.window;
    break;
  case MethodOption::Stride:
    to.stride = from.stride;
    break;
  case MethodOption::Cells:
    to.cells = from.cells;
    break;
  case MethodOption::Keep:
    to.keep = from.keep;
    break;
  case MethodOption::Heads:
    to.heads = from.heads;
    break;
  case MethodOption::Discard:
    to.discard = from.discard;
    break;
  case MethodOption::Residual:
    to.residual = from.residual;
    break;
  case MethodOption::Blocks:
    to.blocks = from.blocks;
    break;
  case MethodOption::References:
    to.references = from.references;
    break;
  case MethodOption::Segments:
    to.segments = from.segments;
    break;
  case MethodOption::Seed:
    to.seed = from.seed;
    break;
  }
}

}  // namespace

std::vector<std::string> used_options(std::string_view method) {
  std::vector<std::string> names = method_option_names();
  std::erase_if(names, [&](const std::string& name) {
    const MethodOption option = parse_method_option(name);
    return option == MethodOption::Smooth || option == MethodOption::References ||
           !uses_option(method, option, false);
  });
  return names;
}

MethodOptions only_used(std::string_view method, const MethodOptions& options) {
  MethodOptions used;
  for (const std::string& name : method_option_names())
    if (const MethodOption option = parse_method_option(name);
        uses_option(method, option, options.smooth > 0))
      copy_option(option, options, used);
  return used;
}

}  // namespace fovea::studio
