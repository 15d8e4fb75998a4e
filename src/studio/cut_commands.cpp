#include "studio/commands.hpp"

#include "fovea/image.hpp"
#include "studio/code_text.hpp"
#include "studio/cuts.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fovea::studio {
namespace {

/// The strokes as a picture that `fovea localize --strokes` reads: red and blue on white.
std::string strokes_png(const Trimap& seeds) {
  Image picture = Image::blank(seeds.width, seeds.height, 3, 255);
  const StrokeColours colours;
  for (std::size_t i = 0; i < seeds.pixels.size(); ++i)
    if (seeds.pixels[i] != Seed::Unknown) {
      const Colour& colour = seeds.pixels[i] == Seed::Foreground ? colours.foreground : colours.background;
      std::copy(colour.begin(), colour.end(), &picture.pixels[3 * i]);
    }
  return encode_png(picture);
}

struct View {
  CutRequest cut;
  std::optional<Trimap> seeds;
  std::string stem;
};

/// The fields of LocalizeOptions as pairs of a name and a value, where they differ from those of the command
/// or function that is called.
using Settings = std::vector<std::pair<std::string, std::string>>;

LocalizeOptions usual_options(const CutRequest& cut) {
  return !cut.strokes.empty()    ? stroke_localize_options()
         : cut.preset == "paper" ? paper_localize_options()
                                 : LocalizeOptions();
}

Settings changed_settings(const CutRequest& cut) {
  const LocalizeOptions usual = usual_options(cut), &asked = cut.options;
  Settings settings;
  const auto add = [&](const char* name, auto value, auto usual_value) {
    if (value != usual_value)
      settings.emplace_back(name, fmt::format("{}", value));
  };
  const bool has_prior = asked.prior.has_value();
  if (!cut.maps.empty()) {
    add("smoothing", asked.smoothing, usual.smoothing);
    if (has_prior != usual.prior.has_value() ||
        (has_prior && asked.prior->steepness != usual.prior->steepness))
      settings.emplace_back("prior", has_prior ? number(asked.prior->steepness) : "0");
    if (has_prior && asked.prior->level != usual.prior.value_or(PriorOptions()).level)
      settings.emplace_back("level", number(asked.prior->level));
    if (asked.box_level != usual.box_level)
      settings.emplace_back("box_level", number(asked.box_level));
    add("max_side", asked.max_side, usual.max_side);
  }
  const PriorOptions usual_prior = usual.prior.value_or(PriorOptions());
  add("colour_weight", has_prior ? asked.prior->colour_weight : asked.segment.colour_weight,
      has_prior ? usual_prior.colour_weight : usual.segment.colour_weight);
  add("smoothness", has_prior ? asked.prior->smoothness : asked.segment.smoothness,
      has_prior ? usual_prior.smoothness : usual.segment.smoothness);
  add("cuts", asked.segment.iterations, usual.segment.iterations);
  return settings;
}

/// What neither the command line nor Python has; empty if they have all.
std::string only_in_cpp(const CutRequest& cut) {
  if (!cut.maps.empty() && !cut.strokes.empty())
    return "a cut by strokes and a map together";
  if (cut.options.star && cut.options.star->geodesic != StarOptions().geodesic)
    return "a star of another geodesic share";
  if (!cut.maps.empty() && cut.options.max_side != usual_options(cut).max_side)
    return "another largest side";
  return {};
}

std::string shell_of(const View& view) {
  const CutRequest& cut = view.cut;
  std::string text;
  WrappedList line("fovea localize", " ", " \\\n    ");
  line.add(shell_file(file_of(cut.photo)));
  if (view.seeds) {
    const std::string file = shell_file(view.stem + "-strokes.png");
    text = fmt::format("base64 -d > {} <<'END'\n{}END\n", file, base64_lines(strokes_png(*view.seeds)));
    line.add("--strokes " + file);
  } else {
    const MapRequest& map = cut.maps.front();
    const Named names = named(*map.model);
    if (!names.shell_model.empty())
      line.add(names.shell_model.substr(1));
    if (map.target.target)
      line.add(fmt::format("--class {}", *map.target.target));
    if (cut.maps.size() == 1)
      line.add("--method " + map.choice.method);
    for (const CodeOption& option : changed_options(map.choice.options))
      line.add(fmt::format("--{} {}", option.name, option.shell));
    if (cut.preset == "paper") {
      line.add("--preset paper");
      line.add(fmt::format("--crops {}", name_of(map.choice.crops)));
    } else if (map.choice.crops != Crops::WholeAndMirror) {
      line.add(fmt::format("--crops {}", name_of(map.choice.crops)));
    }
    const SeedOptions usual = usual_options(cut).seeds, &asked = cut.options.seeds;
    if (asked.foreground_quantile != usual.foreground_quantile ||
        asked.background_quantile != usual.background_quantile)
      line.add(
          fmt::format("--quantiles {},{}", 100 * asked.foreground_quantile, 100 * asked.background_quantile));
  }
  for (auto [name, value] : changed_settings(cut)) {
    std::replace(name.begin(), name.end(), '_', '-');
    line.add(fmt::format("--{} {}", name, value));
  }
  if (cut.options.star.has_value() != usual_options(cut).star.has_value())
    line.add(cut.options.star ? "--star" : "--no-star");
  if (cut.options.box != usual_options(cut).box)
    line.add(fmt::format("--box {}", name_of(cut.options.box)));
  line.add("-o objects");
  return text + line.text() + "\n";
}

std::string python_of(const View& view) {
  const CutRequest& cut = view.cut;
  std::string text = "import fovea\n\n";
  const bool has_strokes = view.seeds.has_value();
  WrappedList call(has_strokes ? "result = fovea.segment(" : "result = model.localize(", ", ", ",\n    ");
  call.add(literal(file_of(cut.photo)));
  if (has_strokes) {
    const std::string file = literal(view.stem + "-strokes.png");
    text = fmt::format("import base64\n\nimport fovea\n\nwith open({}, \"wb\") as file:\n    "
                       "file.write(base64.b64decode(\"\"\"\n{}\"\"\"))\n",
                       file, base64_lines(strokes_png(*view.seeds)));
    call.add(file);
  } else {
    const MapRequest& map = cut.maps.front();
    text += fmt::format("model = {}\n", named(*map.model).python_model);
    if (map.target.target)
      call.add(fmt::format("{}", *map.target.target));
    if (cut.maps.size() == 1)
      call.add("method=" + literal(map.choice.method));
    for (const CodeOption& option : changed_options(map.choice.options))
      call.add(fmt::format("{}={}", option.name, option.python));
    if (cut.preset == "paper")
      call.add("preset=\"paper\"");
    if (cut.preset == "paper" || map.choice.crops != Crops::WholeAndMirror)
      call.add(fmt::format("crops={}", literal(name_of(map.choice.crops))));
    const SeedOptions usual = usual_options(cut).seeds, &asked = cut.options.seeds;
    if (asked.foreground_quantile != usual.foreground_quantile ||
        asked.background_quantile != usual.background_quantile)
      call.add(fmt::format("quantiles=({}, {})", asked.foreground_quantile, asked.background_quantile));
  }
  for (const auto& [name, value] : changed_settings(cut))
    call.add(fmt::format("{}={}", name, value));
  if (cut.options.star.has_value() != usual_options(cut).star.has_value())
    call.add(cut.options.star ? "star=True" : "star=False");
  if (cut.options.box != usual_options(cut).box)
    call.add(fmt::format("box={}", literal(name_of(cut.options.box))));
  return text + call.text() +
         fmt::format(")\nprint(result.box)\nfovea.write_png({}, result.mask.astype(\"uint8\") * 255)\n",
                     literal(view.stem + "-mask.png"));
}

/// Seeds as lengths of runs of equal pixels, row by row.
std::string runs_in_cpp(const Trimap& seeds) {
  WrappedList list("  const std::vector<std::pair<int, int>> runs = {", ", ", ",\n      ");
  for (std::size_t i = 0; i < seeds.pixels.size();) {
    std::size_t end = i;
    while (end < seeds.pixels.size() && seeds.pixels[end] == seeds.pixels[i])
      ++end;
    list.add(fmt::format("{{{}, {}}}", static_cast<int>(seeds.pixels[i]), end - i));
    i = end;
  }
  return "  // Seeds, row by row: 0 unknown, 1 object, 2 background, each with the number of pixels.\n" +
         list.text() + "};\n" +
         fmt::format("  fovea::Trimap seeds = fovea::Trimap::blank({}, {});\n", seeds.width, seeds.height) +
         "  std::size_t pixel = 0;\n"
         "  for (const auto& [seed, count] : runs)\n"
         "    for (int i = 0; i < count; ++i)\n"
         "      seeds.pixels[pixel++] = static_cast<fovea::Seed>(seed);\n";
}

/// All options by their names in C++, where they differ from those that `start` makes.
std::string options_in_cpp(const CutRequest& cut) {
  const LocalizeOptions usual = cut.preset == "strokes" ? stroke_localize_options()
                                : cut.preset == "paper" ? paper_localize_options()
                                                        : LocalizeOptions();
  const LocalizeOptions& asked = cut.options;
  std::string lines = fmt::format("  fovea::LocalizeOptions how{};\n",
                                  cut.preset == "strokes" ? " = fovea::stroke_localize_options()"
                                  : cut.preset == "paper" ? " = fovea::paper_localize_options()"
                                                          : "");
  const auto add = [&](const char* name, auto value, auto usual_value) {
    if (value != usual_value)
      lines += fmt::format("  how.{} = {};\n", name, value);
  };
  add("smoothing", asked.smoothing, usual.smoothing);
  add("seeds.foreground_quantile", asked.seeds.foreground_quantile, usual.seeds.foreground_quantile);
  add("seeds.background_quantile", asked.seeds.background_quantile, usual.seeds.background_quantile);
  add("segment.colour_weight", asked.segment.colour_weight, usual.segment.colour_weight);
  add("segment.smoothness", asked.segment.smoothness, usual.segment.smoothness);
  add("segment.iterations", asked.segment.iterations, usual.segment.iterations);
  add("box_level", asked.box_level, usual.box_level);
  add("max_side", asked.max_side, usual.max_side);
  if (asked.box != usual.box)
    lines += fmt::format("  how.box = fovea::parse_box_rule({});\n", literal(name_of(asked.box)));
  if (!asked.prior && usual.prior)
    lines += "  how.prior.reset();\n";
  if (asked.prior) {
    const PriorOptions base = usual.prior.value_or(PriorOptions());
    if (!usual.prior)
      lines += "  how.prior.emplace();\n";
    add("prior->steepness", asked.prior->steepness, base.steepness);
    add("prior->level", asked.prior->level, base.level);
    add("prior->colour_weight", asked.prior->colour_weight, base.colour_weight);
    add("prior->smoothness", asked.prior->smoothness, base.smoothness);
  }
  if (!asked.star && usual.star)
    lines += "  how.star.reset();\n";
  if (asked.star) {
    if (!usual.star)
      lines += "  how.star.emplace();\n";
    add("star->geodesic", asked.star->geodesic, usual.star.value_or(StarOptions()).geodesic);
  }
  return lines;
}

std::string cpp_of(const View& view) {
  const CutRequest& cut = view.cut;
  std::string lines =
      fmt::format("  const fovea::Image photo = fovea::read_image({});\n", literal(file_of(cut.photo)));
  if (view.seeds)
    lines += runs_in_cpp(*view.seeds);
  lines += options_in_cpp(cut);
  if (!cut.maps.empty()) {
    const MapRequest& map = cut.maps.front();
    const Named names = named(*map.model);
    lines +=
        fmt::format("  fovea::ExplainOptions options;\n  options.method = {};\n", literal(map.choice.method));
    if (cut.maps.size() > 1)
      lines += fmt::format("  options.further_methods = {{{}}};\n", literal(cut.maps[1].choice.method));
    for (const CodeOption& option : changed_options(map.choice.options))
      lines += fmt::format("  options.method_options.{} = {};\n", option.name, option.cpp);
    lines += fmt::format("  options.crops = fovea::parse_crops({});\n", literal(name_of(map.choice.crops))) +
             names.cpp_options;
    lines += fmt::format(
        "  fovea::Explainer explain(fovea::Model::load({}), options);\n  fovea::ExplainTarget target;\n",
        literal(names.model));
    if (map.target.target)
      lines += fmt::format("  target.target = {};\n", *map.target.target);
    lines += "  std::vector<fovea::Tensor> maps;\n"
             "  for (const fovea::Explanation& one : explain.all(explain.frame(photo), target))\n"
             "    maps.push_back(one.map);\n";
  }
  const char* call = cut.maps.empty() ? "photo, seeds, how"
                     : view.seeds     ? "photo, maps, seeds, how"
                                      : "photo, maps, how";
  lines += fmt::format("  const fovea::Localization object = fovea::localize({});\n  fovea::write_png({}, "
                       "fovea::to_image(object.mask));\n",
                       call, literal(view.stem + "-mask.png"));
  return cpp_program(lines);
}

}  // namespace

Commands cut_commands(Studio& studio, JsonFields& fields) {
  View view{read_cut_request(studio, fields), {}, {}};
  fields.expect_no_others();
  view.stem = stem_of(view.cut.photo);
  if (!view.cut.strokes.empty()) {
    const PhotoSize size = studio.check_picture(view.cut.photo.path);
    view.seeds = seeds_of(view.cut.strokes, size.width, size.height);
  }
  if (const std::string what = only_in_cpp(view.cut); !what.empty()) {
    const std::string words = fmt::format("# {}: only C++ has this yet\n", what);
    return {words, cpp_of(view), words};
  }
  return {shell_of(view), cpp_of(view), python_of(view)};
}

}  // namespace fovea::studio
