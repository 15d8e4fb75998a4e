#pragma once

#include "fovea/error.hpp"

#include <new>

namespace fovea::ops {

/// Calls a function that leads to a caller's function, whose exceptions become a ModelError at the given
/// place. Cancelled and std::bad_alloc are passed on unchanged.
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
