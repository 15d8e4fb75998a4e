#include "base/number_list.hpp"
#include "cli/kit/usage_error.hpp"
#include "cli/verbs/class_model.hpp"

#include <fmt/format.h>

namespace fovea::cli {
namespace {

/// "12" or "12,3,7".
LayerTarget parse_unit(const std::string& text) {
  const auto numbers = parse_number_list(text);
  if (numbers && numbers->size() == 1)
    return {LayerTarget::Part::Unit, (*numbers)[0], {}, {}};
  if (numbers && numbers->size() == 3)
    return {LayerTarget::Part::Unit, (*numbers)[0], (*numbers)[1], (*numbers)[2]};
  throw UsageError(fmt::format("--unit: expected CHANNEL or CHANNEL,ROW,COLUMN, found '{}'", text));
}

}  // namespace

std::vector<ClassModelTarget> ClassModelArguments::targets(const Labels& labels,
                                                           const Program& program) const {
  std::vector<ClassModelTarget> all;
  if (!model.number.empty())
    all.push_back(class_target(labels, 0));
  for (const std::string& text : classes) {
    if (text != "all") {
      all.push_back(class_target(labels, labels.find(text, program.classes())));
      continue;
    }
    for (std::int64_t index = 0; index < program.classes(); ++index)
      all.push_back(class_target(labels, index));
  }
  for (const std::int64_t channel : channels)
    all.push_back(layer_target(layer, {LayerTarget::Part::Channel, channel, {}, {}}));
  for (const std::string& unit : units)
    all.push_back(layer_target(layer, parse_unit(unit)));
  if (all.empty())
    all.push_back(layer_target(layer, {}));
  return all;
}

}  // namespace fovea::cli
