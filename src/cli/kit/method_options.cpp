#include "cli/kit/method_options.hpp"

#include "cli/kit/output.hpp"
#include "report/option_fields.hpp"
#include "report/unused_options.hpp"

namespace fovea::cli {

ExplainOptions explain_options(const Network& loaded, const ModelOptions& model,
                               const std::vector<std::string>& methods, const MethodOptions& options,
                               Crops crops, int threads) {
  ExplainOptions result;
  result.method = methods.empty() ? std::string() : methods.front();
  if (!methods.empty())
    result.further_methods.assign(methods.begin() + 1, methods.end());
  result.method_options = options;
  result.crops = crops;
  result.preprocessing = loaded.preprocessing;
  result.labels = loaded.labels;
  result.program = program_options(loaded, model, Direction::ForwardAndBackward);
  result.program.threads = threads;
  if (!model.region.empty())
    result.region = read_score_region(model.region);
  return result;
}

Option add_class_to(Command verb, std::string& target) {
  return verb
      .add_option(
          "--class", target,
          "the class to explain: auto (the best guess of each picture), an index, a WordNet id or a name")
      .shows_default();
}

Option add_crops_to(Command verb, std::string& crops, const std::vector<std::string>& names,
                    const std::string& help_end) {
  return verb
      .add_option(
          "--crops", crops,
          "views of the photo. 1: the centre; whole: the whole photo squeezed to the network's size; 2: "
          "that and its mirror image; 10: corners, centre and mirror images. Scores of several views "
          "are averaged, maps in place" +
              help_end)
      .check(one_of(names));
}

void MethodArguments::add_to(Command verb) {
  verb = verb.in_group("Method");
  verb_ = verb;
  verb.add_option("--samples", options.samples,
                  "number of noisy copies, steps or masks of a sampling method (default: the method's own)")
      .check(whole_number(1, 1000000));
  verb.add_option("--smooth", options.smooth, "average the method over this many noisy copies (SmoothGrad)")
      .check(whole_number(1, 1000000));
  verb.add_option("--noise", options.noise,
                  "standard deviation of the noise, as a share of the input's range")
      .check(between(0.0, 100.0))
      .shows_default();
  verb.add_option(
          "--baseline", baseline,
          "the baseline picture, which stands for the absence of any object, of methods that need one")
      .check(one_of(baseline_names()))
      .shows_default();
  verb.add_option(
          "--layer", options.layer,
          "the layer of Grad-CAM and its variants (default: the last one with more than one position)")
      .check(not_empty())
      .completed_as(kLayerNames);
  verb.add_option("--merge", merge,
                  "how the values of a pixel's channels become one; max is the largest magnitude")
      .check(one_of(channel_merge_names()))
      .shows_default();
  verb.add_option("--window", options.window, "side of occlusion's square, as a share of the picture's side")
      .check(between(1e-6, 1.0))
      .shows_default();
  verb.add_option("--stride", options.stride, "step of occlusion's square, as a share of the picture's side")
      .check(between(1e-6, 1.0))
      .shows_default();
  verb.add_option("--cells", options.cells,
                  "number of cells along the side of a mask of RISE, Sobol indices or HSIC")
      .check(whole_number(1, 1000))
      .shows_default();
  verb.add_option("--keep", options.keep, "share of the cells that a RISE mask lets through")
      .check(between(1e-6, 0.999999))
      .shows_default();
  verb.add_option("--heads", heads, "how attention rollout makes one matrix of those of a layer's heads")
      .check(one_of(head_fusion_names()))
      .shows_default();
  verb.add_option("--discard", options.discard,
                  "share of the smallest entries of each attention matrix that attention rollout sets to 0")
      .check(between(0.0, 0.999999))
      .shows_default();
  verb.add_option("--residual", options.residual,
                  "share of each token that passes a layer by, in attention rollout")
      .check(between(0.0, 0.999999))
      .shows_default();
  verb.add_option("--blocks", options.blocks,
                  "number of a transformer's last blocks whose attention counts (default: all)")
      .check(whole_number(1, 1000));
  verb.add_option("--references", options.references,
                  "photo, or folder of photos, that is a baseline of expected gradients; may be repeated "
                  "(default: --baseline with noise)")
      .check(file_or_folder());
  verb.add_option(
          "--segments", options.segments,
          "number of regions: of the finest of XRAI's segmentations (default: one for about 170 pixels), of "
          "LIME and kernel SHAP (default: one for 16 samples, at most 64)")
      .check(whole_number(2, 100000));
  verb.add_option("--seed", options.seed, "seed of all random numbers").shows_default();
}

void MethodArguments::note_unused(const std::vector<std::string>& methods) const {
  const auto is_given = [this](const std::string& name) { return verb_ && verb_->given("--" + name); };
  for (const std::string& sentence : unused_options(methods, is_given, options.smooth > 0))
    say_note(sentence);
}

MethodOptions MethodArguments::chosen() const {
  MethodOptions result = options;
  result.merge = parse_channel_merge(merge);
  result.baseline = parse_baseline(baseline);
  result.heads = parse_head_fusion(heads);
  result.references = reference_pictures(options.references);
  return result;
}

}  // namespace fovea::cli
