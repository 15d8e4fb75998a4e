#include "ops/pointwise.hpp"

#include "ops/abs.hpp"
#include "ops/add.hpp"
#include "ops/atan.hpp"
#include "ops/batch_normalization.hpp"
#include "ops/cast.hpp"
#include "ops/ceil.hpp"
#include "ops/clip.hpp"
#include "ops/cos.hpp"
#include "ops/div.hpp"
#include "ops/elu.hpp"
#include "ops/equal.hpp"
#include "ops/erf.hpp"
#include "ops/exp.hpp"
#include "ops/expand.hpp"
#include "ops/floor.hpp"
#include "ops/greater.hpp"
#include "ops/greater_or_equal.hpp"
#include "ops/hard_sigmoid.hpp"
#include "ops/hard_swish.hpp"
#include "ops/identity.hpp"
#include "ops/leaky_relu.hpp"
#include "ops/less.hpp"
#include "ops/less_or_equal.hpp"
#include "ops/log.hpp"
#include "ops/logical_and.hpp"
#include "ops/logical_not.hpp"
#include "ops/logical_or.hpp"
#include "ops/lrn.hpp"
#include "ops/max.hpp"
#include "ops/min.hpp"
#include "ops/mul.hpp"
#include "ops/neg.hpp"
#include "ops/pow.hpp"
#include "ops/prelu.hpp"
#include "ops/reciprocal.hpp"
#include "ops/relu.hpp"
#include "ops/round.hpp"
#include "ops/round_straight_through.hpp"
#include "ops/sigmoid.hpp"
#include "ops/sin.hpp"
#include "ops/softplus.hpp"
#include "ops/sqrt.hpp"
#include "ops/sub.hpp"
#include "ops/tanh.hpp"
#include "ops/where.hpp"

#include <algorithm>
#include <array>

namespace fovea::ops {

bool is_pointwise(const ir::Operator& op) {
  // clang-format off
  static const std::array operators = {
      &abs(),
      &add(),
      &atan(),
      &batch_normalization(),
      &cast(),
      &ceil(),
      &clip(),
      &cos(),
      &div(),
      &elu(),
      &equal(),
      &erf(),
      &exp(),
      &expand(),
      &floor(),
      &greater(),
      &greater_or_equal(),
      &hard_sigmoid(),
      &hard_swish(),
      &identity(),
      &leaky_relu(),
      &less(),
      &less_or_equal(),
      &log(),
      &logical_and(),
      &logical_not(),
      &logical_or(),
      &lrn(),
      &max(),
      &min(),
      &mul(),
      &neg(),
      &pow(),
      &prelu(),
      &reciprocal(),
      &relu(),
      &round(),
      &round_straight_through(),
      &sigmoid(),
      &sin(),
      &softplus(),
      &sqrt(),
      &sub(),
      &tanh(),
      &where(),
  };
  // clang-format on
  return std::find(operators.begin(), operators.end(), &op) != operators.end();
}

}  // namespace fovea::ops
