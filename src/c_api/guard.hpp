#pragma once

#include "fovea.h"

#include <cstddef>
#include <stdexcept>

/// The boundary between C++ and C: every function of the C interface runs inside `guarded`.
namespace fovea::c_api {

/// The caller broke the rules of fovea.h: FOVEA_ERROR_USAGE.
class UsageError : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// The code of the exception that is being handled, FOVEA_CANCELLED for Cancelled; its text becomes
/// `fovea_last_error`.
fovea_status report_exception() noexcept;

/// Runs `body` and converts an exception to its status code.
template <class Body>
fovea_status guarded(Body&& body) noexcept {
  try {
    body();
    return FOVEA_OK;
  } catch (...) {
    return report_exception();
  }
}

[[noreturn]] void throw_null(const char* what);

/// The object that the pointer points to; UsageError if it is null. `what` names the argument.
template <class T>
T& not_null(T* pointer, const char* what) {
  if (!pointer)
    throw_null(what);
  return *pointer;
}

/// UsageError if the caller's array is null or has another number of elements.
void check_array(const void* array, const char* what, std::size_t found, std::size_t expected);

}  // namespace fovea::c_api
