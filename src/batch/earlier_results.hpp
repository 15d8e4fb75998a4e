#pragma once

#include "fovea/error.hpp"

namespace fovea {

/// The treatment of results of an earlier run in the same place.
enum class EarlierResults {
  Refuse,
  Resume,
  Discard,  ///< removes them
  Replace,  ///< removes them if a final step has finished them, and refuses them otherwise
};

/// Results that exist already; a resumed run could complete or use them.
class UnfinishedResults : public InputError {
public:
  using InputError::InputError;
};

}  // namespace fovea
