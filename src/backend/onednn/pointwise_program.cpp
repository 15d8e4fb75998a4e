#include "backend/onednn/pointwise_program.hpp"

#include "backend/onednn/parallel.hpp"

#include <algorithm>
#include <memory>

namespace fovea::backend::onednn_detail {
namespace {

/// Elements of a piece: a dozen values of them fit into the nearest cache, and a kernel's call costs little
/// beside them.
constexpr std::int64_t kPiece = 256;
/// Elements of a line of the cache: vectors that cross the border between two lines take twice as long.
constexpr std::int64_t kLine = 16;

}  // namespace

/// Where the values of one piece are.
struct PointwiseProgram::Piece {
  struct Value {
    const float* at = nullptr;
    std::int64_t step = 1;
  };
  std::vector<Value> values;    ///< operands, then results of steps
  std::vector<float*> results;  ///< where results are written
  std::vector<float> storage;
  float* registers = nullptr;  ///< in `storage`, at the beginning of a line of the cache
  std::vector<float>
      widened[2];  ///< an operand that a curve cannot read with its step, one element behind the other
  std::int64_t count = 0;
};

PointwiseProgram::PointwiseProgram(ops::OperandWalk walk, const std::vector<ProgramStep>& steps,
                                   std::vector<int> results)
    : walk_(std::move(walk)), results_(std::move(results)) {
  const VectorKernels& kernels = vector_kernels();
  for (const ProgramStep& step : steps) {
    const VectorFunction& f = step.function;
    steps_.push_back({f.kind, kernels.curves[static_cast<std::size_t>(f.curve)],
                      kernels.binaries[static_cast<std::size_t>(f.binary)],
                      kernels.ternaries[static_cast<std::size_t>(f.ternary)],
                      static_cast<std::size_t>(step.first), static_cast<std::size_t>(step.second),
                      static_cast<std::size_t>(step.third), f.p, f.q});
  }
  const std::size_t operands = walk_.strides.size(), values = operands + steps_.size();
  last_use_.assign(values, -1);
  register_of_.assign(values, -1);
  for (std::size_t s = 0; s < steps_.size(); ++s) {
    last_use_[steps_[s].first] = static_cast<int>(s);
    if (steps_[s].kind != VectorFunction::Kind::OfFirst)
      last_use_[steps_[s].second] = static_cast<int>(s);
    if (steps_[s].kind == VectorFunction::Kind::Ternary)
      last_use_[steps_[s].third] = static_cast<int>(s);
  }
  // A value that is a result is written to its place in memory and read from there. The others share
  // registers: one is free again as soon as the last step that reads its value begins, since kernels read
  // each element before they write it.
  std::vector<int> free;
  for (std::size_t s = 0; s < steps_.size(); ++s) {
    for (std::size_t v = operands; v < operands + s; ++v)
      if (last_use_[v] == static_cast<int>(s) && register_of_[v] >= 0)
        free.push_back(register_of_[v]);
    const std::size_t made = operands + s;
    if (std::find(results_.begin(), results_.end(), static_cast<int>(made)) != results_.end())
      continue;
    if (free.empty())
      free.push_back(registers_++);
    register_of_[made] = free.back();
    free.pop_back();
  }
  pieces_ = (walk_.extents.back() + kPiece - 1) / kPiece;
}

bool PointwiseProgram::may_overwrite(int operand, std::size_t r) const {
  const int maker = results_[r] - static_cast<int>(walk_.strides.size());
  return last_use_[static_cast<std::size_t>(operand)] <= maker;
}

void PointwiseProgram::run(const std::vector<const float*>& operands,
                           const std::vector<float*>& results) const {
  const std::int64_t steps = static_cast<std::int64_t>(steps_.size());
  share_rows(ops::count_runs(walk_) * pieces_,
             std::min(walk_.extents.back(), kPiece) * std::max<std::int64_t>(steps / 2, 1),
             [&](std::int64_t begin, std::int64_t end) { run_pieces(operands, results, begin, end); });
}

void PointwiseProgram::run_pieces(const std::vector<const float*>& operands,
                                  const std::vector<float*>& results, std::int64_t begin,
                                  std::int64_t end) const {
  const std::size_t last = walk_.extents.size() - 1, count = operands.size();
  Piece piece;
  piece.values.resize(count + steps_.size());
  piece.results.resize(results.size());
  piece.storage.resize(static_cast<std::size_t>(registers_ * kPiece + kLine));
  void* line = piece.storage.data();
  std::size_t room = piece.storage.size() * sizeof(float);
  piece.registers = static_cast<float*>(std::align(kLine * sizeof(float), 1, line, room));
  StridedWalk run = ops::walk_runs(walk_, begin / pieces_);
  for (std::int64_t at = begin; at < end; ++at) {
    const std::int64_t first = at % pieces_ * kPiece;
    piece.count = std::min(kPiece, walk_.extents[last] - first);
    for (std::size_t i = 0; i < count; ++i)
      piece.values[i] = {operands[i] + run.offset(i) + first * walk_.strides[i][last],
                         walk_.strides[i][last]};
    const std::int64_t position = at / pieces_ * walk_.extents[last] + first;
    for (std::size_t r = 0; r < results.size(); ++r)
      piece.results[r] = results[r] + position;
    run_piece(piece);
    if ((at + 1) % pieces_ == 0)
      run.next();
  }
}

void PointwiseProgram::run_piece(Piece& piece) const {
  const std::size_t operands = walk_.strides.size();
  // A curve reads its operands one element behind the other.
  const auto widened = [&](const Piece::Value& value, std::vector<float>& into) {
    if (value.step == 1)
      return value.at;
    into.resize(static_cast<std::size_t>(kPiece));
    for (std::int64_t i = 0; i < piece.count; ++i)
      into[static_cast<std::size_t>(i)] = value.at[i * value.step];
    return static_cast<const float*>(into.data());
  };
  std::size_t result = 0;  // results stand in the order of the steps that make them
  for (std::size_t s = 0; s < steps_.size(); ++s) {
    const std::size_t made = operands + s;
    float* to =
        register_of_[made] >= 0 ? piece.registers + register_of_[made] * kPiece : piece.results[result++];
    const Instruction& step = steps_[s];
    const Piece::Value &first = piece.values[step.first], &second = piece.values[step.second];
    if (step.kind == VectorFunction::Kind::Binary)
      step.binary(first.at, first.step, second.at, second.step, to, piece.count);
    else if (step.kind == VectorFunction::Kind::Ternary)
      step.ternary(first.at, first.step, second.at, second.step, piece.values[step.third].at,
                   piece.values[step.third].step, to, piece.count);
    else
      step.curve(widened(first, piece.widened[0]),
                 step.kind == VectorFunction::Kind::Gradient ? widened(second, piece.widened[1]) : nullptr,
                 to, piece.count, step.p, step.q);
    piece.values[made] = {to, 1};
  }
}

}  // namespace fovea::backend::onednn_detail
