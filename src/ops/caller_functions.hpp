#pragma once

#include "fovea/error.hpp"

#include <new>

namespace fovea::ops {

/// Calls what ends in a caller's function: what that throws becomes a ModelError at that place. Cancelled and
/// a lack of memory pass as they are.
template <class Call>
decltype(auto) call_named(const ModelLocation& place, Call&& call) {
  try {
    return call();
  } catch (const Cancelled&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    throw ModelError(error.what(), place);
  }
}

}  // namespace fovea::ops
