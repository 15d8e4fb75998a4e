#include "studio/commands.hpp"

#include "studio/code_text.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace fovea::studio {

Commands read_commands(Studio& studio, JsonFields& fields) {
  fields.text("view");  // it has to be there
  const std::string view = fields.word_if_given("view", {"look", "cut", "inside", "class-model"});
  return view == "look"     ? look_commands(studio, fields)
         : view == "cut"    ? cut_commands(studio, fields)
         : view == "inside" ? inside_commands(studio, fields)
                            : class_model_commands(studio, fields);
}

Named named(const StudioModel& model) {
  const NetworkRequest& request = model.request;
  Named names;
  names.model = model.origin == ModelOrigin::Uploaded ? model.name : request.found.path;
  const std::string& preset = request.preprocessing.preset;
  if (model.origin != ModelOrigin::Bundled)
    names.shell_model = " -m " + shell_file(names.model);
  if (!request.scores.empty())
    names.shell_model += " --scores " + shell_word(request.scores);
  if (!preset.empty())
    names.shell_model += " --preprocess " + preset;
  names.python_model = "fovea.Model(" + literal(names.model);
  if (!request.scores.empty())
    names.python_model += ", scores=" + literal(request.scores);
  if (!preset.empty())
    names.python_model += ", preprocessing=" + literal(preset);
  names.python_model += ")";
  if (!preset.empty())
    names.cpp_options +=
        fmt::format("  options.preprocessing = fovea::preprocessing_preset({});\n", literal(preset));
  if (!request.scores.empty())
    names.cpp_options += fmt::format("  options.program.outputs = {{{}}};\n", literal(request.scores));
  return names;
}

std::string file_of(const StudioPhoto& photo) {
  return photo.origin == PhotoOrigin::Uploaded ? photo.name : photo.path;
}

std::string stem_of(const StudioPhoto& photo) {
  return std::filesystem::path(photo.name).stem().string();
}

std::string cpp_program(const std::string& lines) {
  return "#include <fovea/fovea.hpp>\n\nint main() {\n" + lines + "}\n";
}

}  // namespace fovea::studio
