#include "fovea/error.hpp"
#include "fovea/features.hpp"
#include "small_transformer.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace fovea {
namespace {

using test::built;
using test::photo;
using test::small_network;

Explainer compile(std::string_view method, const MethodOptions& options) {
  return test::explainer_of(test::network_for(method, built(small_network(24, 24))),
                            {.method = std::string(method), .method_options = options});
}

Tensor input_of(const Explainer& explain, unsigned seed = 4) {
  const Shape& shape = explain.program().inputs().front().shape;
  Tensor input(DType::F32, {shape[1], shape[2], shape[3]});
  const std::vector<float> values = test::random_values(input.data<float>().size(), seed);
  std::copy(values.begin(), values.end(), input.data<float>().begin());
  return input;
}

std::vector<float> map_of(Explainer& explain, std::int64_t class_index = 1, unsigned seed = 4) {
  const Attribution made =
      explain.attribute(input_of(explain, seed), {.class_index = class_index, .against = {}});
  const auto relevance = made.relevance.data<float>();
  return {relevance.begin(), relevance.end()};
}

/// Every method, in a set-up in which it runs more than once.
TEST(Cancelling, ends_every_method_and_leaves_it_as_new) {
  for (const MethodInfo& info : methods()) {
    Explainer explain = compile(info.name, {.samples = 12}), fresh = explain;
    std::stop_source source;
    explain.cancel_with(source.get_token());
    const std::vector<float> expected = map_of(fresh);
    EXPECT_EQ(map_of(explain), expected) << info.name;
    source.request_stop();
    EXPECT_THROW(map_of(explain, 2, 5), Cancelled) << info.name;
    explain.cancel_with({});
    EXPECT_EQ(map_of(explain), expected) << info.name;
  }
}

TEST(Cancelling, ends_sampling_part_way_from_the_progress_function) {
  for (const char* method : {"rise", "smoothgrad", "integrated-gradients", "occlusion"}) {
    Explainer explain = compile(method, {.samples = 200});
    std::stop_source source;
    explain.cancel_with(source.get_token());
    std::int64_t last = 0, all = 0;
    explain.report_progress([&](std::int64_t done, std::int64_t total) {
      last = done;
      all = total;
      source.request_stop();
    });
    EXPECT_THROW(map_of(explain), Cancelled) << method;
    EXPECT_GT(last, 0) << method;
    EXPECT_LE(last, 10) << method;  // one batch
    EXPECT_GT(all, last) << method;
  }
}

TEST(Cancelling, ends_averages_over_noise) {
  Explainer explain = compile("grad-cam", {.smooth = 50});
  std::stop_source source;
  explain.cancel_with(source.get_token());
  std::int64_t last = 0;
  explain.report_progress([&](std::int64_t done, std::int64_t) {
    last = done;
    source.request_stop();
  });
  EXPECT_THROW(map_of(explain), Cancelled);
  EXPECT_GT(last, 0);
  EXPECT_LE(last, 10);  // one batch
}

TEST(Cancelling, ends_sampling_from_another_thread) {
  Explainer explain = compile("rise", {.samples = 1000000});  // minutes
  std::stop_source source;
  explain.cancel_with(source.get_token());
  std::atomic<bool> working = false;
  explain.report_progress([&](std::int64_t, std::int64_t) { working = true; });
  std::thread other([&] {
    while (!working)
      std::this_thread::yield();
    source.request_stop();
  });
  EXPECT_THROW(map_of(explain), Cancelled);
  other.join();
}

TEST(Cancelling, ends_the_explanation_of_a_photo) {
  for (const char* method : {"gradient", "smoothgrad"}) {
    Explainer explain = compile(method, {});
    std::stop_source source;
    explain.cancel_with(source.get_token());
    const Image picture = photo(40, 30);
    const Explanation before = explain(picture);
    const FramedPhoto framed = explain.frame(test::photo(24, 24));
    source.request_stop();
    EXPECT_THROW(explain(framed), Cancelled) << method;
    EXPECT_THROW(explain(picture), Cancelled) << method;
    explain.cancel_with({});
    const Explanation after = explain(picture);
    const auto found = after.map.data<float>(), expected = before.map.data<float>();
    EXPECT_TRUE(std::equal(found.begin(), found.end(), expected.begin(), expected.end())) << method;
  }
}

TEST(Cancelling, ends_a_class_model) {
  Session session(Program::compile(built(small_network(24, 24)), {.threads = 1}));
  std::stop_source source;
  session.cancel_with(source.get_token());
  int last = 0;
  const auto stop_at_three = [&](const ClassModelProgress& progress) {
    last = progress.step;
    if (progress.step == 3)
      source.request_stop();
    return true;
  };
  EXPECT_THROW(class_model(session, {}, {.target_class = 1, .steps = 50}, stop_at_three), Cancelled);
  EXPECT_EQ(last, 3);
}

}  // namespace
}  // namespace fovea
