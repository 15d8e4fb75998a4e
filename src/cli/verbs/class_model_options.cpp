#include "cli/kit/figure_options.hpp"
#include "cli/kit/usage_error.hpp"
#include "cli/verbs/class_model.hpp"
#include "fovea/error.hpp"
#include "fovea/networks.hpp"

#include <fmt/format.h>

namespace fovea::cli {
namespace {

void add_target_options(ClassModelArguments& arguments, Command verb) {
  verb.add_option(
      "--class", arguments.classes,
      "class to excite: an index, a WordNet id or a name; may be repeated; 'all' stands for every class");
  verb.add_option("--layer", arguments.layer,
                  "excite this layer instead of a class, named by an ONNX value or node; without --channel "
                  "and --unit, the mean of squares of all its values")
      .check(not_empty())
      .completed_as(kLayerNames);
  verb.add_option("--channel", arguments.channels,
                  "excite the mean of this channel of the layer; may be repeated")
      .check(not_negative());
  verb.add_option("--unit", arguments.units,
                  "excite one unit of the layer: CHANNEL,ROW,COLUMN, or CHANNEL for the unit in the middle; "
                  "may be repeated");
}

void add_ascent_options(ClassModelArguments& arguments, Command verb) {
  ClassModelOptions& method = arguments.method;
  verb.add_option("--steps", method.steps, "number of steps of gradient ascent")
      .check(whole_number(1, 1000000))
      .shows_default();
  verb.add_flag("--paper", arguments.paper,
                "plain gradient ascent on S - l2 * |I|^2 in the network's own units, from the zero picture");
  verb.add_flag(
      "--fourier", arguments.fourier,
      "optimise the picture's spectrum, with frequencies and colours as in natural photos, without blur");
  verb.add_option(
          "--step", method.step,
          "length (root mean square) of a step, in standard deviations of natural pixels (default 0.08); "
          "with --fourier Adam's learning rate (default 0.05); with --paper the learning rate (default 0.1)")
      .check(above_zero());
  verb.add_option("--l2", arguments.l2,
                  "weight decay: the share of the picture (--fourier: the spectrum) taken off at each step "
                  "(default 0); with --paper lambda (default 1)")
      .check(not_negative());
  verb.add_option("--jitter", method.jitter, "largest random shift before each step, as a share of the side")
      .check(between(0.0, 0.5))
      .shows_default();
  verb.add_option("--zoom", method.zoom, "largest factor of the random zoom, in or out, before each step")
      .check(between(1.0, 4.0))
      .shows_default();
  verb.add_option("--rotate", method.rotate,
                  "largest angle of the random rotation before each step, either way, in degrees")
      .check(between(0.0, 180.0))
      .shows_default();
  verb.add_option(
          "--blur", arguments.blur,
          fmt::format(
              "standard deviation of the blur at every fourth step, as a share of the side (default {})",
              method.blur))
      .check(between(0.0, 0.1));
  verb.add_option("--seed", method.seed,
                  "seed of the random shifts, zooms, rotations and noise; of several pictures, the k-th uses "
                  "the seed plus k - 1")
      .check(not_negative())
      .shows_default();
  verb.add_option("--coarse", arguments.coarse,
                  fmt::format("standard deviation of the gradient's blur at the first step, as a share of "
                              "the side; it falls to 0 at the last step (default {})",
                              method.coarse))
      .check(between(0.0, 0.1));
  verb.add_option("--start", arguments.start,
                  "where ascent starts: zero (the mean colour), noise, or a picture's file")
      .shows_default();
}

void add_diversity_options(ClassModelArguments& arguments, Command verb) {
  verb.add_option("--diversity", arguments.diversity.pictures,
                  "make N different pictures of the same target, and a sheet of them")
      .check(whole_number(2, 64));
  verb.add_option("--diversity-strength", arguments.diversity_strength,
                  fmt::format("how strongly the pictures of --diversity push each other apart; 0: only their "
                              "seeds differ (default {})",
                              arguments.diversity.strength))
      .check(not_negative());
  verb.add_option("--diversity-layer", arguments.diversity_layer,
                  "the layer in which the pictures of --diversity are compared (default: the layer that is "
                  "excited; for a class the pictures themselves)")
      .check(not_empty())
      .completed_as(kLayerNames);
}

}  // namespace

void ClassModelArguments::add_to(Command verb) {
  add_target_options(*this, verb);
  add_ascent_options(*this, verb.in_group("Ascent"));
  add_diversity_options(*this, verb.in_group("Several pictures"));
  verb.add_option("--every", every, "also write a frame at every K-th step").check(whole_number(1, 1000000));
  verb.add_flag("--sheet", sheet, "also write all pictures as one labelled picture");
  verb.add_option("--display", display,
                  "how the input x becomes a picture. pixels: x * std + mean; fitted: 0.5 + x / (5 rms); "
                  "auto: fitted, but pixels with --paper and --fourier")
      .check(one_of({"auto", "pixels", "fitted"}))
      .shows_default();
  verb.add_option("-o,--output", output,
                  "folder for the pictures and arrays; or one .png, .jpg, .svg or .pdf for the picture, or "
                  "with --sheet or "
                  "--diversity for the sheet")
      .required()
      .check(output_in(kFigureOrFolder));
  add_dpi_to(verb, dpi);
  format.add_to(verb);
  model.add_to(verb);
  model.add_target_to(verb, {"--class", "--layer"});
  add_model_argument(verb, model.model);
}

void ClassModelArguments::check() const {
  auto refuse = [](bool senseless, const char* message) {
    if (senseless)
      throw UsageError(message);
  };
  refuse(classes.empty() && layer.empty() && model.number.empty(),
         "the option --class is missing, or --layer, or --target: what is to be excited");
  refuse(!classes.empty() && !layer.empty(), "--class and --layer are two targets: give one of them");
  refuse(layer.empty() && (!channels.empty() || !units.empty()), "--channel and --unit need --layer");
  refuse(paper && fourier, "--paper optimises pixels: it does not go with --fourier");
  refuse(paper && (method.zoom != 1 || method.rotate != 0 || method.jitter != ClassModelOptions().jitter),
         "--paper does not move the picture: it does not go with --jitter, --zoom or --rotate");
  refuse(paper && (blur || coarse), "--paper does not blur: it does not go with --blur or --coarse");
  refuse(paper && diversity.pictures > 1, "--paper gives one picture: it does not go with --diversity");
  refuse(fourier && (blur || coarse), "--fourier does not blur: it does not go with --blur or --coarse");
  refuse(diversity.pictures == 1 && (diversity_strength || !diversity_layer.empty()),
         "--diversity-strength and --diversity-layer need --diversity");
}

void ClassModelArguments::complete(const Network& loaded) {
  if (paper) {
    method.method = ClassModelOptions::Method::Paper;
    method.l2 = 1.0;
  } else if (fourier) {
    method.method = ClassModelOptions::Method::Fourier;
  }
  method.l2 = l2.value_or(method.l2);
  method.blur = blur.value_or(method.blur);
  method.coarse = coarse.value_or(method.coarse);
  diversity.strength = diversity_strength.value_or(diversity.strength);
  if (start == "noise") {
    method.start = ClassModelOptions::Start::Noise;
  } else if (start != "zero") {
    method.start = ClassModelOptions::Start::Picture;
    method.picture = Tensor(DType::F32, {loaded.size.channels, loaded.size.height, loaded.size.width});
    const Framing framing = frame(read_image(start), loaded.preprocessing, loaded.size, Crops::One);
    write_crop(framing, 0, loaded.preprocessing, method.picture.data<float>().data());
  }
}

ClassModelDisplay ClassModelArguments::shown() const {
  if (display == "auto")
    return paper || fourier ? ClassModelDisplay::Pixels : ClassModelDisplay::Fitted;
  return display == "pixels" ? ClassModelDisplay::Pixels : ClassModelDisplay::Fitted;
}

}  // namespace fovea::cli
