#pragma once

#include <string>

namespace fovea::cli {

/// Opens files and folders in the program that the desktop has for them.
class Viewer {
public:
  /// InputError that says what to install if there is no xdg-open on the PATH.
  Viewer();
  /// Starts it for a path and does not wait for its end. OutputError if it fails within two seconds.
  void open(const std::string& path) const;

private:
  std::string program_;
};

}  // namespace fovea::cli
