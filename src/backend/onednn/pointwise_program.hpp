#pragma once

#include "backend/onednn/vector_functions.hpp"
#include "ops/broadcast.hpp"

#include <cstdint>
#include <vector>

namespace fovea::backend::onednn_detail {

/// One step of a program: a vector kernel of one to three numbered values. The operands have the numbers from
/// 0 on, the steps' results those that follow.
struct ProgramStep {
  VectorFunction function;
  int first = 0, second = 0, third = 0;  ///< `second` counts for all but OfFirst, `third` for Ternary
};

/// A chain of pointwise functions over operands that lie in memory under one shape, and some of whose values
/// are written to memory in the order of the walk. It goes through memory once, in pieces that stay in the
/// nearest cache between two steps.
class PointwiseProgram {
public:
  /// `results` are the numbers of the values that are written.
  PointwiseProgram(ops::OperandWalk walk, const std::vector<ProgramStep>& steps, std::vector<int> results);

  /// Whether result `r` may lie in the memory of an operand whose elements stand in the order of the walk: no
  /// step behind the one that makes the result reads the operand.
  bool may_overwrite(int operand, std::size_t r) const;

  /// Runs on the threads of the run.
  void run(const std::vector<const float*>& operands, const std::vector<float*>& results) const;

private:
  struct Piece;
  /// A step with its kernel, of which one is there.
  struct Instruction {
    VectorFunction::Kind kind;
    VectorKernels::CurveKernel curve = nullptr;
    VectorKernels::BinaryKernel binary = nullptr;
    VectorKernels::TernaryKernel ternary = nullptr;
    std::size_t first = 0, second = 0, third = 0;
    float p = 0, q = 0;
  };
  void run_pieces(const std::vector<const float*>& operands, const std::vector<float*>& results,
                  std::int64_t begin, std::int64_t end) const;
  void run_piece(Piece& piece) const;

  ops::OperandWalk walk_;
  std::vector<Instruction> steps_;
  std::vector<int> results_;
  std::vector<int> last_use_;     ///< by value: the last step that reads it, or -1
  std::vector<int> register_of_;  ///< by value: the piece of scratch memory that holds it, or -1
  int registers_ = 0;
  std::int64_t pieces_ = 0;  ///< of each run along the last axis
};

}  // namespace fovea::backend::onednn_detail
