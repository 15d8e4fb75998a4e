#include "ops/axis_parts.hpp"

#include <algorithm>

namespace fovea::ops {
namespace {

/// Brings offsets into the order of the picture's positions where the axis was rolled.
void undo_roll(const std::vector<PartStride>& parts, std::vector<std::int64_t>& offsets) {
  const auto count = static_cast<std::int64_t>(offsets.size());
  for (const PartStride& stride : parts)
    if (stride.part.whole == count && stride.part.first > 0 && stride.part.first < count) {
      std::rotate(offsets.begin(), offsets.end() - stride.part.first, offsets.end());
      return;
    }
}

}  // namespace

std::optional<std::vector<std::int64_t>> offsets_of(std::vector<PartStride> parts) {
  std::erase_if(parts, [](const PartStride& s) { return s.part.extent == 1; });
  std::stable_sort(parts.begin(), parts.end(),
                   [](const PartStride& a, const PartStride& b) { return a.part.step > b.part.step; });
  std::vector<std::int64_t> offsets = {0};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0 && parts[i].part.step == parts[i - 1].part.step)
      return {};
    std::vector<std::int64_t> finer;
    for (const std::int64_t offset : offsets)
      for (std::int64_t k = 0; k < parts[i].part.extent; ++k)
        finer.push_back(offset + k * parts[i].memory);
    offsets = std::move(finer);
  }
  undo_roll(parts, offsets);
  return offsets;
}

std::optional<TokenGrid> token_grid(const AxisParts& axis) {
  AxisParts large = axis;
  std::erase_if(large, [](const AxisPart& part) { return part.extent == 1; });
  const bool is_list = large.size() == 1 && !large.front().grid.empty();
  const AxisParts& digits = is_list ? large.front().grid : large;
  std::vector<PartStride> rows, columns;
  std::int64_t tokens = 1;
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
    if (digit->role != AxisRole::Height && digit->role != AxisRole::Width)
      return {};
    (digit->role == AxisRole::Height ? rows : columns).push_back({*digit, tokens});
    tokens *= digit->extent;
  }
  if (rows.empty() && columns.empty())
    return {};
  const auto row_tokens = offsets_of(rows), column_tokens = offsets_of(columns);
  if (!row_tokens || !column_tokens)
    return {};
  TokenGrid grid{*row_tokens, *column_tokens};
  for (std::int64_t& token : grid.row_tokens)
    token += is_list ? large.front().grid_first : 0;
  return grid;
}

}  // namespace fovea::ops
