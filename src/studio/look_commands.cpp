#include "studio/commands.hpp"

#include "report/option_fields.hpp"
#include "studio/code_text.hpp"
#include "studio/request_fields.hpp"

#include <fmt/format.h>

namespace fovea::studio {

std::vector<CodeOption> changed_options(const MethodOptions& options) {
  const MethodOptions usual;
  std::vector<CodeOption> changed;
  const auto add_number = [&](const char* name, auto value, auto usual_value) {
    if (value != usual_value) {
      const std::string text = fmt::format("{}", value);
      changed.push_back({name, text, text, text});
    }
  };
  add_number("samples", options.samples, usual.samples);
  add_number("smooth", options.smooth, usual.smooth);
  add_number("noise", options.noise, usual.noise);
  if (options.baseline != usual.baseline) {
    const std::string name(name_of(options.baseline));
    changed.push_back(
        {"baseline", name, fmt::format("fovea::parse_baseline({})", literal(name)), literal(name)});
  }
  if (!options.layer.empty())
    changed.push_back({"layer", shell_word(options.layer), literal(options.layer), literal(options.layer)});
  if (options.merge != usual.merge) {
    const std::string name(name_of(options.merge));
    changed.push_back(
        {"merge", name, fmt::format("fovea::parse_channel_merge({})", literal(name)), literal(name)});
  }
  add_number("window", options.window, usual.window);
  add_number("stride", options.stride, usual.stride);
  add_number("cells", options.cells, usual.cells);
  add_number("keep", options.keep, usual.keep);
  if (options.heads != usual.heads) {
    const std::string name(name_of(options.heads));
    changed.push_back(
        {"heads", name, fmt::format("fovea::parse_head_fusion({})", literal(name)), literal(name)});
  }
  add_number("discard", options.discard, usual.discard);
  add_number("residual", options.residual, usual.residual);
  add_number("blocks", options.blocks, usual.blocks);
  add_number("segments", options.segments, usual.segments);
  add_number("seed", options.seed, usual.seed);
  return changed;
}

namespace {

struct Look {
  MapRequest map;
  DisplayRange range;
  std::string colormap = "inferno";
};

Commands of_control(const Look& look) {
  const std::string name(control_title(look.map.choice.method));
  return {fmt::format("# {}: a control of the studio, which no command makes\n", name),
          fmt::format("// {}: of fovea/measures.hpp\n", name) +
              cpp_program(fmt::format(
                  "  fovea::write_npy(\"control.npy\", {});\n",
                  look.map.choice.method == "random"
                      ? fmt::format("fovea::random_map(224, 224, {})", look.map.choice.options.seed)
                      : "fovea::centre_prior(224, 224)")),
          fmt::format("# {}: a control of the studio, which the Python module does not make\n", name)};
}

std::string shell_of(const Look& look, const Named& names) {
  WrappedList line("fovea saliency", " ", " \\\n    ");
  line.add(shell_file(file_of(look.map.photo)) + names.shell_model);
  line.add("--method " + look.map.choice.method);
  if (look.map.target.target)
    line.add(fmt::format("--class {}", *look.map.target.target));
  if (look.map.target.against)
    line.add(fmt::format("--against {}", *look.map.target.against));
  if (look.map.choice.crops != Crops::One)
    line.add(fmt::format("--crops {}", name_of(look.map.choice.crops)));
  for (const CodeOption& option : changed_options(look.map.choice.options))
    line.add(fmt::format("--{} {}", option.name, option.shell));
  if (look.colormap != "inferno")
    line.add("--colormap " + look.colormap);
  if (look.range.percentile != DisplayRange().percentile)
    line.add("--percentile " + number(look.range.percentile));
  if (look.range.gamma != 1)
    line.add("--gamma " + number(look.range.gamma));
  line.add("-o maps");
  return line.text() + "\n";
}

std::string cpp_of(const Look& look, const Named& names) {
  const MethodChoice& choice = look.map.choice;
  std::string lines =
      fmt::format("  fovea::ExplainOptions options;\n  options.method = {};\n", literal(choice.method));
  if (choice.crops != Crops::One)
    lines += fmt::format("  options.crops = fovea::parse_crops({});\n", literal(name_of(choice.crops)));
  for (const CodeOption& option : changed_options(choice.options))
    lines += fmt::format("  options.method_options.{} = {};\n", option.name, option.cpp);
  lines += names.cpp_options;
  lines += fmt::format(
      "  fovea::Explainer explain(fovea::Model::load({}), options);\n  fovea::ExplainTarget target;\n",
      literal(names.model));
  if (look.map.target.target)
    lines += fmt::format("  target.target = {};\n", *look.map.target.target);
  if (look.map.target.against)
    lines += fmt::format("  target.against = {};\n", *look.map.target.against);
  const std::string stem = stem_of(look.map.photo);
  lines += fmt::format("  const fovea::Image photo = fovea::read_image({});\n"
                       "  const fovea::Explanation map = explain(photo, target);\n",
                       literal(file_of(look.map.photo)));
  lines += fmt::format("  fovea::write_npy({}, map.map);\n", literal(stem + "-map.npy"));
  lines += fmt::format("  const fovea::DisplayRange range = {{{}, {}}};  // percentile, gamma\n",
                       number(look.range.percentile), number(look.range.gamma));
  lines += fmt::format("  fovea::OverlayStyle style;\n  style.colormap = {};\n  fovea::write_png({}, "
                       "map.overlay_on(photo, style, range));\n",
                       literal(look.colormap), literal(stem + "-overlay.png"));
  return cpp_program(lines);
}

std::string python_of(const Look& look, const Named& names) {
  WrappedList call("result = model.saliency(", ", ", ",\n                        ");
  call.add(literal(file_of(look.map.photo)));
  call.add("method=" + literal(look.map.choice.method));
  if (look.map.target.target)
    call.add(fmt::format("target={}", *look.map.target.target));
  if (look.map.target.against)
    call.add(fmt::format("against={}", *look.map.target.against));
  if (look.map.choice.crops != Crops::One)
    call.add(fmt::format("crops={}", literal(name_of(look.map.choice.crops))));
  for (const CodeOption& option : changed_options(look.map.choice.options))
    call.add(fmt::format("{}={}", option.name, option.python));
  const std::string stem = stem_of(look.map.photo);
  return fmt::format(
      "import fovea\nimport numpy\n\nmodel = {}\n{})\nnumpy.save({}, "
      "result.map)\n# The overlay has the part of the photo that the network saw; the command and C++ write "
      "all of the photo.\nfovea.write_png({}, result.overlay({}, percentile={}, gamma={}))\n",
      names.python_model, call.text(), literal(stem + "-map.npy"), literal(stem + "-overlay.png"),
      literal(look.colormap), number(look.range.percentile), number(look.range.gamma));
}

}  // namespace

Commands look_commands(Studio& studio, JsonFields& fields) {
  Look look{read_map_request(studio, fields), read_display_range(fields), "inferno"};
  if (const std::string colours = fields.word_if_given("colormap", colormap_names()); !colours.empty())
    look.colormap = colours;
  fields.expect_no_others();
  if (is_control(look.map.choice.method))
    return of_control(look);
  const Named names = named(*look.map.model);
  return {shell_of(look, names), cpp_of(look, names), python_of(look, names)};
}

}  // namespace fovea::studio
