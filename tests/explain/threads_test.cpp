#include "fovea/features.hpp"
#include "fovea/localize.hpp"
#include "small_transformer.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace fovea {
namespace {

constexpr std::size_t kThreads = 4;

/// The results that a thread of a service would keep.
struct Kept {
  std::vector<std::vector<float>> maps;
  std::vector<float> model;
  Box box;

  bool operator==(const Kept&) const = default;
};

std::vector<float> values_of(const Tensor& tensor) {
  return {tensor.data<float>().begin(), tensor.data<float>().end()};
}

/// The state that all threads share; each works with its own copies.
struct Shared {
  explicit Shared(const Model& model)
      : program(Program::compile(model, {.threads = 1})),
        ten(test::explainer_of(model, {.crops = Crops::Ten})),
        object(test::explainer_of(model, object_explain_options())) {}
  std::shared_ptr<const Program> program;
  const Explainer ten, object;
};

/// Compiles explainers of its own from the model, and runs copies of the shared ones.
Kept work(const Model& model, const Shared& shared, const Image& picture) {
  Kept kept;
  for (const MethodInfo& method : methods())
    kept.maps.push_back(
        values_of(test::explained(test::network_for(method.name, model), picture, {},
                                  {.method = std::string(method.name), .method_options = {.samples = 3}})
                      .map));
  Explainer ten = shared.ten, object = shared.object;
  kept.maps.push_back(values_of(ten(picture, {.target = 2}).map));
  kept.box = localize(object, picture).object.box;
  Session session(shared.program);
  ClassModelOptions options;
  options.target_class = 1;
  options.steps = 3;
  kept.model = values_of(class_model(session, {}, options).input);
  return kept;
}

TEST(Threads, DoTogetherWhatEachDoesAlone) {
  const Model model = test::built(test::small_network(14, 22));
  const Shared shared(model);
  const std::vector<Image> pictures = {test::photo(40, 30), test::photo(25, 33)};
  std::vector<Kept> alone, together(kThreads);
  for (const Image& picture : pictures)
    alone.push_back(work(model, shared, picture));
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kThreads; ++i)
    threads.emplace_back([&, i] { together[i] = work(model, shared, pictures[i % pictures.size()]); });
  for (std::thread& thread : threads)
    thread.join();
  for (std::size_t i = 0; i < kThreads; ++i)
    EXPECT_TRUE(together[i] == alone[i % alone.size()]) << i;
}

}  // namespace
}  // namespace fovea
