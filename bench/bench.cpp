// The work that users wait for: networks forward and backward, pictures in and out, one saliency map from
// file to file. The library's threads are given as the last argument of the network benchmarks (0: all
// processors).
#include <fovea/explain.hpp>
#include <fovea/features.hpp>
#include <fovea/image.hpp>

#include <benchmark/benchmark.h>

#include <cstdio>
#include <filesystem>
#include <map>
#include <random>

namespace {

using fovea::BackendKind;
using fovea::Direction;

const fovea::Model& network() {
  static const fovea::Model model = fovea::Model::load(FOVEA_SOURCE_DIR "/models/imagenette-resnet.onnx");
  return model;
}

const char* const kPhoto = FOVEA_SOURCE_DIR "/samples/golf-ball.jpg";

/// A session on the bundled network with noise as its input.
fovea::Session make_session(Direction direction, BackendKind backend, std::int64_t batch, int threads) {
  fovea::Session session(fovea::Program::compile(
      network(), {.direction = direction, .batch = batch, .backend = backend, .threads = threads}));
  std::mt19937 generator(1);
  std::normal_distribution<float> normal;
  for (float& x : session.input().data<float>())
    x = normal(generator);
  return session;
}

void set_rates(benchmark::State& state, std::int64_t batch) {
  state.SetItemsProcessed(state.iterations() * batch);
}

void forward(benchmark::State& state, BackendKind backend) {
  const std::int64_t batch = state.range(0);
  fovea::Session session = make_session(Direction::Forward, backend, batch, static_cast<int>(state.range(1)));
  for (auto _ : state)
    session.forward();
  set_rates(state, batch);
}

void forward_backward(benchmark::State& state, BackendKind backend) {
  const std::int64_t batch = state.range(0);
  fovea::Session session =
      make_session(Direction::ForwardAndBackward, backend, batch, static_cast<int>(state.range(1)));
  session.seed_classes(std::vector<std::int64_t>(static_cast<std::size_t>(batch), 8));
  for (auto _ : state) {
    session.forward();
    session.backward();
  }
  set_rates(state, batch);
}

void load_and_compile(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(
        fovea::Program::compile(fovea::Model::load(FOVEA_SOURCE_DIR "/models/imagenette-resnet.onnx")));
}

void resize(benchmark::State& state) {
  const fovea::Image photo = fovea::read_image(kPhoto);
  const fovea::Image large = fovea::resize(photo, 4000, 3000);
  for (auto _ : state)
    benchmark::DoNotOptimize(fovea::resize_short_side(large, 256));
  state.SetItemsProcessed(state.iterations() * large.width * large.height);
}

void decode_jpeg(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(fovea::read_image(kPhoto));
}

/// Read a photo, explain it, write the overlay: all but loading the network.
void saliency_file_to_file(benchmark::State& state) {
  const auto crops = state.range(0) == 10 ? fovea::Crops::Ten : fovea::Crops::One;
  fovea::Explainer explain(network(), {.crops = crops});
  const std::string out = std::filesystem::temp_directory_path() / "fovea-bench.png";
  for (auto _ : state)
    fovea::write_png(out, explain(fovea::read_image(kPhoto)).overlay());
  std::filesystem::remove(out);
}

void decode_png(benchmark::State& state) {
  const std::string path = std::filesystem::temp_directory_path() / "fovea-bench-decode.png";
  fovea::write_png(path, fovea::resize(fovea::read_image(kPhoto), 1920, 1440));
  for (auto _ : state)
    benchmark::DoNotOptimize(fovea::read_image(path));
  std::filesystem::remove(path);
}

/// Gradient ascent of 151 steps with the options of the command line.
void class_model(benchmark::State& state) {
  fovea::Session session = make_session(Direction::ForwardAndBackward, BackendKind::Auto, 1, 0);
  const auto preprocessing = network().preprocessing().value();
  for (auto _ : state)
    benchmark::DoNotOptimize(fovea::class_model(session, preprocessing, {.target_class = 8}));
}

/// The attribution of a method for one network input, with its default number of samples.
void method(benchmark::State& state, std::string_view name) {
  fovea::Explainer explain(
      network(), {.method = std::string(name), .program = {.threads = static_cast<int>(state.range(0))}});
  const fovea::Shape& shape = explain.program().inputs().front().shape;
  // Two, since what an explainer was asked last costs nothing when it is asked again.
  const fovea::Shape input = {shape[1], shape[2], shape[3]};
  std::array inputs = {fovea::Tensor(fovea::DType::F32, input), fovea::Tensor(fovea::DType::F32, input)};
  std::mt19937 generator(1);
  std::normal_distribution<float> normal;
  for (fovea::Tensor& one : inputs)
    for (float& x : one.data<float>())
      x = normal(generator);
  std::size_t again = 0;
  for (auto _ : state)
    benchmark::DoNotOptimize(explain.attribute(inputs[again++ % 2], {8, {}}));
}

/// The gradients that SmoothGrad's 50 samples cost at least, in the batches that it takes.
void gradients_50_in_tens(benchmark::State& state) {
  fovea::Session session =
      make_session(Direction::ForwardAndBackward, BackendKind::OneDnn, 10, static_cast<int>(state.range(0)));
  session.seed_classes(std::vector<std::int64_t>(10, 8));
  for (auto _ : state)
    for (int i = 0; i < 5; ++i) {
      session.forward();
      session.backward();
    }
}

/// One line for each method that there is.
const bool kMethodsAreRegistered = [] {
  for (const fovea::MethodInfo& info : fovea::methods())
    benchmark::RegisterBenchmark(("method/" + std::string(info.name)).c_str(),
                                 [name = info.name](benchmark::State& state) { method(state, name); })
        ->ArgName("threads")
        ->Arg(1)
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
  return true;
}();

}  // namespace

BENCHMARK(gradients_50_in_tens)->ArgName("threads")->Arg(1)->UseRealTime()->Unit(benchmark::kMillisecond);

BENCHMARK_CAPTURE(forward, onednn, BackendKind::OneDnn)
    ->ArgNames({"batch", "threads"})
    ->Args({1, 1})
    ->Args({1, 0})
    ->Args({8, 0})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(forward_backward, onednn, BackendKind::OneDnn)
    ->ArgNames({"batch", "threads"})
    ->Args({1, 1})
    ->Args({1, 0})
    ->Args({8, 0})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(forward, reference, BackendKind::Reference)
    ->ArgNames({"batch", "threads"})
    ->Args({1, 1})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(forward_backward, reference, BackendKind::Reference)
    ->ArgNames({"batch", "threads"})
    ->Args({1, 1})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(load_and_compile)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(decode_jpeg)->Unit(benchmark::kMillisecond);
BENCHMARK(decode_png)->Unit(benchmark::kMillisecond);
BENCHMARK(resize)->Unit(benchmark::kMillisecond);
BENCHMARK(saliency_file_to_file)
    ->ArgName("crops")
    ->Arg(1)
    ->Arg(10)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(class_model)->UseRealTime()->Unit(benchmark::kMillisecond);

BENCHMARK_MAIN();
