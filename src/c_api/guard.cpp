#include "c_api/guard.hpp"

#include "fovea/error.hpp"

#include <fmt/format.h>

#include <new>
#include <string>

namespace fovea::c_api {
namespace {

/// A text that lives as long as the thread, and that can be set where there is no memory left.
class LastError {
public:
  void set(const char* text) noexcept {
    try {
      own_ = text;
      shown_ = own_.c_str();
    } catch (...) {
      shown_ = "out of memory";
    }
  }
  const char* get() const noexcept { return shown_; }

private:
  std::string own_;
  const char* shown_ = "";
};

thread_local LastError last_error;

fovea_status report(fovea_status status, const char* text) noexcept {
  last_error.set(text);
  return status;
}

}  // namespace

fovea_status report_exception() noexcept {
  try {
    throw;
  } catch (const Cancelled& cancelled) {
    return report(FOVEA_CANCELLED, cancelled.what());
  } catch (const UsageError& error) {
    return report(FOVEA_ERROR_USAGE, error.what());
  } catch (const ModelError& error) {
    return report(FOVEA_ERROR_MODEL, error.what());
  } catch (const InputError& error) {
    return report(FOVEA_ERROR_INPUT, error.what());
  } catch (const OutputError& error) {
    return report(FOVEA_ERROR_OUTPUT, error.what());
  } catch (const std::bad_alloc&) {
    return report(FOVEA_ERROR_MEMORY, "out of memory");
  } catch (const std::exception& error) {
    return report(FOVEA_ERROR_INTERNAL, error.what());
  } catch (...) {
    return report(FOVEA_ERROR_INTERNAL, "an unknown exception");
  }
}

void throw_null(const char* what) {
  throw UsageError(fmt::format("{} is a null pointer", what));
}

void check_array(const void* array, const char* what, std::size_t found, std::size_t expected) {
  if (!array)
    throw_null(what);
  if (found != expected)
    throw UsageError(fmt::format("{} has {} elements, expected {}", what, found, expected));
}

}  // namespace fovea::c_api

const char* fovea_version(void) {
  return FOVEA_VERSION;
}

const char* fovea_last_error(void) {
  return fovea::c_api::last_error.get();
}
