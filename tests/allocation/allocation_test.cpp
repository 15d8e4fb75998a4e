#include "allocation/allocation_counter.hpp"
#include "fovea/program.hpp"

#include <algorithm>
#include <array>
#include <gtest/gtest.h>
#include <string>

namespace fovea::test {
namespace {

class EveryBackend : public testing::TestWithParam<BackendKind> {};

/// The engine itself takes nothing; reference kernels make short lists of strides (LRN a plane of sums),
/// oneDNN keeps books. Networks lrn and attention are left out on oneDNN, whose matrix products may pack an
/// operand into memory of their own (on processors without AVX-512 they do).
TEST_P(EveryBackend, takes_its_memory_once) {
  if (!can_count_allocations())
    GTEST_SKIP() << "a sanitizer owns the allocator";
  const bool plain = GetParam() == BackendKind::Reference;
  for (const char* name :
       {"plain", "residual", "residual_bn", "inception", "squeeze_excite", "attention", "lrn"}) {
    if (!plain && (std::string(name) == "lrn" || std::string(name) == "attention"))
      continue;
    const Model model = Model::load(std::string(FOVEA_TEST_DATA) + "/networks/" + name + ".onnx");
    Session session(Program::compile(model, {.backend = GetParam()}));
    std::ranges::fill(session.input().data<float>(), 0.5F);
    session.seed_classes(std::array<std::int64_t, 1>{0});
    session.forward();  // threads start and libraries look around in the first run
    session.backward();
    start_counting();
    session.forward();
    session.backward();
    const Allocations made = stop_counting();
    EXPECT_LT(made.largest, plain ? 8192U : 4096U) << name;
    RecordProperty(std::string("allocations_") + name, static_cast<int>(made.count));
  }
}

INSTANTIATE_TEST_SUITE_P(Backends, EveryBackend,
                         testing::Values(BackendKind::Reference, BackendKind::OneDnn));

}  // namespace
}  // namespace fovea::test
