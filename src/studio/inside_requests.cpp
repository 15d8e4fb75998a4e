#include "studio/inside_requests.hpp"

#include "studio/request_fields.hpp"

#include <limits>

namespace fovea::studio {
namespace {

constexpr std::int64_t kMostIndex = std::numeric_limits<std::int32_t>::max();

}  // namespace

LayerRequest read_layer_request(Studio& studio, JsonFields& fields) {
  return {read_model(studio, fields), read_photo(studio, fields), fields.text("layer")};
}

ReconstructionRequest read_reconstruction(Studio& studio, JsonFields& fields) {
  ReconstructionRequest asked{read_layer_request(studio, fields), 0, {}, false, Rule::Gradient, false};
  asked.channel = fields.whole_number("channel", 0, kMostIndex);
  const auto row = fields.whole_number_if_given("row", 0, kMostIndex),
             column = fields.whole_number_if_given("column", 0, kMostIndex);
  if (row.has_value() != column.has_value())
    fields.fail(row ? "column" : "row", "is missing: a unit has both");
  asked.is_whole = fields.flag_if_given("whole").value_or(false);
  asked.is_cut = fields.flag_if_given("cut").value_or(false);
  if (row && !asked.is_whole)
    asked.unit = {asked.channel, *row, *column};
  if (const std::string rule = fields.word_if_given("rule", {"gradient", "deconvnet", "guided"});
      !rule.empty())
    asked.rule = parse_rule(rule);
  return asked;
}

}  // namespace fovea::studio
