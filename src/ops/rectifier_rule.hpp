#pragma once

#include "fovea/custom.hpp"
#include "ir/operator.hpp"

#include <memory>

namespace fovea::ops {

struct RectifierRuleAttributes {
  std::shared_ptr<const RectifierRule> rule;
  std::string name;  ///< name of the rule, for printing
  std::string node;  ///< name of the rectifier, for errors

  template <class Self, class Visit>
  static void visit(Self& self, Visit&& f) {
    f("rule", self.name);
  }
};

/// dx = the caller's function of (x, dy), element by element. Inputs (dy, x). The operator contains a
/// function, which has no textual form, so ops::table() does not list it.
const ir::Operator& rectifier_rule();

}  // namespace fovea::ops
