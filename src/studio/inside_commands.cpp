#include "studio/code_text.hpp"
#include "studio/commands.hpp"
#include "studio/inside_requests.hpp"
#include "studio/request_fields.hpp"

#include <fmt/format.h>

namespace fovea::studio {
namespace {

std::string unit_text(const ReconstructionRequest& asked) {
  return asked.unit ? fmt::format("{},{},{}", asked.unit->channel, asked.unit->y, asked.unit->x)
                    : std::to_string(asked.channel);
}

std::string deconv_in_cpp(const ReconstructionRequest& asked, const Named& names) {
  const std::string stem = stem_of(asked.of.photo);
  std::string lines =
      fmt::format("  const fovea::Model model = fovea::Model::load({});\n", literal(names.model));
  const Network& network = asked.of.model->network;
  lines += fmt::format("  const std::vector<fovea::LayerInfo> all = fovea::layers(model, {}, {});\n",
                       network.size.height, network.size.width);
  lines +=
      fmt::format("  const fovea::LayerInfo& layer = fovea::find_layer(all, {});\n", literal(asked.of.layer));
  lines += fmt::format("  fovea::ProgramOptions options;\n  options.layer = layer.name;\n  options.rule = "
                       "fovea::parse_rule({});\n  options.height = {};\n  options.width = {};\n",
                       literal(name_of(asked.rule)), network.size.height, network.size.width);
  const std::string& preset = asked.of.model->request.preprocessing.preset;
  lines +=
      preset.empty()
          ? "  const fovea::Preprocessing preprocessing = "
            "model.preprocessing().value_or(fovea::preprocessing_preset(\"torchvision\"));\n"
          : fmt::format("  const fovea::Preprocessing preprocessing = fovea::preprocessing_preset({});\n",
                        literal(preset));
  lines += "  fovea::Session session(fovea::Program::compile(model, options));\n";
  lines +=
      fmt::format("  fovea::LayerExplainer explain(session, layer, fovea::read_image({}), preprocessing);\n",
                  literal(file_of(asked.of.photo)));
  if (asked.is_whole)
    lines += fmt::format("  const fovea::Reconstruction made = explain.channel({});\n", asked.channel);
  else if (asked.unit)
    lines += fmt::format("  const fovea::Reconstruction made = explain.unit({{{}, {}, {}}});\n",
                         asked.unit->channel, asked.unit->y, asked.unit->x);
  else
    lines += fmt::format("  const fovea::Reconstruction made = explain.unit(explain.strongest({}).unit);\n",
                         asked.channel);
  lines += "  const fovea::Image picture = fovea::to_signed_image(made.pattern, "
           "fovea::contrast_level(made.pattern, 99.5), preprocessing.channel_order);\n";
  lines += fmt::format("  fovea::write_png({}, {});\n", literal(stem + "-reconstruction.png"),
                       asked.is_cut ? "fovea::crop(picture, made.field)" : "picture");
  return cpp_program(lines);
}

}  // namespace

Commands inside_commands(Studio& studio, JsonFields& fields) {
  const ReconstructionRequest asked = read_reconstruction(studio, fields);
  fields.expect_no_others();
  const Named names = named(*asked.of.model);
  WrappedList line("fovea deconv", " ", " \\\n    ");
  line.add(shell_file(file_of(asked.of.photo)) + names.shell_model);
  line.add("--layer " + shell_word(asked.of.layer));
  line.add("--unit " + unit_text(asked));
  line.add(fmt::format("--rule {}", name_of(asked.rule)));
  if (asked.is_whole)
    line.add("--whole");
  line.add("-o patterns");
  WrappedList call("result = model.deconv(", ", ", ",\n                      ");
  call.add(literal(file_of(asked.of.photo)));
  call.add("layer=" + literal(asked.of.layer));
  call.add(asked.unit ? fmt::format("unit=({}, {}, {})", asked.unit->channel, asked.unit->y, asked.unit->x)
                      : fmt::format("unit={}", asked.channel));
  call.add("rule=" + literal(name_of(asked.rule)));
  if (asked.is_whole)
    call.add("whole=True");
  const std::string part = asked.is_cut ? "x, y, width, height = result.field\nfovea.write_png({}, "
                                          "result.picture[y:y + height, x:x + width])\n"
                                        : "fovea.write_png({}, result.picture)\n";
  return {line.text() + "\n", deconv_in_cpp(asked, names),
          fmt::format("import fovea\n\nmodel = {}\n{})[0]\n", names.python_model, call.text()) +
              fmt::format(fmt::runtime(part), literal(stem_of(asked.of.photo) + "-reconstruction.png"))};
}

}  // namespace fovea::studio
