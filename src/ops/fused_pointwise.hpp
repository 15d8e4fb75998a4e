#pragma once

#include "ir/operator.hpp"

#include <string>
#include <vector>

namespace fovea::ops {

/// One step of a fused expression: an operator of numbered values. The node's inputs have the numbers from 0
/// on, the steps' results those that follow.
struct PointwiseStep {
  const ir::Operator* op = nullptr;
  ir::Attributes attributes = {};
  std::vector<std::int64_t> operands;
};

struct FusedPointwiseAttributes {
  /// The steps as text, "Sigmoid(0);Mul(0,1);Clip{min=0,max=6}(2)": see print_steps.
  std::string steps;
  /// The numbers of the values that are the node's outputs.
  std::vector<std::int64_t> results = {};
  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("steps", self.steps);
    f("results", self.results);
  }
};

/// The textual form of steps: one behind the other, each with its attributes, if it has any, and its
/// operands.
std::string print_steps(const std::vector<PointwiseStep>& steps);
/// The steps of a textual form. InputError for an operator that is unknown and for text that is no list of
/// steps.
std::vector<PointwiseStep> parse_steps(const std::string& text);

/// ys = pointwise operators of xs..., with broadcasting, in one node that stands for several: what backend
/// passes make of them after differentiation (passes/fuse_pointwise.hpp). The plain kernel runs the
/// operators' own kernels one after the other.
const ir::Operator& fused_pointwise();

}  // namespace fovea::ops
