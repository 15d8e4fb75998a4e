#include "fixtures.hpp"
#include "fovea/class_model.hpp"
#include "fovea/localize.hpp"
#include "fovea/methods.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace fovea {
namespace {

constexpr std::size_t kThreads = 4;

/// What a thread of a service would keep of its work.
struct Kept {
  std::vector<std::vector<float>> maps;
  std::vector<float> model;
  Box box;

  bool operator==(const Kept&) const = default;
};

std::vector<float> values_of(const Tensor& tensor) {
  return {tensor.data<float>().begin(), tensor.data<float>().end()};
}

/// Compiles programs of its own from the model, and shares one that all threads run.
Kept work(const Model& model, const std::shared_ptr<const Program>& shared, const Image& picture) {
  Kept kept;
  const ProgramOptions options{.threads = 1};
  for (const MethodInfo& method : methods()) {
    MapSession session(MapProgram::compile(model, {}, method.name, options, {.samples = 3}));
    kept.maps.push_back(values_of(saliency(session, picture, {}).map));
  }
  Session session(shared);
  kept.maps.push_back(values_of(saliency(session, picture, {}, {2, Crops::Ten}).map));
  kept.box = localize(session, picture, {}).object.box;
  ClassModelOptions climb;
  climb.target_class = 1;
  climb.steps = 3;
  kept.model = values_of(class_model(session, {}, climb).input);
  return kept;
}

TEST(Threads, DoTogetherWhatEachDoesAlone) {
  const Model model = test::built(test::small_network(14, 22));
  const auto program = Program::compile(model, {.threads = 1});
  const std::vector<Image> pictures = {test::photo(40, 30), test::photo(25, 33)};
  std::vector<Kept> alone, together(kThreads);
  for (const Image& picture : pictures)
    alone.push_back(work(model, program, picture));
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kThreads; ++i)
    threads.emplace_back([&, i] { together[i] = work(model, program, pictures[i % pictures.size()]); });
  for (std::thread& thread : threads)
    thread.join();
  for (std::size_t i = 0; i < kThreads; ++i)
    EXPECT_TRUE(together[i] == alone[i % alone.size()]) << i;
}

}  // namespace
}  // namespace fovea
