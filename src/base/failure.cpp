#include "base/failure.hpp"

#include "base/shown_path.hpp"
#include "fovea/error.hpp"

#include <new>
#include <stdexcept>

namespace fovea {
namespace {

bool names(const std::string& message, const std::string& path) {
  return !path.empty() && message.find(path) != std::string::npos;
}

}  // namespace

std::string failure_text(const std::exception_ptr& failure, const std::string& of) {
  const std::string path = name_of_input(of);
  try {
    std::rethrow_exception(failure);
  } catch (const Cancelled&) {
    throw;
  } catch (const InputError& error) {
    return error.path().empty() && !names(error.what(), path) ? path + ": " + error.what() : error.what();
  } catch (const OutputError& error) {
    return error.path().empty() ? path + ": " + error.what() : error.what();
  } catch (const std::bad_alloc&) {
    return path + ": there is not enough memory for it";
  } catch (const std::length_error&) {
    return path + ": there is not enough memory for it";
  } catch (const std::exception& error) {
    return names(error.what(), path) ? error.what() : path + ": " + error.what();
  }
}

}  // namespace fovea
