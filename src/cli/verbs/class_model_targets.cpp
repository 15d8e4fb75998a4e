#include "cli/kit/result_text.hpp"
#include "cli/kit/usage_error.hpp"
#include "cli/verbs/class_model.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

#include <charconv>

namespace fovea::cli {
namespace {

/// Letters and digits; all else becomes '-', but none in front.
std::string file_part(const std::string& name) {
  std::string part;
  for (const char c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) != 0)
      part += c;
    else if (!part.empty())
      part += '-';
  return part.empty() ? "layer" : part;
}

ClassModelTarget class_target(const Labels& labels, std::int64_t index) {
  ClassModelTarget target;
  target.class_index = index;
  target.short_name = labels.short_name(index);
  target.long_name = fmt::format("{} (class {})", labels.name_with_id(index), index);
  target.file = fmt::format("{}-{}", index, file_part(labels.name(index)));
  target.json["class"] = to_json(labels, index);
  return target;
}

/// "12" or "12,3,7".
LayerTarget parse_unit(const std::string& text) {
  std::vector<std::int64_t> numbers;
  const char *at = text.data(), *end = at + text.size();
  while (true) {
    std::int64_t number = 0;
    const auto result = std::from_chars(at, end, number);
    if (result.ec != std::errc() || number < 0 || (result.ptr != end && *result.ptr != ','))
      break;
    numbers.push_back(number);
    if (result.ptr == end) {
      if (numbers.size() == 1)
        return {LayerTarget::Part::Unit, numbers[0], {}, {}};
      if (numbers.size() == 3)
        return {LayerTarget::Part::Unit, numbers[0], numbers[1], numbers[2]};
      break;
    }
    at = result.ptr + 1;
  }
  throw UsageError(fmt::format("--unit: expected CHANNEL or CHANNEL,ROW,COLUMN, found '{}'", text));
}

ClassModelTarget layer_target(const std::string& layer, const LayerTarget& part) {
  ClassModelTarget target;
  target.layer = part;
  target.json["layer"] = layer;
  switch (part.part) {
  case LayerTarget::Part::Whole:
    target.short_name = "whole layer";
    break;
  case LayerTarget::Part::Channel:
    target.short_name = fmt::format("channel {}", part.channel);
    target.json["channel"] = part.channel;
    break;
  case LayerTarget::Part::Unit:
    target.short_name = part.y ? fmt::format("unit {},{},{}", part.channel, *part.y, *part.x)
                               : fmt::format("unit {}", part.channel);
    target.json["channel"] = part.channel;
    if (part.y)
      target.json["position"] = {*part.y, *part.x};
    else
      target.json["position"] = "middle";
    break;
  }
  target.long_name = fmt::format("layer {}, {}", layer, target.short_name);
  target.file = file_part(layer);
  if (part.part != LayerTarget::Part::Whole)
    target.file += "-" + file_part(target.short_name);
  return target;
}

}  // namespace

std::vector<ClassModelTarget> ClassModelArguments::targets(const Labels& labels,
                                                           const Program& program) const {
  std::vector<ClassModelTarget> all;
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
