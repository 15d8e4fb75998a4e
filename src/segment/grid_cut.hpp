#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace fovea {

/// An edge that no finite cut severs.
inline constexpr std::int32_t kInfiniteCapacity = 0x7fffffff;
/// The largest finite capacity.
inline constexpr std::int32_t kMaxCapacity = 1 << 27;

/// The edges of a grid by direction, each from a pixel to its neighbour to the right, below, below right and
/// below left. 4-neighbour grids have the first two.
enum class GridEdge : std::uint8_t { Right, Down, DownRight, DownLeft };
inline constexpr std::array<std::array<std::int64_t, 2>, 4> kGridSteps = {{{1, 0}, {0, 1}, {1, 1}, {-1, 1}}};

/// A flow network on the pixels of a picture, with whole capacities, so that its maximal flow is exact.
/// All arrays have one entry for each pixel, row by row; entries of edges that leave the grid are ignored.
struct GridProblem {
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::vector<std::int32_t> source;  ///< capacity from the source to the pixel
  std::vector<std::int32_t> sink;    ///< capacity from the pixel to the sink
  /// Capacity from the pixel to its neighbour in direction GridEdge; an empty array: no such edges.
  std::array<std::vector<std::int32_t>, 4> forward;
  /// Capacity from that neighbour to the pixel; an empty array: the same as forward.
  std::array<std::vector<std::int32_t>, 4> backward;
};

struct GridCut {
  std::int64_t flow = 0;  ///< the maximal flow, which is the cost of the cut
  /// 1 for pixels on the source's side, else 0. Of all minimal cuts the one with the fewest such pixels.
  std::vector<std::uint8_t> source_side;
};

/// Maximal flow and minimal cut by incremental breadth-first search (`goldberg2011maximum`). Capacities are
/// 0..kMaxCapacity or kInfiniteCapacity. InputError when arrays do not fit the size, a capacity is negative
/// or too large, or infinite edges join source and sink.
GridCut solve_grid_cut(const GridProblem& problem);

/// The cost of separating source_side from the rest; -1 if an infinite edge would be cut.
std::int64_t cut_cost(const GridProblem& problem, const std::vector<std::uint8_t>& source_side);

}  // namespace fovea
