#include "base/shared_library.hpp"

#include "fovea/error.hpp"

#include <fmt/format.h>

#include <dlfcn.h>

namespace fovea {

SharedLibrary::SharedLibrary(const std::string& name, const std::string& package)
    : name_(name), handle_(::dlopen(("fovea-" + name).c_str(), RTLD_NOW | RTLD_LOCAL)) {
  if (!handle_)
    handle_ = ::dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle_)
    return;
  const char* reason = ::dlerror();
  throw InputError(fmt::format("the library {} cannot be loaded (Debian: {}): {}", name, package,
                               reason ? reason : "no reason is given"));
}

void* SharedLibrary::address_of(const char* name) const {
  void* const address = ::dlsym(handle_, name);
  if (!address)
    throw InternalError(fmt::format("internal error: {} has no function {}", name_, name));
  return address;
}

}  // namespace fovea
