#include "studio/used_options.hpp"

#include <algorithm>

namespace fovea::studio {
namespace {

/// An option by its name, and a change of it that a method which uses it tells in its description.
struct Option {
  const char* name;
  void (*change)(MethodOptions& options);
  void (*copy)(const MethodOptions& from, MethodOptions& to);
};

template <auto Member>
void copy_option(const MethodOptions& from, MethodOptions& to) {
  to.*Member = from.*Member;
}

constexpr Option kOptions[] = {
    {"layer", [](MethodOptions& o) { o.layer = "x"; }, copy_option<&MethodOptions::layer>},
    {"samples", [](MethodOptions& o) { o.samples = 7; }, copy_option<&MethodOptions::samples>},
    {"noise", [](MethodOptions& o) { o.noise = 0.37; }, copy_option<&MethodOptions::noise>},
    {"baseline", [](MethodOptions& o) { o.baseline = Baseline::Blurred; },
     copy_option<&MethodOptions::baseline>},
    {"merge", [](MethodOptions& o) { o.merge = ChannelMerge::L2; }, copy_option<&MethodOptions::merge>},
    {"window", [](MethodOptions& o) { o.window = 0.37; }, copy_option<&MethodOptions::window>},
    {"stride", [](MethodOptions& o) { o.stride = 0.37; }, copy_option<&MethodOptions::stride>},
    {"cells", [](MethodOptions& o) { o.cells = 17; }, copy_option<&MethodOptions::cells>},
    {"keep", [](MethodOptions& o) { o.keep = 0.37; }, copy_option<&MethodOptions::keep>},
};

bool uses(std::string_view method, const Option& option) {
  MethodOptions changed;
  option.change(changed);
  return describe_method(method, changed) != describe_method(method);
}

}  // namespace

std::vector<std::string> used_options(std::string_view method) {
  std::vector<std::string> names;
  for (const Option& option : kOptions)
    if (uses(method, option))
      names.emplace_back(option.name);
  if (method_info(method).samples > 0)
    names.emplace_back("seed");
  return names;
}

MethodOptions only_used(std::string_view method, const MethodOptions& options) {
  MethodOptions used;
  for (const Option& option : kOptions)
    if (uses(method, option))
      option.copy(options, used);
  used.smooth = options.smooth;
  if (options.smooth > 0)
    used.noise = options.noise;
  if (options.smooth > 0 || method_info(method).samples > 0)
    used.seed = options.seed;
  return used;
}

}  // namespace fovea::studio
