// Single oneDNN primitives beside convolutions, as networks use them: products of matrices of linear layers
// and attention, curves and pools. Prints the version of oneDNN and the fastest of R runs of each.
//
//     primitive_floor [R]
#include "backend/onednn/primitives.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace {

namespace onednn = fovea::backend::onednn_detail;
using onednn::Desc;
using onednn::Dims;
using onednn::Type;
using Clock = std::chrono::steady_clock;

/// A descriptor of float32 with dense rows.
Desc dense(const Dims& dims) {
  Dims strides(dims.size(), 1);
  for (std::size_t i = dims.size() - 1; i > 0; --i)
    strides[i - 1] = strides[i] * dims[i];
  return {dims, Type::f32, strides};
}

Desc channels_last(const Dims& dims) {
  return {dims, Type::f32, dnnl::memory::format_tag::nhwc};
}

class Bench {
public:
  explicit Bench(int rounds) : rounds_(rounds) {}

  void run(const std::string& name, const onednn::Primitive& made,
           const std::vector<std::pair<int, Desc>>& operands) {
    std::unordered_map<int, dnnl::memory> arguments{
        {DNNL_ARG_SCRATCHPAD, dnnl::memory(made.scratchpad, engine)}};
    for (const auto& [key, desc] : operands) {
      dnnl::memory memory(desc, engine);
      auto* values = static_cast<float*>(memory.get_data_handle());
      for (std::size_t i = 0; i < desc.get_size() / sizeof(float); ++i)
        values[i] = 0.01F * static_cast<float>(i % 97) - 0.5F;
      arguments.emplace(key, memory);
    }
    dnnl::stream stream(engine);
    double best = 1e30;
    for (int round = -2; round < rounds_; ++round) {
      const Clock::time_point begin = Clock::now();
      made.primitive.execute(stream, arguments);
      stream.wait();
      best = std::min(best, std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
    }
    fmt::print("{:<40} {:>10.1f} us\n", name, best);
  }

  /// [...,M,K] times [...,K,N].
  void matmul(const std::string& name, const Dims& batch, std::int64_t m, std::int64_t k, std::int64_t n) {
    const auto of = [&](std::int64_t rows, std::int64_t columns) {
      Dims dims = batch;
      dims.insert(dims.end(), {rows, columns});
      return dense(dims);
    };
    const Desc a = of(m, k), b = of(k, n), dst = of(m, n);
    run(fmt::format("{} {}x{}x{}", name, m, k, n), onednn::matmul(engine, a, b, {}, dst),
        {{DNNL_ARG_SRC, a}, {DNNL_ARG_WEIGHTS, b}, {DNNL_ARG_DST, dst}});
  }

  void eltwise(const std::string& name, dnnl::algorithm algorithm, const Dims& dims) {
    const Desc data = dense(dims);
    const onednn::Eltwise function{algorithm};
    run(name, onednn::eltwise_forward(engine, function, data), {{DNNL_ARG_SRC, data}, {DNNL_ARG_DST, data}});
    run(name + " backward", onednn::eltwise_backward(engine, function, data),
        {{DNNL_ARG_SRC, data}, {DNNL_ARG_DIFF_DST, data}, {DNNL_ARG_DIFF_SRC, data}});
  }

  void max_pool(const std::string& name, const Dims& src_dims, const Dims& dst_dims) {
    const Desc src = channels_last(src_dims), dst = channels_last(dst_dims);
    const onednn::Window window{{3, 3}, {2, 2}, {1, 1}, {1, 1}, {0, 0}};
    run(name, onednn::pool_forward(engine, onednn::Pooling::Max, src, dst, window),
        {{DNNL_ARG_SRC, src}, {DNNL_ARG_DST, dst}});
  }

  const dnnl::engine engine{dnnl::engine::kind::cpu, 0};

private:
  int rounds_;
};

void measure(int rounds) {
  const dnnl::version_t* version = dnnl::version();
  fmt::print("oneDNN {}.{}.{}, {} rounds\n", version->major, version->minor, version->patch, rounds);
  Bench bench(rounds);
  bench.matmul("linear layer of ResNet-50", {}, 1, 2048, 1000);
  bench.matmul("linear layer of ViT-Ti", {}, 197, 192, 576);
  bench.matmul("linear layer of ViT-B", {}, 197, 768, 3072);
  bench.matmul("attention of ViT-B, q k", {12}, 197, 64, 197);
  bench.matmul("attention of ViT-B, p v", {12}, 197, 197, 64);
  bench.eltwise("gelu (erf) 197x3072", dnnl::algorithm::eltwise_gelu_erf, {197, 3072});
  bench.eltwise("logistic 32x112x112", dnnl::algorithm::eltwise_logistic, {1, 32, 112, 112});
  bench.eltwise("tanh 197x3072", dnnl::algorithm::eltwise_tanh, {197, 3072});
  bench.max_pool("max pool 3x3 of ResNet", {1, 64, 112, 112}, {1, 64, 56, 56});
}

}  // namespace

int main(int argc, char** argv) {
  try {
    measure(argc > 1 ? std::max(1, std::atoi(argv[1])) : 50);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "primitive_floor: {}\n", error.what());
    return 1;
  }
}
