#include "fixtures.hpp"
#include "fovea/class_model.hpp"
#include "fovea/error.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace fovea {
namespace {

using test::built;
using test::photo;
using test::small_network;

std::shared_ptr<const MapProgram> compile(std::string_view method, const MethodOptions& options) {
  return MapProgram::compile(built(small_network(24, 24)), {}, method, {.threads = 1}, options);
}

Tensor input_of(const MapSession& session) {
  const Shape& shape = session.program().scores().inputs().front().shape;
  Tensor input(DType::F32, {shape[1], shape[2], shape[3]});
  const std::vector<float> values = test::random_values(input.data<float>().size(), 4);
  std::copy(values.begin(), values.end(), input.data<float>().begin());
  return input;
}

std::vector<float> map_of(MapSession& session) {
  const Attribution made = session.attribute(input_of(session), {.class_index = 1, .against = {}});
  const auto relevance = made.relevance.data<float>();
  return {relevance.begin(), relevance.end()};
}

/// Every method, in a set-up in which it runs more than once.
TEST(Cancelling, ends_every_method_and_leaves_it_as_new) {
  for (const MethodInfo& info : methods()) {
    const auto program = compile(info.name, {.samples = 12});
    MapSession session(program), fresh(program);
    std::stop_source source;
    session.cancel_with(source.get_token());
    const std::vector<float> expected = map_of(fresh);
    EXPECT_EQ(map_of(session), expected) << info.name;
    source.request_stop();
    EXPECT_THROW(map_of(session), Cancelled) << info.name;
    session.cancel_with({});
    EXPECT_EQ(map_of(session), expected) << info.name;
  }
}

TEST(Cancelling, ends_sampling_part_way_from_the_progress_function) {
  for (const char* method : {"rise", "smoothgrad", "integrated-gradients", "occlusion"}) {
    const auto program = compile(method, {.samples = 200});
    MapSession session(program);
    std::stop_source source;
    session.cancel_with(source.get_token());
    std::int64_t last = 0, all = 0;
    session.report_progress([&](std::int64_t done, std::int64_t total) {
      last = done;
      all = total;
      source.request_stop();
    });
    EXPECT_THROW(map_of(session), Cancelled) << method;
    EXPECT_GT(last, 0) << method;
    EXPECT_LE(last, 10) << method;  // one batch
    EXPECT_GT(all, last) << method;
  }
}

TEST(Cancelling, ends_averages_over_noise) {
  MapSession session(compile("grad-cam", {.smooth = 50}));
  std::stop_source source;
  session.cancel_with(source.get_token());
  std::int64_t last = 0;
  session.report_progress([&](std::int64_t done, std::int64_t) {
    last = done;
    if (done == 3)
      source.request_stop();
  });
  EXPECT_THROW(map_of(session), Cancelled);
  EXPECT_EQ(last, 3);
}

TEST(Cancelling, ends_sampling_from_another_thread) {
  const auto program = compile("rise", {.samples = 1000000});  // minutes
  MapSession session(program);
  std::stop_source source;
  session.cancel_with(source.get_token());
  std::atomic<bool> working = false;
  session.report_progress([&](std::int64_t, std::int64_t) { working = true; });
  std::thread other([&] {
    while (!working)
      std::this_thread::yield();
    source.request_stop();
  });
  EXPECT_THROW(map_of(session), Cancelled);
  other.join();
}

TEST(Cancelling, ends_saliency_of_a_photo) {
  for (const char* method : {"gradient", "smoothgrad"}) {
    MapSession session(compile(method, {}));
    std::stop_source source;
    session.cancel_with(source.get_token());
    const Image picture = photo(40, 30);
    const SaliencyMap before = saliency(session, picture, {});
    PhotoExplainer explainer(session, picture, {}, Crops::One);
    source.request_stop();
    EXPECT_THROW(explainer.map_of(before.target.index), Cancelled) << method;
    EXPECT_THROW(saliency(session, picture, {}), Cancelled) << method;
    session.cancel_with({});
    const SaliencyMap after = explainer.map_of(before.target.index);
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
