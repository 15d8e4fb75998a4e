#include "cli/sha256.hpp"

#include "fovea/error.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>

namespace fovea::cli {

struct Sha256::Context {
  EVP_MD_CTX* value = EVP_MD_CTX_new();
  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { EVP_MD_CTX_free(value); }
};

namespace {

void expect_done(int status) {
  if (status != 1)  // no memory, or a system whose policy forbids SHA-256
    throw InternalError("internal error: libcrypto does not compute SHA-256");
}

}  // namespace

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  expect_done(EVP_DigestInit_ex(context_->value, EVP_sha256(), nullptr));
}

Sha256::~Sha256() = default;

void Sha256::add(std::string_view bytes) {
  expect_done(EVP_DigestUpdate(context_->value, bytes.data(), bytes.size()));
}

std::string Sha256::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest = {};
  unsigned int length = 0;
  expect_done(EVP_DigestFinal_ex(context_->value, digest.data(), &length));
  expect_done(EVP_DigestInit_ex(context_->value, EVP_sha256(), nullptr));
  std::string text;
  for (unsigned int i = 0; i < length; ++i)
    text += fmt::format("{:02x}", digest[i]);
  return text;
}

}  // namespace fovea::cli
