#include "networks/sha256.hpp"

#include "base/shared_library.hpp"
#include "engine/model_impl.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>

namespace fovea::networks {

namespace {

/// libcrypto's functions. It is loaded by the first digest, of a download or of a model that results are of:
/// a program that brings its other libraries along takes this one from the system.
struct Crypto {
  decltype(&EVP_MD_CTX_new) make;
  decltype(&EVP_MD_CTX_free) free;
  decltype(&EVP_sha256) sha256;
  decltype(&EVP_DigestInit_ex) init;
  decltype(&EVP_DigestUpdate) update;
  decltype(&EVP_DigestFinal_ex) final;

  Crypto() {
    const SharedLibrary library("libcrypto.so.3", "libssl3");
    library.find(make, "EVP_MD_CTX_new");
    library.find(free, "EVP_MD_CTX_free");
    library.find(sha256, "EVP_sha256");
    library.find(init, "EVP_DigestInit_ex");
    library.find(update, "EVP_DigestUpdate");
    library.find(final, "EVP_DigestFinal_ex");
  }
};

const Crypto& crypto() {
  static const Crypto instance;
  return instance;
}

void expect_done(int status) {
  if (status != 1)  // no memory, or a system whose policy forbids SHA-256
    throw InternalError("internal error: libcrypto does not compute SHA-256");
}

}  // namespace

struct Sha256::Context {
  EVP_MD_CTX* value = crypto().make();
  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { crypto().free(value); }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  expect_done(crypto().init(context_->value, crypto().sha256(), nullptr));
}

Sha256::~Sha256() = default;

void Sha256::add(std::string_view bytes) {
  expect_done(crypto().update(context_->value, bytes.data(), bytes.size()));
}

std::string Sha256::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest = {};
  unsigned int length = 0;
  expect_done(crypto().final(context_->value, digest.data(), &length));
  expect_done(crypto().init(context_->value, crypto().sha256(), nullptr));
  std::string text;
  for (unsigned int i = 0; i < length; ++i)
    text += fmt::format("{:02x}", digest[i]);
  return text;
}

std::string sha256_of(const Model& model) {
  const onnx_import::OnnxFile& file = *ModelAccess::impl(model).file;
  file.check_unchanged();
  Sha256 sha256;
  for (const std::string_view bytes : file.bytes())
    sha256.add(bytes);
  file.release_pages();
  return sha256.finish();
}

}  // namespace fovea::networks
