#pragma once

#include "fovea/custom.hpp"
#include "ir/operator.hpp"

#include <memory>

namespace fovea::ops {

struct RectifierRuleAttributes {
  std::shared_ptr<const RectifierRule> rule;
  std::string name;  ///< of the rule, for texts
  std::string node;  ///< the rectifier, for errors

  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("rule", self.name);
  }
};

/// dx = the caller's function of (x, dy), element by element. Inputs (dy, x). It carries a function that no
/// text can name, so ops::table() does not list it.
const ir::Operator& rectifier_rule();

}  // namespace fovea::ops
