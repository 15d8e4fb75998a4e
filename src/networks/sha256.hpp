#pragma once

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

}  // namespace fovea::networks
