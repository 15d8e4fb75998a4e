#include "cli/kit/model_options.hpp"
#include "cli/kit/output.hpp"
#include "cli/kit/usage_error.hpp"
#include "cli/verbs/localize.hpp"
#include "fovea/error.hpp"
#include "fovea/networks.hpp"

#include <fmt/format.h>

namespace fovea::cli {
namespace {

std::vector<std::string> map_names() {
  std::vector<std::string> names = method_names();
  names.insert(names.begin(), "product");
  return names;
}

}  // namespace

std::vector<std::string> LocalizeArguments::methods() const {
  if (std::string_view(method_name()) == "product")
    return {"gradient", "guided"};
  return {method_name()};
}

Explainer object_explainer(const Network& loaded, const LocalizeArguments& arguments, int threads) {
  return Explainer(loaded.model,
                   explain_options(loaded, arguments.model, arguments.methods(),
                                   arguments.method_options.chosen(), arguments.framing(), threads));
}

void print_object_notes(const Explainer& explain) {
  std::vector<Note> notes = explain.notes();
  if (explain.method_infos().size() > 1)
    std::erase_if(notes, [](const Note& note) { return note.kind == NoteKind::RuleActed; });
  say_notes(notes);
}

LocalizeOptions localize_options(const LocalizeArguments& arguments) {
  LocalizeOptions options = arguments.is_paper()      ? paper_localize_options()
                            : arguments.takes_seeds() ? stroke_localize_options()
                                                      : LocalizeOptions();
  options.smoothing = arguments.smoothing.value_or(options.smoothing);
  if (arguments.prior.value_or(1) == 0)
    options.prior.reset();
  else if (arguments.prior || arguments.level)
    options.prior = options.prior.value_or(PriorOptions());
  if (options.prior) {
    options.prior->steepness = arguments.prior.value_or(options.prior->steepness);
    options.prior->level = arguments.level.value_or(options.prior->level);
    options.prior->colour_weight = arguments.colour_weight.value_or(options.prior->colour_weight);
    options.prior->smoothness = arguments.smoothness.value_or(options.prior->smoothness);
  } else if (arguments.level) {
    throw UsageError("--level says where the odds are even, but --prior 0 takes no odds from the map");
  } else if (arguments.box_level.value_or(0) > 0) {
    throw UsageError(
        "--box-level takes the map for half of the box, but --prior 0 takes seeds alone from it");
  }
  options.segment.colour_weight = arguments.colour_weight.value_or(options.segment.colour_weight);
  options.segment.smoothness = arguments.smoothness.value_or(options.segment.smoothness);
  options.segment.iterations = arguments.cuts.value_or(options.segment.iterations);
  if (!arguments.quantiles.empty()) {
    if (arguments.quantiles.size() != 2)
      throw UsageError(fmt::format("--quantiles: expected two numbers as foreground,background, found {}",
                                   arguments.quantiles.size()));
    options.seeds = {arguments.quantiles[0] / 100, arguments.quantiles[1] / 100};
    if (!(options.seeds.background_quantile >= 0 && options.seeds.foreground_quantile <= 1 &&
          options.seeds.background_quantile <= options.seeds.foreground_quantile))
      throw UsageError(fmt::format(
          "--quantiles {:g},{:g}: expected 0 <= background <= foreground <= 100, foreground first",
          arguments.quantiles[0], arguments.quantiles[1]));
  }
  if (!arguments.box.empty())
    options.box = parse_box_rule(arguments.box);
  options.box_level = arguments.box_level.value_or(options.box_level);
  if (arguments.star)
    options.star = *arguments.star ? std::optional(options.star.value_or(StarOptions())) : std::nullopt;
  return options;
}

void LocalizeArguments::add_method_to(Command verb) {
  LocalizeArguments& arguments = *this;
  verb.add_option("--method,--methods", arguments.method,
                  "how the map is made: any method of 'fovea list methods', or product, the product of the "
                  "maps of gradient and guided (default: fused-layer-cam; with --preset paper, gradient)")
      .check(one_of(map_names()));
  verb.refuse_option("--rule",
                     "--method says how the map is made, by a rule for ReLUs or by any other method");
  arguments.method_options.add_to(verb);
  // The map of 1, the centre crop, does not cover the photo.
  add_crops_to(verb, arguments.crops, {"whole", "2", "10"},
               ". The map of 1 would not cover the photo (default: 2; with --preset paper, 10)");
  verb = verb.in_group("Segmentation");
  verb.add_option("--preset", arguments.preset,
                  "default: the best settings found; paper: Simonyan et al. (2013) as printed")
      .check(one_of({"default", "paper"}))
      .shows_default();
  verb.add_option("--smoothing", arguments.smoothing,
                  "standard deviation of the map's blur, as a share of its shorter side")
      .check(between(0.0, 1.0));
  verb.add_option("--quantiles", arguments.quantiles,
                  "FOREGROUND,BACKGROUND: object seeds lie above the first quantile of the map, background "
                  "seeds below the second, in %")
      .delimiter(',');
  verb.add_option(
          "--prior", arguments.prior,
          "weight of the map as a prior on every pixel: the log odds in nats for e times the map's value; 0: "
          "the map gives seeds only, which keep their label (default: 2; with --preset paper, 0)")
      .check(between(0.0, 1000.0));
  verb.add_option("--level", arguments.level,
                  "the map's value where object and background are equally likely, as a share of the map's "
                  "self-weighted mean (default: 0.75)")
      .check(between(1e-6, 1000.0));
  verb.add_option("--colour-weight", arguments.colour_weight,
                  "weight of the colour models (default: 0.2 with a prior, otherwise 1)")
      .check(between(0.0, 1e6));
  verb.add_option("--smoothness", arguments.smoothness,
                  "weight of the contrast term between neighbouring pixels (default: 15 with a prior, 25 for "
                  "strokes and points, otherwise 50)")
      .check(between(0.0, 1e6));
  verb.add_option("--cuts", arguments.cuts,
                  "largest number of cuts; above 1, the colour models are fitted again after each cut until "
                  "nothing is gained (default: 1; for strokes and points, 5)")
      .check(whole_number(1, 1000));
  verb.add_option("--box", arguments.box,
                  "largest: box of the largest component; sizeable: box of all components with at least a "
                  "tenth of its area")
      .check(one_of(box_rule_names()));
  verb.add_option(
          "--box-level", arguments.box_level,
          "with a prior: the box is the mean of the mask's and of that of the map above this multiple "
          "of its Otsu threshold; 0: the mask's (default: 1)")
      .check(between(0.0, 1000.0));
  verb.add_switch("--star,!--no-star", arguments.star,
                  "geodesic star convexity: around the map's peaks (default: off), or around strokes or "
                  "points (default: on)");
}

}  // namespace fovea::cli
