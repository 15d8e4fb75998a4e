#include "ops/axis_parts.hpp"

#include <algorithm>
#include <array>

namespace fovea::ops {
namespace {

/// The strides of each role.
struct Strides {
  std::vector<PartStride> batch, channel, height, width, position;

  std::vector<PartStride>& of(AxisRole role) {
    switch (role) {
    case AxisRole::Batch:
      return batch;
    case AxisRole::Channel:
      return channel;
    case AxisRole::Height:
      return height;
    case AxisRole::Width:
      return width;
    case AxisRole::Position:
    case AxisRole::Conflict:
      break;
    }
    return position;
  }
};

bool counts_channels(const AxisRoles& roles, std::size_t axis) {
  return role_of_axis(roles, axis) == AxisRole::Channel;
}

/// The axis as its elements are to be found: channels that share one axis are numbered by their places in it,
/// and so are rows or columns that an axis holds together with channels.
std::optional<AxisParts> located(const Shape& shape, const AxisRoles& roles, std::size_t axis) {
  const std::int64_t extent = shape[static_cast<std::int64_t>(axis)];
  const AxisParts& parts = roles[axis];
  if (parts.empty())
    return extent == 1 ? std::optional(AxisParts{}) : std::nullopt;
  if (std::any_of(parts.begin(), parts.end(), [](const AxisPart& p) { return p.role == AxisRole::Conflict; }))
    return {};
  const auto role = role_of_axis(roles, axis);
  if (!role)  // mixed with the batch: part by part
    return parts;
  const auto others = [&](std::size_t other) { return other != axis && counts_channels(roles, other); };
  bool alone = true;
  for (std::size_t other = 0; other < roles.size(); ++other)
    alone = alone && !others(other);
  const bool mixed = *role != AxisRole::Channel && std::any_of(parts.begin(), parts.end(), [](const auto& p) {
    return p.role == AxisRole::Channel && p.extent > 1;
  });
  if ((*role == AxisRole::Channel && alone) || mixed)
    return whole_axis(*role, extent);
  return parts;
}

/// The offsets of the tokens that have places in the picture, by row and by column.
void add_patches(const std::vector<PartStride>& tokens, LayerLayout& layout) {
  std::vector<PartStride> large = tokens;
  std::erase_if(large, [](const PartStride& s) { return s.part.extent == 1; });
  if (large.size() != 1)
    return;
  const std::optional<TokenGrid> grid = token_grid({large.front().part});
  if (!grid)
    return;
  for (const std::int64_t token : grid->row_tokens)
    layout.patch_row_offsets.push_back(token * large.front().memory);
  for (const std::int64_t token : grid->column_tokens)
    layout.patch_column_offsets.push_back(token * large.front().memory);
}

/// A second axis of which no more is known than that it is no batch.
bool is_matrix(const Shape& shape, const AxisRoles& roles) {
  return shape.rank() == 2 && (roles[1].empty() || roles[1].front().role == AxisRole::Conflict);
}

std::optional<Strides> strides_of(const Shape& shape, const AxisRoles& roles) {
  Strides strides;
  std::int64_t memory = 1;
  for (std::size_t axis = roles.size(); axis-- > 0;) {
    const auto parts = located(shape, roles, axis);
    if (!parts)
      return {};
    for (auto part = parts->rbegin(); part != parts->rend(); ++part) {
      strides.of(part->role).push_back({*part, memory});
      memory *= part->extent;
    }
  }
  return strides;
}

char letter_of(AxisRole role) {
  constexpr std::array letters = {'N', 'C', 'H', 'W', 'T', '?'};
  return letters[static_cast<std::size_t>(role)];
}

}  // namespace

std::optional<LayerLayout> layer_layout(const Shape& shape, const AxisRoles& roles) {
  if (static_cast<std::int64_t>(roles.size()) != shape.rank() || shape.elements() == 0)
    return {};
  AxisRoles known = roles;
  if (is_matrix(shape, roles)) {
    known[1] = whole_axis(AxisRole::Channel, shape[1]);
    if (known[0].empty())
      known[0] = whole_axis(AxisRole::Batch, shape[0]);
  }
  const auto strides = strides_of(shape, known);
  if (!strides)
    return {};
  const bool has_positions = !strides->position.empty();
  const auto pictures = offsets_of(strides->batch), channels = offsets_of(strides->channel),
             rows = offsets_of(strides->height), columns = offsets_of(strides->width),
             positions = offsets_of(strides->position);
  if (!pictures || !channels || !rows || !columns || !positions)
    return {};
  if (positions->size() > 1 && rows->size() * columns->size() > 1)
    return {};
  LayerLayout layout;
  layout.has_grid = !has_positions && !(strides->height.empty() && strides->width.empty());
  layout.picture_offsets = *pictures;
  layout.channel_offsets = *channels;
  layout.row_offsets = *rows;
  layout.column_offsets = positions->size() > 1 ? *positions : *columns;
  add_patches(strides->position, layout);
  const std::int64_t elements = layout.pictures() * layout.channels() * layout.positions();
  return elements == shape.elements() ? std::optional(layout) : std::nullopt;
}

std::vector<std::string> axis_names(const Shape& shape, const AxisRoles& roles) {
  std::vector<std::string> names(static_cast<std::size_t>(shape.rank()), "?");
  for (std::size_t axis = 0; axis < std::min(names.size(), roles.size()); ++axis) {
    std::string letters;
    for (const AxisPart& part : roles[axis])
      if ((part.extent > 1 || roles[axis].size() == 1) &&
          letters.find(letter_of(part.role)) == std::string::npos)
        letters += letter_of(part.role);
    if (!letters.empty())
      names[axis] = letters;
  }
  return names;
}

}  // namespace fovea::ops
