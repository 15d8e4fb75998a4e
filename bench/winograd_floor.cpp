// Winograd's kernels beside oneDNN's for convolutions of 3x3 windows, as networks use them: the fastest of R
// runs of each, alternating, and the largest difference of their results by the largest result.
//
//     winograd_floor [R]
#include "backend/onednn/primitives.hpp"
#include "backend/onednn/winograd.hpp"
#include "fovea/tensor.hpp"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <random>
#include <unordered_map>
#include <vector>

namespace {

using namespace fovea::backend::onednn_detail;
using Clock = std::chrono::steady_clock;

struct Case {
  std::int64_t side, channels, outputs;
};

double microseconds(const auto& work) {
  const Clock::time_point begin = Clock::now();
  work();
  return std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
}

void compare(const Case& c, int rounds) {
  using fovea::Tensor;
  const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  dnnl::stream stream(engine);
  const auto layout = [](const Dims& dims) { return Desc(dims, Type::f32, dnnl::memory::format_tag::nhwc); };
  const ConvForward direct =
      conv_forward(engine, layout({1, c.channels, c.side, c.side}),
                   Desc(Dims{c.outputs, c.channels, 3, 3}, Type::f32, dnnl::memory::format_tag::any), Desc(),
                   layout({1, c.outputs, c.side, c.side}), {{}, {1, 1}, {1, 1}, {1, 1}, {1, 1}}, {});
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  Tensor x(fovea::DType::F32, {1, c.side, c.side, c.channels}),
      w(fovea::DType::F32, {c.outputs, c.channels, 3, 3});
  for (float& value : x.data<float>())
    value = std::max(normal(random), 0.0F);
  for (float& value : w.data<float>())
    value = normal(random);
  std::vector<float> expected(static_cast<std::size_t>(c.side * c.side * c.outputs)), result(expected.size());
  const Desc plain(Dims{c.outputs, c.channels, 3, 3}, Type::f32, dnnl::memory::format_tag::oihw);
  dnnl::memory weights(direct.weights, engine), from(plain, engine, w.raw());
  dnnl::reorder(from, weights).execute(stream, from, weights);
  std::unordered_map<int, dnnl::memory> arguments{
      {DNNL_ARG_SRC, dnnl::memory(direct.src, engine, x.raw())},
      {DNNL_ARG_WEIGHTS, weights},
      {DNNL_ARG_DST, dnnl::memory(direct.dst, engine, expected.data())},
      {DNNL_ARG_SCRATCHPAD, dnnl::memory(direct.scratchpad, engine)}};
  const int threads = omp_get_max_threads();
  const WinogradConv conv{1, c.side, c.side, c.channels, c.side, c.side, c.outputs, 1, 1};
  std::vector<char> flush(64 << 20);
  double best[3] = {1e30, 1e30, 1e30}, error[2] = {};
  std::vector<float> filters[2];
  std::vector<float> scratch[2];
  for (int k = 0; k < 2; ++k) {
    const auto tile = static_cast<WinogradTile>(k);
    filters[k].resize(static_cast<std::size_t>(winograd_filter_floats(conv, tile)));
    transform_filters(conv, tile, w.data<float>().data(), filters[k].data());
    scratch[k].resize(
        static_cast<std::size_t>(winograd_scratch(conv, static_cast<WinogradTile>(k), threads)));
  }
  for (int round = 0; round < rounds; ++round) {
    std::fill(flush.begin(), flush.end(),
              static_cast<char>(round));  // weights come from memory, as in a network
    best[2] = std::min(best[2], microseconds([&] {
                         direct.primitive.execute(stream, arguments);
                         stream.wait();
                       }));
    for (int k = 0; k < 2; ++k) {
      std::fill(flush.begin(), flush.end(), static_cast<char>(round));
      best[k] =
          std::min(best[k], microseconds([&] {
                     winograd_convolve(conv, static_cast<WinogradTile>(k), threads, x.data<float>().data(),
                                       filters[k].data(), nullptr, result.data(), scratch[k].data());
                   }));
      float largest = 0;
      for (std::size_t i = 0; i < result.size(); ++i) {
        error[k] = std::max(error[k], static_cast<double>(std::fabs(result[i] - expected[i])));
        largest = std::max(largest, std::fabs(expected[i]));
      }
      error[k] /= largest;
    }
  }
  const double flops = 2.0 * 9 * static_cast<double>(c.channels * c.outputs * c.side * c.side);
  fmt::print("{:4} {:5} {:5} {:>10.1f} {:>6.0f} {:>10.1f} {:>5.2f} {:>10.1f} {:>5.2f}   {:.1e} {:.1e}\n",
             c.side, c.channels, c.outputs, best[2], flops / best[2] / 1e3, best[0], best[0] / best[2],
             best[1], best[1] / best[2], error[0], error[1]);
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 10;
  fmt::print("side    C    OC  direct, us GFLOP/s  2x2 tiles ratio  4x4 tiles ratio   errors\n");
  for (const Case& c : std::vector<Case>{
           {224, 64, 64},  {112, 64, 128}, {112, 128, 128}, {56, 128, 256}, {56, 256, 256}, {28, 256, 512},
           {28, 512, 512}, {14, 512, 512}, {7, 512, 512},   {14, 256, 256}, {28, 128, 128}, {56, 64, 64},
           {56, 128, 32},  {28, 128, 32},  {14, 128, 32},   {7, 128, 32},   {56, 32, 128},  {14, 32, 128},
           {55, 16, 64},   {27, 32, 128},  {13, 48, 192},   {13, 64, 256},  {55, 64, 16},   {13, 256, 64},
           {14, 96, 208},  {28, 96, 128},  {35, 96, 96},    {147, 32, 64}})
    compare(c, rounds);
}
