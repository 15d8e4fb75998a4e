#include "fovea/error.hpp"
#include "fovea/program.hpp"
#include "fovea/tensor.hpp"
#include "support/temporary_folder.hpp"
#include "support/tensors.hpp"

#include <array>
#include <atomic>
#include <cmath>
#include <cstring>
#include <random>
#include <thread>

namespace fovea::test {
namespace {

std::string network(const std::string& name) {
  return std::string(FOVEA_TEST_DATA) + "/networks/" + name;
}

std::shared_ptr<const Program> compile(const std::string& name, const ProgramOptions& options = {}) {
  return Program::compile(Model::load(network(name + ".onnx")), options);
}

void fill(Tensor& tensor, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  for (std::int64_t i = 0; i < tensor.elements(); ++i) {
    if (tensor.dtype() == DType::F64)
      tensor.data<double>()[static_cast<std::size_t>(i)] = normal(random);
    else
      tensor.data<float>()[static_cast<std::size_t>(i)] = static_cast<float>(normal(random));
  }
}

bool same_bytes(const Tensor& a, const Tensor& b) {
  return a.bytes() == b.bytes() && std::memcmp(a.raw(), b.raw(), a.bytes()) == 0;
}

class EveryBackend : public testing::TestWithParam<BackendKind> {
protected:
  static ProgramOptions options(std::int64_t batch = 1) { return {.batch = batch, .backend = GetParam()}; }
};

INSTANTIATE_TEST_SUITE_P(backends, EveryBackend, testing::Values(BackendKind::Reference, BackendKind::OneDnn),
                         [](const auto& row) {
                           return row.param == BackendKind::Reference ? "reference" : "onednn";
                         });

TEST_P(EveryBackend, refuses_an_input_that_is_not_finite) {
  Session session(compile("plain", options()));
  for (const float odd : {std::nanf(""), INFINITY, -INFINITY}) {
    fill(session.input(), 1);
    session.input().data<float>()[7] = odd;
    EXPECT_THROW(session.forward(), InputError) << odd;
    EXPECT_THROW(session.backward(), InputError) << "there is no forward pass to go back through";
  }
  fill(session.input(), 1);
  session.input().data<float>()[7] = -3e38F;
  EXPECT_NO_THROW(session.forward());
}

TEST_P(EveryBackend, refuses_backward_without_a_fresh_forward) {
  Session session(compile("plain", options()));
  fill(session.input(), 1);
  session.seed_classes(std::array<std::int64_t, 1>{0});
  EXPECT_THROW(session.backward(), InputError);
  session.forward();
  session.backward();
  EXPECT_THROW(session.backward(), InputError);
  session.forward();
  EXPECT_NO_THROW(session.backward());
}

TEST_P(EveryBackend, gives_the_same_again) {
  Session session(compile("inception", options(2)));
  fill(session.input(), 1);
  session.seed_classes(std::array<std::int64_t, 2>{1, 4});
  session.forward();
  session.backward();
  const Tensor scores = session.output().clone(), gradient = session.gradient().clone();
  fill(session.input(), 2);
  session.forward();
  session.backward();
  EXPECT_FALSE(same_bytes(session.gradient(), gradient));
  fill(session.input(), 1);
  session.forward();
  session.backward();
  EXPECT_TRUE(same_bytes(session.output(), scores));
  EXPECT_TRUE(same_bytes(session.gradient(), gradient));
}

TEST_P(EveryBackend, keeps_input_scores_and_seed_through_a_run) {
  Session session(compile("residual", options()));
  fill(session.input(), 1);
  const Tensor input = session.input().clone();
  session.seed_classes(std::array<std::int64_t, 1>{3});
  const Tensor seed = session.seed().clone();
  session.forward();
  const Tensor scores = session.output().clone();
  session.backward();
  EXPECT_TRUE(same_bytes(session.input(), input));
  EXPECT_TRUE(same_bytes(session.seed(), seed));
  EXPECT_TRUE(same_bytes(session.output(), scores));
}

TEST_P(EveryBackend, adds_up_the_gradients_of_a_weighted_seed) {
  Session session(compile("plain", options()));
  fill(session.input(), 1);
  std::array<Tensor, 2> each;
  for (std::size_t k = 0; k < 2; ++k) {
    session.forward();
    session.seed_classes(std::array<std::int64_t, 1>{static_cast<std::int64_t>(k)});
    session.backward();
    each[k] = session.gradient().clone();
  }
  session.forward();
  std::memset(session.seed().raw(), 0, session.seed().bytes());
  session.seed().data<float>()[0] = 2;
  session.seed().data<float>()[1] = -3;
  session.backward();
  for (std::size_t i = 0; i < each[0].data<float>().size(); ++i)
    EXPECT_NEAR(session.gradient().data<float>()[i],
                2 * each[0].data<float>()[i] - 3 * each[1].data<float>()[i], 1e-5);
}

TEST_P(EveryBackend, runs_in_two_threads_as_in_one) {
  ProgramOptions one_thread = options();
  one_thread.threads = 1;
  const auto program = compile("squeeze_excite", one_thread);
  const auto results = [&](unsigned seed) {
    Session session(program);
    std::vector<Tensor> gradients;
    for (unsigned i = 0; i < 4; ++i) {
      fill(session.input(), seed + i);
      session.seed_classes(std::array<std::int64_t, 1>{static_cast<std::int64_t>(i)});
      session.forward();
      session.backward();
      gradients.push_back(session.output().clone());
      gradients.push_back(session.gradient().clone());
    }
    return gradients;
  };
  const std::array<std::vector<Tensor>, 2> expected = {results(10), results(20)};
  std::array<std::vector<Tensor>, 2> found;
  std::thread first([&] { found[0] = results(10); }), second([&] { found[1] = results(20); });
  first.join();
  second.join();
  for (std::size_t t = 0; t < 2; ++t)
    for (std::size_t i = 0; i < expected[t].size(); ++i)
      EXPECT_TRUE(same_bytes(found[t][i], expected[t][i])) << "thread " << t << ", result " << i;
}

TEST_P(EveryBackend, calls_each_part_once_and_rethrows_the_first_failure) {
  ProgramOptions two = options();
  two.threads = 2;
  Session session(compile("plain", two));
  constexpr std::int64_t kParts = 100;
  std::array<std::atomic<int>, kParts> calls{};
  session.parallel_for(kParts, [&](std::int64_t i) { ++calls[static_cast<std::size_t>(i)]; });
  for (const std::atomic<int>& count : calls)
    EXPECT_EQ(count, 1);
  session.parallel_for(0, [](std::int64_t) { ADD_FAILURE() << "a part of none"; });
  EXPECT_THROW(session.parallel_for(kParts,
                                    [](std::int64_t i) {
                                      if (i == 7)
                                        throw InputError("the seventh");
                                    }),
               InputError);
}

TEST(Session, gives_nearly_the_same_with_any_number_of_threads) {
  std::vector<Tensor> gradients;
  for (int threads : {1, 2, 3}) {
    Session session(compile("residual", {.batch = 2, .height = 21, .width = 17, .threads = threads}));
    fill(session.input(), 5);
    session.seed_classes(std::array<std::int64_t, 2>{1, 0});
    session.forward();
    session.backward();
    gradients.push_back(session.gradient().clone());
  }
  for (std::size_t i = 1; i < gradients.size(); ++i) {
    const auto one = gradients[0].data<float>(), other = gradients[i].data<float>();
    double difference = 0, norm = 0;
    for (std::size_t k = 0; k < one.size(); ++k) {
      difference += std::pow(static_cast<double>(one[k]) - other[k], 2);
      norm += std::pow(static_cast<double>(one[k]), 2);
    }
    EXPECT_LT(std::sqrt(difference / norm), 1e-5);
  }
}

TEST(Session, fills_the_seed_with_classes) {
  Session session(compile("plain", {.batch = 3}));
  EXPECT_EQ(session.seed().shape(), Shape({3, 5}));
  session.seed_classes(std::array<std::int64_t, 3>{4, 0, 2});
  session.seed_classes(std::array<std::int64_t, 3>{1, 4, 0});
  EXPECT_TRUE(near(session.seed(), f32({3, 5}, {0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0}), 0));
}

TEST(Session, refuses_classes_that_are_not_there) {
  Session session(compile("plain", {.batch = 2}));
  const auto message = [&](std::vector<std::int64_t> classes) {
    return message_of<InputError>([&] { session.seed_classes(classes); });
  };
  EXPECT_EQ(message({0}), "expected a class for each of 2 pictures, found 1");
  EXPECT_EQ(message({0, 5}), "class 5 is out of range: the model has 5 classes, 0 to 4");
  EXPECT_EQ(message({-1, 0}), "class -1 is out of range: the model has 5 classes, 0 to 4");
}

TEST(Session, has_no_backward_pass_in_a_forward_program) {
  Session session(compile("plain", {.direction = Direction::Forward}));
  fill(session.input(), 1);
  session.forward();
  EXPECT_THROW(session.backward(), InternalError);
  EXPECT_THROW(session.gradient(), InternalError);
  EXPECT_THROW(session.seed(), InternalError);
  EXPECT_THROW(session.input(1), InternalError);
  EXPECT_THROW(session.output(1), InternalError);
}

TEST(Session, moves) {
  Session first(compile("plain"));
  fill(first.input(), 1);
  first.forward();
  const Tensor scores = first.output().clone();
  Session second = std::move(first);
  EXPECT_TRUE(same_bytes(second.output(), scores));
  second.seed_classes(std::array<std::int64_t, 1>{0});
  EXPECT_NO_THROW(second.backward());
}

TEST(Session, outlives_the_caller_s_program) {
  auto program = compile("plain");
  Session session(program);
  program.reset();
  fill(session.input(), 1);
  session.forward();
  EXPECT_TRUE(std::isfinite(session.output().data<float>()[0]));
}

}  // namespace
}  // namespace fovea::test
