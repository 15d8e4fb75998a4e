#pragma once

#include "ir/operator.hpp"

#include <string>
#include <vector>

namespace fovea::ops {

/// One step of a fused expression: an operator on numbered values. Numbers from 0 are the node's inputs,
/// followed by the results of the steps.
struct PointwiseStep {
  const ir::Operator* op = nullptr;
  ir::Attributes attributes = {};
  std::vector<std::int64_t> operands;
};

/// The textual form of steps, "Sigmoid(0);Mul(0,1);Clip{min=0,max=6}(2)": one behind the other, each with its
/// attributes, if it has any, and its operands.
std::string print_field(const std::vector<PointwiseStep>& steps);
/// The steps of a textual form. InputError for an operator that is unknown and for text that is no list of
/// steps.
void parse_field(const std::string& text, std::vector<PointwiseStep>& steps);

struct FusedPointwiseAttributes {
  std::vector<PointwiseStep> steps = {};
  /// The numbers of the values that are the node's outputs.
  std::vector<std::int64_t> results = {};
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("steps", self.steps);
    f("results", self.results);
  }
};

/// ys = pointwise operators of xs..., with broadcasting, in one node that replaces several. Backend passes
/// make it after differentiation (passes/fuse_pointwise.hpp). The plain kernel runs the operators' own
/// kernels in sequence.
const ir::Operator& fused_pointwise();

}  // namespace fovea::ops
