#pragma once

#include "fovea/model.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace fovea::networks {

/// The SHA-256 of bytes that come piece by piece.
class Sha256 {
public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void add(std::string_view bytes);
  /// The digest of everything added, as 64 hexadecimal digits in lower case; then starts again.
  std::string finish();

private:
  struct Context;
  std::unique_ptr<Context> context_;
};

/// The SHA-256 of a model's contents: of its file, followed by each file with external weights. ModelError if
/// one of them was modified since the model was loaded.
std::string sha256_of(const Model& model);

}  // namespace fovea::networks
