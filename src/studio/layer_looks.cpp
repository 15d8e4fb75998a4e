#include "studio/layer_looks.hpp"

#include "base/check.hpp"
#include "explain/layer_view.hpp"
#include "explain/session_batches.hpp"

#include <algorithm>
#include <cmath>

namespace fovea::studio {
namespace {

/// The index of the unit whose field has its middle nearest to pixel `at`, along one axis.
std::int64_t nearest_unit(const FieldAxis& axis, double at, std::int64_t units) {
  const double unit = (at - 0.5 - axis.offset - (axis.size - 1) / 2) / axis.stride;
  return std::clamp<std::int64_t>(std::llround(unit), 0, units - 1);
}

/// Fields side by side, for units that may depend on the whole picture.
FieldAxis evenly(std::int64_t size, std::int64_t units) {
  const double each = static_cast<double>(size) / static_cast<double>(units);
  return {each, each, 0};
}

LayerLook look(Studio& studio, const StudioModel& model, const Image& photo, const std::string& name,
               const std::stop_token& stop) {
  LayerLook made;
  made.layer = layer_with_units(studio, model, name);
  const LayerLayout& layout = *made.layer.layout;
  Session session(layer_program(studio, model, made.layer.name, Direction::Forward, Rule::Gradient));
  session.cancel_with(stop);
  const InputSize size = input_size(session);
  const Framing framing = frame(photo, model.network.preprocessing, size, Crops::One);
  fill_batch(session, framing, model.network.preprocessing, 0);
  session.forward();
  made.region = framing.in_photo(framing.crops.front().rect);
  made.seen_width = size.width;
  made.seen_height = size.height;
  made.activations = Tensor(DType::F32, {layout.channels(), layout.height(), layout.width()});
  take_layer(layout, session.output().data<float>(), 0, made.activations.data<float>());
  for (const float value : made.activations.data<float>())
    FOVEA_CHECK(std::isfinite(value), "the layer '{}' has an activation of {}", name, value);
  return made;
}

}  // namespace

std::shared_ptr<const std::vector<LayerInfo>> layers_of(Studio& studio, const StudioModel& model) {
  const Network& network = model.network;
  return studio.results()
      .get<std::vector<LayerInfo>>(
          fmt::format("layers|{}|{}", model.id, model.key()), {},
          [&](const std::stop_token&) {
            auto all = std::make_shared<const std::vector<LayerInfo>>(
                layers(network.model, network.size.height, network.size.width));
            return Sized<std::vector<LayerInfo>>{all, all->size() * 2 * sizeof(LayerInfo)};
          })
      .value;
}

LayerInfo layer_with_units(Studio& studio, const StudioModel& model, const std::string& name) {
  LayerInfo layer = find_layer(*layers_of(studio, model), name);
  check_has_units(layer);
  return layer;
}

std::shared_ptr<const Program> layer_program(Studio& studio, const StudioModel& model,
                                             const std::string& layer, Direction direction, Rule rule) {
  ProgramOptions options = program_options(studio, model);
  options.outputs.clear();
  options.direction = direction;
  options.rule = rule;
  options.layer = layer;
  const std::string key = fmt::format("layer-program|{}|{}|{}|{}|{}", model.id, model.key(), layer,
                                      static_cast<int>(direction), name_of(rule));
  return studio.results()
      .get<Program>(key, {},
                    [&](const std::stop_token&) {
                      auto program = Program::compile(model.network.model, options);
                      return Sized<Program>{program, program->report().weight_bytes};
                    })
      .value;
}

Rect LayerLook::field_of(std::int64_t row, std::int64_t column) const {
  const Rect field = layer.field_of(row, column);
  const auto scaled = [](std::int64_t value, std::int64_t from, std::int64_t to) {
    return std::llround(static_cast<double>(value) * static_cast<double>(to) / static_cast<double>(from));
  };
  const std::int64_t left = scaled(field.x, seen_width, region.width),
                     top = scaled(field.y, seen_height, region.height);
  return {region.x + left, region.y + top, scaled(field.x + field.width, seen_width, region.width) - left,
          scaled(field.y + field.height, seen_height, region.height) - top};
}

UnitActivation LayerLook::at(const Unit& unit) const {
  check_unit(layer, unit);
  const Shape& shape = activations.shape();
  const auto place = static_cast<std::size_t>((unit.channel * shape[1] + unit.y) * shape[2] + unit.x);
  return {unit, activations.data<float>()[place]};
}

UnitActivation LayerLook::strongest(std::int64_t channel) const {
  check_unit(layer, {channel, 0, 0});
  const std::int64_t width = activations.shape()[2], plane = activations.shape()[1] * width;
  const auto values = activations.data<float>().subspan(static_cast<std::size_t>(channel * plane),
                                                        static_cast<std::size_t>(plane));
  const std::int64_t place = std::max_element(values.begin(), values.end()) - values.begin();
  return {{channel, place / width, place % width}, values[static_cast<std::size_t>(place)]};
}

Unit LayerLook::unit_at(double x, double y) const {
  const double left = static_cast<double>(region.x), top = static_cast<double>(region.y);
  const double right = left + static_cast<double>(region.width),
               bottom = top + static_cast<double>(region.height);
  FOVEA_CHECK(
      x >= left && y >= top && x <= right && y <= bottom,
      "the network did not see the place ({:g}, {:g}): it saw columns {} to {} and rows {} to {} of the "
      "photo",
      x, y, region.x, region.x + region.width - 1, region.y, region.y + region.height - 1);
  const double seen_x = (x - left) / (right - left) * static_cast<double>(seen_width),
               seen_y = (y - top) / (bottom - top) * static_cast<double>(seen_height);
  const LayerLayout& layout = *layer.layout;
  const FieldAxis across = layer.field ? layer.field->width : evenly(seen_width, layout.width());
  const FieldAxis down = layer.field ? layer.field->height : evenly(seen_height, layout.height());
  return {0, nearest_unit(down, seen_y, layout.height()), nearest_unit(across, seen_x, layout.width())};
}

std::vector<UnitActivation> LayerLook::top_channels(std::int64_t count,
                                                    const std::optional<Unit>& place) const {
  std::vector<UnitActivation> all;
  for (std::int64_t channel = 0; channel < layer.layout->channels(); ++channel) {
    const UnitActivation one = place ? at({channel, place->y, place->x}) : strongest(channel);
    if (one.value > 0)
      all.push_back(one);
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const UnitActivation& a, const UnitActivation& b) { return a.value > b.value; });
  all.resize(std::min(all.size(), static_cast<std::size_t>(std::max<std::int64_t>(count, 0))));
  return all;
}

std::shared_ptr<const LayerLook> layer_look(Studio& studio, const std::shared_ptr<const StudioModel>& model,
                                            const StudioPhoto& photo, const std::string& layer,
                                            const std::stop_token& stop) {
  return studio.results()
      .get<LayerLook>(
          fmt::format("look|{}|{}|{}|{}", model->id, model->key(), photo.id, layer), {nullptr, stop},
          [&](const std::stop_token& all_gone) {
            const auto picture = studio.picture(photo, {nullptr, all_gone});
            auto made = std::make_shared<const LayerLook>(look(studio, *model, *picture, layer, all_gone));
            return Sized<LayerLook>{made, made->activations.bytes()};
          })
      .value;
}

}  // namespace fovea::studio
