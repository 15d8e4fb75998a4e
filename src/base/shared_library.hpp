#pragma once

#include <string>

namespace fovea {

/// A shared library of the system that is loaded on first use, so that work without it does not wait for it
/// and its dependencies. It stays loaded until the process ends.
class SharedLibrary {
public:
  /// `name` as in "libcurl.so.4". A copy that is bundled with fovea is preferred, whose name begins with
  /// "fovea-" (cmake/bundle_libraries.cmake). InputError that says which package of Debian holds it when it
  /// cannot be loaded.
  SharedLibrary(const std::string& name, const std::string& package);

  /// The function of that name. InternalError where the library has none.
  template <class Function>
  void find(Function*& function, const char* name) const {
    function = reinterpret_cast<Function*>(address_of(name));
  }

private:
  void* address_of(const char* name) const;

  std::string name_;
  void* handle_;
};

}  // namespace fovea
