#include "report/deconv_report.hpp"

#include "base/isolated.hpp"
#include "base/replacement.hpp"
#include "base/shown_format.hpp"
#include "base/shown_path.hpp"
#include "fovea/error.hpp"
#include "report/result_place.hpp"
#include "report/result_text.hpp"

#include <filesystem>

namespace fovea {

/// The class score under each rule; the first session says which class.
std::vector<DeconvView> DeconvReport::view_score(std::span<Session> sessions, const Image& photo) const {
  DeconvView view;
  std::optional<std::int64_t> target = options_.target;
  for (Session& session : sessions) {
    view.by_rule.push_back(reconstruct_score(session, photo, network_.preprocessing, target));
    target = view.by_rule.front().strongest.unit.channel;
  }
  view.title = isolated(network_.labels.short_name(*target));
  return {view};
}

/// The units that are asked for, by what the layer answers to the photo.
std::vector<Unit> DeconvReport::choose_units(const LayerExplainer& explainer) const {
  if (options_.unit)
    return {options_.at_strongest ? explainer.strongest(options_.unit->channel).unit : *options_.unit};
  std::vector<Unit> units;
  for (const UnitActivation& activation : explainer.strongest_channels(options_.channels))
    units.push_back(activation.unit);
  if (units.empty())
    throw InputError("no channel of the layer is active: all activations are 0 or below");
  return units;
}

std::vector<DeconvView> DeconvReport::view_layer(std::span<Session> sessions, const Image& photo) const {
  std::vector<LayerExplainer> explainers;
  explainers.reserve(sessions.size());
  for (Session& session : sessions)
    explainers.emplace_back(session, *display_.layer, photo, network_.preprocessing);
  std::vector<DeconvView> views;
  for (const Unit& unit : choose_units(explainers.front())) {
    views.push_back({{}, fmt::format("Channel {}", unit.channel)});
    for (LayerExplainer& explainer : explainers)
      views.back().by_rule.push_back(display_.whole ? explainer.channel(unit.channel) : explainer.unit(unit));
  }
  return views;
}

std::string DeconvReport::heading(const std::string& path) const {
  const std::string file = isolated_file(std::filesystem::path(name_of_input(path)).filename().string());
  const std::string rules = pictures_.rules_text();
  const std::string network = options_.network.empty() ? "" : " of " + options_.network;
  if (!display_.layer)
    return fmt::format("{}: class score{}, {}", file, network, rules);
  return fmt::format("{}: {} of layer {}{}, {}", file, display_.whole ? "channels" : "units",
                     options_.layer_name, network, rules);
}

nlohmann::ordered_json DeconvReport::view_json(const DeconvView& view) const {
  const UnitActivation& strongest = view.first().strongest;
  nlohmann::ordered_json json;
  if (display_.layer)
    json = to_json(strongest);
  else
    json = {{"class", to_json(network_.labels, strongest.unit.channel)}, {"score", strongest.value}};
  json["field"] = to_json(view.first().field_in_photo);
  return json;
}

std::string DeconvReport::view_text(const DeconvView& view) const {
  const UnitActivation& strongest = view.first().strongest;
  if (!display_.layer)
    return shown_format("  {} (class {}), score {:.3f}\n",
                        network_.labels.name_with_id(strongest.unit.channel), strongest.unit.channel,
                        strongest.value);
  const Rect& field = view.first().field_in_photo;
  return fmt::format("  {}, sees {}x{} pixels at {},{}\n", describe(strongest), field.width, field.height,
                     field.x, field.y);
}

std::vector<std::string> DeconvReport::planned_files(const std::string& base) const {
  if (is_graphic_path(options_.output))
    return {options_.output};
  std::vector<std::string> files = {base + "-figure.png"};
  if (display_.layer && !options_.unit)
    append(files, numbered_files(base + "-c", DeconvPictures::kEndings));
  else
    append(files,
           pictures_.files(display_.layer ? fmt::format("{}-c{}", base, options_.unit->channel) : base));
  return files;
}

DeconvResult DeconvReport::make(std::span<Session> sessions, const std::string& path,
                                const std::string& base) const {
  const bool is_figure_alone = is_graphic_path(options_.output);
  const Image photo = read_image(path);
  const std::vector<DeconvView> views =
      display_.layer ? view_layer(sessions, photo) : view_score(sessions, photo);
  DeconvResult result{{{"image", name_of_input(path)}}, shown(name_of_input(path)) + "\n"};
  if (display_.layer)
    result.json["layer"] = display_.layer->name;
  for (const Rule rule : display_.rules)
    result.json["rules"].push_back(name_of(rule));
  for (const DeconvView& view : views) {
    nlohmann::ordered_json entry = view_json(view);
    result.text += view_text(view);
    if (!is_figure_alone) {
      const std::string channel =
          display_.layer ? fmt::format("-c{}", view.first().strongest.unit.channel) : std::string();
      entry["files"] = pictures_.write(view, base + channel);
      for (const auto& file : entry["files"])
        result.text += shown_format("    {}\n", file.get<std::string>());
    }
    result.json["reconstructions"].push_back(std::move(entry));
  }
  const std::string figure = is_figure_alone ? options_.output : base + "-figure.png";
  write_graphic(figure, pictures_.figure(views, heading(path)), options_.dpi);
  result.json["figure"] = figure;
  result.text += shown_format("  {}\n", figure);
  return result;
}

}  // namespace fovea
