#include "studio/ascents.hpp"
#include "studio/code_text.hpp"
#include "studio/commands.hpp"

#include <fmt/format.h>

namespace fovea::studio {
namespace {

using Method = ClassModelOptions::Method;

/// Options that differ from the method's defaults, by their names; all are numbers.
std::vector<std::pair<std::string, std::string>> changed_settings(const ClassModelOptions& options) {
  ClassModelOptions usual;
  usual.method = options.method;
  if (options.method == Method::Paper)
    usual.l2 = 1;
  std::vector<std::pair<std::string, std::string>> changed;
  const auto add = [&](const char* name, auto value, auto usual_value) {
    if (value != usual_value)
      changed.emplace_back(name, fmt::format("{}", value));
  };
  add("steps", options.steps, usual.steps);
  add("step", step_of(options), step_of(usual));
  add("l2", options.l2, usual.l2);
  add("jitter", options.jitter, usual.jitter);
  add("blur", options.blur, usual.blur);
  add("coarse", options.coarse, usual.coarse);
  add("zoom", options.zoom, usual.zoom);
  add("rotate", options.rotate, usual.rotate);
  add("seed", options.seed, usual.seed);
  return changed;
}

const char* method_word(Method method) {
  return method == Method::Paper ? "paper" : method == Method::Fourier ? "fourier" : "regularized";
}

/// The display's name, where the command line and Python would not choose it for the method by themselves.
std::string changed_display(Method method, ClassModelDisplay display) {
  const ClassModelDisplay usual =
      method == Method::Regularized ? ClassModelDisplay::Fitted : ClassModelDisplay::Pixels;
  if (display == usual)
    return "";
  return display == ClassModelDisplay::Fitted ? "fitted" : "pixels";
}

std::string shell_of(const AscentRequest& asked, ClassModelDisplay display, const Named& names) {
  const ClassModelOptions& options = asked.options;
  WrappedList line("fovea class-model" + names.shell_model, " ", " \\\n    ");
  if (!options.layer)
    line.add(fmt::format("--class {}", options.target_class));
  else
    line.add("--layer " + shell_word(asked.layer));
  if (options.layer && options.layer->part == LayerTarget::Part::Channel)
    line.add(fmt::format("--channel {}", options.layer->channel));
  if (options.layer && options.layer->part == LayerTarget::Part::Unit)
    line.add(fmt::format("--unit {},{},{}", options.layer->channel, *options.layer->y, *options.layer->x));
  if (options.method != Method::Regularized)
    line.add(fmt::format("--{}", method_word(options.method)));
  for (const auto& [name, value] : changed_settings(options))
    line.add(fmt::format("--{} {}", name, value));
  if (asked.start_photo)
    line.add("--start " + shell_file(file_of(*asked.start_photo)));
  else if (options.start == ClassModelOptions::Start::Noise)
    line.add("--start noise");
  if (const std::string name = changed_display(options.method, display); !name.empty())
    line.add("--display " + name);
  line.add("-o models");
  return line.text() + "\n";
}

std::string python_of(const AscentRequest& asked, ClassModelDisplay display, const Named& names) {
  const ClassModelOptions& options = asked.options;
  WrappedList call("result = model.class_model(", ", ", ",\n                           ");
  if (!options.layer)
    call.add(fmt::format("{}", options.target_class));
  else
    call.add("layer=" + literal(asked.layer));
  if (options.layer && options.layer->part == LayerTarget::Part::Channel)
    call.add(fmt::format("channel={}", options.layer->channel));
  if (options.layer && options.layer->part == LayerTarget::Part::Unit)
    call.add(fmt::format("unit=({}, {}, {})", options.layer->channel, *options.layer->y, *options.layer->x));
  if (options.method != Method::Regularized)
    call.add(fmt::format("method=\"{}\"", method_word(options.method)));
  for (const auto& [name, value] : changed_settings(options))
    call.add(fmt::format("{}={}", name, value));
  if (asked.start_photo)
    call.add("start=" + literal(file_of(*asked.start_photo)));
  else if (options.start == ClassModelOptions::Start::Noise)
    call.add("start=\"noise\"");
  if (const std::string name = changed_display(options.method, display); !name.empty())
    call.add("display=" + literal(name));
  return fmt::format("import fovea\n\nmodel = "
                     "{}\n{})\nprint(result.score)\nfovea.write_png(\"class-model.png\", result.picture)\n",
                     names.python_model, call.text());
}

std::string cpp_of(const AscentRequest& asked, ClassModelDisplay display, const Named& names) {
  const ClassModelOptions& options = asked.options;
  const Network& network = asked.model->network;
  const std::string& preset = asked.model->request.preprocessing.preset;
  std::string lines =
      fmt::format("  const fovea::Model model = fovea::Model::load({});\n", literal(names.model));
  lines +=
      preset.empty()
          ? "  const fovea::Preprocessing preprocessing = "
            "model.preprocessing().value_or(fovea::preprocessing_preset(\"torchvision\"));\n"
          : fmt::format("  const fovea::Preprocessing preprocessing = fovea::preprocessing_preset({});\n",
                        literal(preset));
  lines += fmt::format("  fovea::ProgramOptions program;\n  program.height = {};\n  program.width = {};\n",
                       network.size.height, network.size.width);
  lines += options.layer ? fmt::format("  program.layer = {};\n", literal(asked.layer))
                         : "  program.final_relu = fovea::ProgramOptions::FinalRelu::Remove;\n";
  lines += fmt::format(
      "  fovea::Session session(fovea::{}(model, program));\n  fovea::ClassModelOptions options;\n",
      options.layer ? "Program::compile" : "compile_for_pictures");
  if (!options.layer)
    lines += fmt::format("  options.target_class = {};\n", options.target_class);
  else if (options.layer->part == LayerTarget::Part::Whole)
    lines += "  options.layer.emplace();\n";
  else if (options.layer->part == LayerTarget::Part::Channel)
    lines +=
        fmt::format("  options.layer = {{fovea::LayerTarget::Part::Channel, {}}};\n", options.layer->channel);
  else
    lines += fmt::format("  options.layer = {{fovea::LayerTarget::Part::Unit, {}, {}, {}}};\n",
                         options.layer->channel, *options.layer->y, *options.layer->x);
  if (options.method != Method::Regularized)
    lines += fmt::format("  options.method = fovea::ClassModelOptions::Method::{};\n",
                         options.method == Method::Paper ? "Paper" : "Fourier");
  if (options.method == Method::Paper && options.l2 == 1)
    lines += "  options.l2 = 1;\n";
  for (const auto& [name, value] : changed_settings(options))
    lines += fmt::format("  options.{} = {};\n", name, value);
  if (asked.start_photo)
    lines += fmt::format(
        "  const fovea::InputSize size = {{{}, {}, {}}};\n"
        "  options.start = fovea::ClassModelOptions::Start::Picture;\n"
        "  options.picture = fovea::Tensor(fovea::DType::F32, {{size.channels, size.height, size.width}});\n"
        "  fovea::write_crop(fovea::frame(fovea::read_image({}), preprocessing, size, fovea::Crops::One), 0, "
        "preprocessing,\n"
        "                    options.picture.data<float>().data());\n",
        network.size.channels, network.size.height, network.size.width, literal(file_of(*asked.start_photo)));
  else if (options.start == ClassModelOptions::Start::Noise)
    lines += "  options.start = fovea::ClassModelOptions::Start::Noise;\n";
  lines +=
      fmt::format("  const fovea::ClassModel found = fovea::class_model(session, preprocessing, options);\n"
                  "  fovea::write_png(\"class-model.png\", fovea::to_image(found.input, preprocessing, "
                  "fovea::ClassModelDisplay::{}));\n",
                  display == ClassModelDisplay::Fitted ? "Fitted" : "Pixels");
  return cpp_program(lines);
}

}  // namespace

Commands class_model_commands(Studio& studio, JsonFields& fields) {
  const AscentPictures none(0);
  const std::string start = fields.word_if_given("start", {"zero", "noise", "photo", "job"});
  if (start == "job")
    fields.fail("start",
                "a picture of another job is no file: begin at zero, noise or a photo for a command");
  const bool needs_photo = start == "photo";
  if (!needs_photo && fields.has("photo"))
    fields.text("photo");  // the page's photo, which does not matter here
  const AscentRequest asked = read_ascent_request(studio, fields, none);
  const ClassModelDisplay display = fields.word_if_given("display", {"fitted", "pixels"}) == "pixels"
                                        ? ClassModelDisplay::Pixels
                                        : ClassModelDisplay::Fitted;
  fields.expect_no_others();
  const Named names = named(*asked.model);
  return {shell_of(asked, display, names), cpp_of(asked, display, names), python_of(asked, display, names)};
}

}  // namespace fovea::studio
