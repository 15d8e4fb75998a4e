#pragma once

#include <array>
#include <cstdint>
#include <memory>
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

/// A maximal flow that goes on where the capacities of source and sink change and those between pixels do not
/// (`kohli2005efficiently`). Its cuts are those that `solve_grid_cut` finds for the same capacities: the cut
/// of the fewest pixels on the source's side is unique, whatever flow it was found by.
class GridFlow {
public:
  /// InputError as for `solve_grid_cut`.
  explicit GridFlow(const GridProblem& problem);
  ~GridFlow();
  GridFlow(const GridFlow&) = delete;
  GridFlow& operator=(const GridFlow&) = delete;

  /// Completes the flow. InputError when infinite edges join source and sink; the flow is of no use then.
  GridCut cut();
  /// Replaces the capacities of source and sink. False, and nothing is changed, where the flow cannot go on:
  /// other pixels have infinite capacities, or so much has flowed that infinite edges might run out. The
  /// caller makes another flow then. InputError as for `solve_grid_cut`.
  bool set_terminals(const std::vector<std::int32_t>& source, const std::vector<std::int32_t>& sink);

private:
  class Solver;
  template <class T>
  class SolverOf;
  std::unique_ptr<Solver> solver_;
};

/// Maximal flow and minimal cut by incremental breadth-first search (`goldberg2011maximum`). Capacities are
/// 0..kMaxCapacity or kInfiniteCapacity. InputError when arrays do not fit the size, a capacity is negative
/// or too large, or infinite edges join source and sink.
GridCut solve_grid_cut(const GridProblem& problem);

/// The cost of separating source_side from the rest; -1 if an infinite edge would be cut.
std::int64_t cut_cost(const GridProblem& problem, const std::vector<std::uint8_t>& source_side);

}  // namespace fovea
