#pragma once

#include "backend/onednn/vector_level.hpp"

#include <gtest/gtest.h>

#include <string>

namespace fovea::test {

/// A level of vector instructions, with its name in tests.
struct NamedVectorLevel {
  backend::onednn_detail::VectorLevel level;
  const char* name;
};

inline constexpr NamedVectorLevel kPlain = {backend::onednn_detail::VectorLevel::Plain, "plain"};
inline constexpr NamedVectorLevel kAvx2 = {backend::onednn_detail::VectorLevel::Avx2, "avx2"};
inline constexpr NamedVectorLevel kAvx512 = {backend::onednn_detail::VectorLevel::Avx512, "avx512"};
inline constexpr NamedVectorLevel kAvx512Bf16 = {backend::onednn_detail::VectorLevel::Avx512Bf16,
                                                 "avx512_bf16"};

/// Runs each test with kernels of the parameter's level; skips those that this processor does not have.
class AtVectorLevel : public testing::TestWithParam<NamedVectorLevel> {
protected:
  void SetUp() override {
    if (backend::onednn_detail::vector_level() < GetParam().level)
      GTEST_SKIP() << "this processor, or oneDNN's limit, does not have it";
    backend::onednn_detail::limit_vector_level(GetParam().level);
  }
  void TearDown() override {
    backend::onednn_detail::limit_vector_level(backend::onednn_detail::VectorLevel::Avx512Bf16);
  }
};

inline std::string vector_level_name(const testing::TestParamInfo<NamedVectorLevel>& info) {
  return info.param.name;
}

}  // namespace fovea::test
