#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace fovea {

/// Base class of all errors caused by input or requests. `what()` is one complete sentence that names the
/// file, the node and the operator where they are known.
class Error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// The place of an error in a model. Empty fields are unknown.
struct ModelLocation {
  std::string path;           ///< the ONNX file
  std::string node;           ///< the node's name, or the name of its first output
  std::string operator_name;  ///< the ONNX operator type
};

/// A model that cannot be read, is not valid, or uses something fovea does not support.
class ModelError : public Error {
public:
  explicit ModelError(const std::string& message, ModelLocation location = {});
  const ModelLocation& location() const { return location_; }
  /// The message without its location.
  const std::string& detail() const { return detail_; }

private:
  ModelLocation location_;
  std::string detail_;
};

/// A picture, array, label file or class name that cannot be used.
class InputError : public Error {
public:
  explicit InputError(const std::string& message, std::string path = {});
  const std::string& path() const { return path_; }

private:
  std::string path_;
};

/// A file or folder that cannot be written. Its previous content is untouched.
class OutputError : public Error {
public:
  explicit OutputError(const std::string& message, std::string path = {});
  const std::string& path() const { return path_; }

private:
  std::string path_;
};

/// Thrown when work ends because its caller asked for that (Session::cancel_with). The objects involved can
/// be used again.
class Cancelled : public Error {
public:
  Cancelled() : Error("cancelled") {}
};

/// A fault of fovea itself: a broken invariant. Never caused by input alone.
class InternalError : public std::logic_error {
public:
  using std::logic_error::logic_error;
};

}  // namespace fovea
