#include "ops/axis_parts.hpp"

#include <algorithm>
#include <deque>
#include <set>

namespace fovea::ops {
namespace {

/// The roles in an axis, without those of extent 1 where there are others.
std::set<AxisRole> roles_in(const AxisParts& parts) {
  std::set<AxisRole> all, large;
  for (const AxisPart& part : parts) {
    all.insert(part.role);
    if (part.extent > 1)
      large.insert(part.role);
  }
  return large.empty() ? all : large;
}

bool has_channels(const AxisParts& parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [](const AxisPart& part) { return part.role == AxisRole::Channel && part.extent > 1; });
}

std::int64_t extent_of(const AxisParts& parts) {
  std::int64_t extent = 1;
  for (const AxisPart& part : parts)
    extent *= part.extent;
  return extent;
}

/// Appends a part, as one with the last part where it continues that.
void append(AxisParts& parts, const AxisPart& part) {
  const bool continues = !parts.empty() && parts.back().role == part.role && parts.back().grid.empty() &&
                         part.grid.empty() && parts.back().step == part.step * part.extent &&
                         parts.back().first == part.first && parts.back().whole == part.whole;
  if (continues)
    parts.back() = {part.role, parts.back().extent * part.extent, part.step, part.first, part.whole};
  else
    parts.push_back(part);
}

bool has_grid(const AxisParts& parts) {
  return std::any_of(parts.begin(), parts.end(), [](const AxisPart& part) { return !part.grid.empty(); });
}

/// Tokens from index `start` on: their grid is kept if all of it is among them, and is the axis if nothing
/// else is.
AxisParts sliced_tokens(const AxisPart& tokens, std::int64_t start, std::int64_t extent) {
  const std::int64_t first = tokens.grid_first - start;
  if (first < 0 || first + extent_of(tokens.grid) > extent)
    return whole_axis(AxisRole::Position, extent);
  if (extent_of(tokens.grid) == extent)
    return tokens.grid;
  AxisPart kept = tokens;
  kept.extent = extent;
  kept.grid_first = first;
  return {kept};
}

/// Takes parts off the front of `pending` until an axis of `extent` is full; a part is split where it is too
/// large. Parts of extent 1 on the way are set aside. False where the extents do not divide.
bool fill_axis(std::int64_t extent, std::deque<AxisPart>& pending, AxisParts& axis, AxisParts& aside) {
  if (extent == 1) {
    if (!pending.empty() && pending.front().extent == 1) {
      axis.push_back(pending.front());
      pending.pop_front();
    }
    return true;
  }
  std::int64_t missing = extent;
  while (missing > 1) {
    if (pending.empty())
      return false;
    AxisPart& next = pending.front();
    if (next.extent == 1) {
      aside.push_back(next);
    } else if (missing % next.extent == 0) {
      append(axis, next);
      missing /= next.extent;
    } else if (next.extent % missing == 0) {
      const std::int64_t inner = next.extent / missing;
      next.grid.clear();  // tokens that are divided are no longer a list
      append(axis, {next.role, missing, next.step * inner, next.first, next.whole});
      next.extent = inner;
      return true;
    } else {
      return false;
    }
    pending.pop_front();
  }
  return true;
}

/// Channels in an order of their own (shuffled) that fill an axis are numbered by their places in it.
void number_shuffled_channels(AxisRoles& roles) {
  const std::int64_t channel_axes = count_channel_axes(roles);
  for (AxisParts& parts : roles)
    if (channel_axes == 1 && parts.size() > 1 && roles_in(parts) == std::set{AxisRole::Channel})
      parts = whole_axis(AxisRole::Channel, extent_of(parts));
}

}  // namespace

std::int64_t count_channel_axes(const AxisRoles& roles) {
  return std::count_if(roles.begin(), roles.end(), has_channels);
}

std::optional<AxisRole> role_of_axis(const AxisRoles& roles, std::size_t axis) {
  std::set<AxisRole> in = roles_in(roles[axis]);
  if (in.empty() || in.contains(AxisRole::Conflict))
    return {};
  if (in.size() == 1)
    return *in.begin();
  if (in.contains(AxisRole::Batch))
    return {};
  if (in.erase(AxisRole::Channel) > 0 && count_channel_axes(roles) == 1)
    return AxisRole::Channel;
  return in.size() == 1 ? *in.begin() : AxisRole::Position;
}

AxisParts resized_axis(const AxisRoles& roles, std::size_t axis, std::int64_t extent) {
  const AxisParts& parts = roles[axis];
  if (parts.empty() || extent_of(parts) == extent)
    return parts;
  if (parts.size() == 1)
    return {{parts.front().role, extent, parts.front().step}};
  const auto role = role_of_axis(roles, axis);
  return role ? AxisParts{{*role, extent, parts.back().step}} : AxisParts{};
}

AxisParts sliced_axis(const AxisRoles& roles, std::size_t axis, std::int64_t start, std::int64_t step,
                      std::int64_t extent) {
  const AxisParts& parts = roles[axis];
  if (parts.size() != 1 || step != 1 || parts.front().extent == extent)
    return resized_axis(roles, axis, extent);
  const AxisPart& part = parts.front();
  if (!part.grid.empty())
    return sliced_tokens(part, start, extent);
  const bool is_counted = is_spatial(part.role) && part.step == 1;
  if (!is_counted)
    return resized_axis(roles, axis, extent);
  const std::int64_t whole = part.whole > 0 ? part.whole : part.extent;
  return {{part.role, extent, part.step, (part.first + start) % whole, whole}};
}

std::optional<AxisParts> rolled_axis(const std::vector<AxisParts>& pieces, std::int64_t extent) {
  if (pieces.size() < 2)
    return {};
  std::int64_t next = 0;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (pieces[i].size() != 1)
      return {};
    const AxisPart &piece = pieces[i].front(), &first = pieces.front().front();
    if (piece.whole != extent || piece.role != first.role || (i > 0 && piece.first != next))
      return {};
    next = (piece.first + piece.extent) % extent;
  }
  const AxisPart& first = pieces.front().front();
  if (next != first.first)
    return {};
  return first.first == 0 ? whole_axis(first.role, extent)
                          : AxisParts{{first.role, extent, first.step, first.first, extent}};
}

std::optional<AxisParts> tokens_with_grid(const AxisParts& grid, std::int64_t first, std::int64_t extent) {
  AxisPart tokens{AxisRole::Position, extent};
  if (grid.size() == 1 && !grid.front().grid.empty()) {
    tokens.grid = grid.front().grid;
    tokens.grid_first = first + grid.front().grid_first;
    return AxisParts{tokens};
  }
  if (roles_in(grid) != std::set{AxisRole::Height, AxisRole::Width})
    return {};
  tokens.grid = grid;
  tokens.grid_first = first;
  return AxisParts{tokens};
}

AxisParts join_axes(const AxisParts& a, const AxisParts& b) {
  if (a.empty() || b.empty())
    return a.empty() ? b : a;
  const std::set<AxisRole> in_a = roles_in(a), in_b = roles_in(b);
  if (in_a == in_b && has_grid(a) != has_grid(b))
    return has_grid(a) ? a : b;
  if (in_a == in_b)
    return a.size() >= b.size() ? a : b;
  if (in_a.contains(AxisRole::Channel) && in_b.contains(AxisRole::Channel))
    return whole_axis(AxisRole::Channel, extent_of(a));
  const std::set<AxisRole> positions = {AxisRole::Position};
  const auto all_spatial = [](const std::set<AxisRole>& in) {
    return std::all_of(in.begin(), in.end(), is_spatial);
  };
  if (in_a == positions && all_spatial(in_b))
    return b;
  if (in_b == positions && all_spatial(in_a))
    return a;
  if (extent_of(a) == 1)  // a role of extent 1 decides nothing
    return a;
  return whole_axis(AxisRole::Conflict, extent_of(a));
}

AxisRoles reshaped_roles(const Shape& from, const AxisRoles& roles, const Shape& to) {
  AxisRoles result(static_cast<std::size_t>(to.rank()));
  if (from.elements() == 0)
    return result;
  std::deque<AxisPart> pending;
  bool ends_early = false;
  for (std::size_t axis = 0; axis < roles.size(); ++axis) {
    const bool known = !roles[axis].empty() || from[static_cast<std::int64_t>(axis)] == 1;
    if (!known) {
      ends_early = true;
      break;
    }
    pending.insert(pending.end(), roles[axis].begin(), roles[axis].end());
  }
  AxisParts aside;
  for (std::size_t axis = 0; axis < result.size(); ++axis) {
    if (fill_axis(to[static_cast<std::int64_t>(axis)], pending, result[axis], aside))
      continue;
    result[axis].clear();
    return result;
  }
  if (ends_early)
    return result;
  aside.insert(aside.end(), pending.begin(), pending.end());
  auto next = aside.begin();
  for (std::size_t axis = 0; axis < result.size() && next != aside.end(); ++axis)
    if (result[axis].empty() && to[static_cast<std::int64_t>(axis)] == 1)
      result[axis].push_back(*next++);
  number_shuffled_channels(result);
  return result;
}

}  // namespace fovea::ops
