#include "explain/method.hpp"

#include <fmt/ranges.h>

#include <string>
#include <vector>

namespace fovea {

std::string describe_method(std::string_view name, const MethodOptions& options) {
  const Method& method = find_method(name);
  const MethodInfo& info = method.info;
  std::vector<std::string> parts;
  if (method.parameters)
    parts.push_back(method.parameters(options, options.samples > 0 ? options.samples : info.samples));
  if (reads_layer(method))
    parts.push_back(options.layer.empty() ? "the last layer with a grid of positions"
                                          : "layer " + options.layer);
  if (info.values == MethodInfo::Values::PerChannel)
    parts.emplace_back(options.merge == ChannelMerge::Sum ? "the sum of each pixel's channels"
                       : options.merge == ChannelMerge::L2
                           ? "the root of the sum of squares of each pixel's channels"
                           : "the largest of each pixel's channels");
  if (options.smooth > 0)
    parts.push_back(fmt::format("averaged over {} noisy copies, noise {:.3g} % of the range", options.smooth,
                                100 * options.noise));
  return parts.empty() ? std::string(info.title) : fmt::format("{}: {}", info.title, fmt::join(parts, "; "));
}

}  // namespace fovea
