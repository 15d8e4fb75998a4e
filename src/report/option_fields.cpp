#include "report/option_fields.hpp"

#include "fovea/batch.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace fovea {
std::optional<double> number_within(JsonFields& fields, const std::string& field, double low, double high) {
  const std::optional<double> number = fields.number_if_given(field);
  if (number && !(*number >= low && *number <= high))
    fields.fail(field, fmt::format("expected {:g} to {:g}, found {:g}", low, high, *number));
  return number;
}

std::vector<std::int64_t> whole_numbers(JsonFields& fields, const std::string& field) {
  constexpr double most = 9007199254740992.0;  // beyond 2^53 a double is no index
  std::vector<std::int64_t> whole;
  for (const double number : fields.numbers_if_given(field)) {
    if (number != std::floor(number) || std::abs(number) > most)
      fields.fail(field, fmt::format("expected whole numbers, found {:g}", number));
    whole.push_back(static_cast<std::int64_t>(number));
  }
  return whole;
}

std::vector<std::string> reference_pictures(const std::vector<std::string>& paths) {
  for (const std::string& path : paths)
    if (const std::string why = why_no_pictures(path); !why.empty())
      throw InputError(why, path);
  return expand_folders(paths);
}

MethodOptions read_method_options(JsonFields& fields) {
  MethodOptions options;
  take(options.samples, fields.whole_number_if_given("samples", 1, kMaxSamples));
  take(options.smooth, fields.whole_number_if_given("smooth", 1, kMaxSamples));
  take(options.noise, number_within(fields, "noise", 0, 100));
  if (const std::string name = fields.word_if_given("baseline", baseline_names()); !name.empty())
    options.baseline = parse_baseline(name);
  options.layer = fields.text_if_given("layer").value_or("");
  if (const std::string name = fields.word_if_given("merge", channel_merge_names()); !name.empty())
    options.merge = parse_channel_merge(name);
  take(options.window, number_within(fields, "window", 1e-6, 1));
  take(options.stride, number_within(fields, "stride", 1e-6, 1));
  take(options.cells, fields.whole_number_if_given("cells", 1, 1000));
  take(options.keep, number_within(fields, "keep", 1e-6, 0.999999));
  if (const std::string name = fields.word_if_given("heads", head_fusion_names()); !name.empty())
    options.heads = parse_head_fusion(name);
  take(options.discard, number_within(fields, "discard", 0, 0.999999));
  take(options.residual, number_within(fields, "residual", 0, 0.999999));
  take(options.blocks, fields.whole_number_if_given("blocks", 1, 1000));
  take(options.segments, fields.whole_number_if_given("segments", 2, 100000));
  take(options.seed, fields.whole_number_if_given("seed", 0, std::numeric_limits<std::int64_t>::max()));
  return options;
}

Crops read_crops(JsonFields& fields, Crops otherwise) {
  const std::string name = fields.word_if_given("crops", crops_names());
  return name.empty() ? otherwise : parse_crops(name);
}

DisplayRange read_display_range(JsonFields& fields) {
  DisplayRange range;
  take(range.percentile, number_within(fields, "percentile", 0, 100));
  take(range.gamma, number_within(fields, "gamma", 1e-6, 1e6));
  return range;
}

LocalizeOptions read_localize_options(JsonFields& fields, const LocalizeOptions& otherwise) {
  LocalizeOptions options =
      fields.word_if_given("preset", {"default", "paper"}) == "paper" ? paper_localize_options() : otherwise;
  read_localize_changes(fields, options);
  return options;
}

void read_localize_changes(JsonFields& fields, LocalizeOptions& options) {
  take(options.smoothing, number_within(fields, "smoothing", 0, 1));
  const std::optional<double> prior = number_within(fields, "prior", 0, 1000);
  const std::optional<double> level = number_within(fields, "level", 1e-6, 1000);
  const std::optional<double> colour_weight = number_within(fields, "colour_weight", 0, 1e6);
  const std::optional<double> smoothness = number_within(fields, "smoothness", 0, 1e6);
  if (prior == 0.0)
    options.prior.reset();
  else if (prior || level)
    options.prior = options.prior.value_or(PriorOptions());
  if (options.prior) {
    take(options.prior->steepness, prior);
    take(options.prior->level, level);
    take(options.prior->colour_weight, colour_weight);
    take(options.prior->smoothness, smoothness);
  } else if (level) {
    fields.fail("level", "says where the odds are even, but a prior of 0 takes no odds from the map");
  }
  take(options.segment.colour_weight, colour_weight);
  take(options.segment.smoothness, smoothness);
  take(options.segment.iterations, fields.whole_number_if_given("cuts", 1, 1000));
  if (const std::vector<double> quantiles = fields.numbers_if_given("quantiles"); !quantiles.empty()) {
    if (quantiles.size() != 2 || !(0 <= quantiles[1] && quantiles[1] <= quantiles[0] && quantiles[0] <= 1))
      fields.fail("quantiles",
                  "expected two numbers, the object's and the background's, with 0 <= background "
                  "<= object <= 1");
    options.seeds = {quantiles[0], quantiles[1]};
  }
  if (const std::string rule = fields.word_if_given("box", box_rule_names()); !rule.empty())
    options.box = parse_box_rule(rule);
  const std::optional<double> box_level = number_within(fields, "box_level", 0, 1000);
  if (box_level.value_or(0) > 0 && !options.prior)
    fields.fail("box_level", "takes the map for half of the box, but a prior of 0 takes seeds alone from it");
  take(options.box_level, box_level);
  if (const std::optional<bool> star = fields.flag_if_given("star"))
    options.star = *star ? std::optional(options.star.value_or(StarOptions())) : std::nullopt;
  if (const std::optional<double> geodesic = number_within(fields, "geodesic", 0, 1)) {
    if (!options.star)
      fields.fail("geodesic", "is about the paths of a star: it needs 'star'");
    options.star->geodesic = *geodesic;
  }
  take(options.max_side, fields.whole_number_if_given("max_side", 0, 65536));
}

}  // namespace fovea
