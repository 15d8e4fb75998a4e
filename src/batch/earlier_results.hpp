#pragma once

#include "fovea/error.hpp"

namespace fovea {

/// The treatment of results of an earlier run in the same place. Discard removes them.
enum class EarlierResults { Refuse, Resume, Discard };

/// Results that exist already; a resumed run could complete or use them.
class UnfinishedResults : public InputError {
public:
  using InputError::InputError;
};

}  // namespace fovea
