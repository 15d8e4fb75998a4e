// The floor under any implementation that calls oneDNN: the bare primitives of every convolution of a model,
// forward and with respect to the data, in the layouts that the library chooses, with nothing between them.
//
//     conv_floor MODEL.onnx [--bf16] [--batch N] [--size S] [--rounds R] [--threads T]
#include "backend/onednn/primitives.hpp"
#include "onnx/import/import.hpp"
#include "ops/conv.hpp"
#include "passes/pipeline.hpp"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <string>
#include <unordered_map>
#include <vector>

namespace {

namespace onednn = fovea::backend::onednn_detail;
using onednn::Desc;
using onednn::Dims;
using onednn::Type;
using Clock = std::chrono::steady_clock;

struct Options {
  std::string model;
  Type type = Type::f32;
  std::int64_t batch = 1, size = 224;
  int rounds = 20;
  int threads = 0;
};

/// One convolution of the model; weights are [G,OC/G,IC/G,KH,KW] where there are groups.
struct Conv {
  Dims src, weights, dst;
  onednn::Window window;
  std::int64_t multiply_adds = 0;
};

/// A primitive with its own weights; `data` is what the kernel reads, `result` what it writes.
struct Kernel {
  dnnl::primitive primitive;
  std::unordered_map<int, dnnl::memory> arguments;
  int data_key = 0, result_key = 0;
  Desc data, result;
};

std::vector<Conv> convolutions(const Options& options) {
  fovea::onnx_import::ImportOptions import;
  import.batch = options.batch;
  import.height = import.width = options.size;
  fovea::passes::Notes notes;
  const fovea::ir::Graph graph = fovea::passes::run(
      fovea::passes::canonical_passes(),
      fovea::onnx_import::import_graph(*fovea::onnx_import::OnnxFile::read(options.model), import), notes);
  std::vector<Conv> found;
  for (const fovea::ir::Node& node : graph.nodes()) {
    if (node.op != &fovea::ops::conv())
      continue;
    const auto& a = node.attributes.as<fovea::ops::ConvAttributes>();
    const fovea::Shape& w = graph.shape(node.inputs[1]);
    Conv conv{graph.shape(node.inputs[0]).dims(),
              w.dims(),
              graph.shape(node.outputs[0]).dims(),
              {{w[2], w[3]}, a.strides, a.dilations, {a.pads[0], a.pads[1]}, {a.pads[2], a.pads[3]}},
              graph.shape(node.outputs[0]).elements() * w.elements() / w[0]};
    if (a.groups > 1)
      conv.weights = {a.groups, w[0] / a.groups, w[1], w[2], w[3]};
    found.push_back(std::move(conv));
  }
  return found;
}

Desc any(const Dims& dims, Type type) {
  return {dims, type, dnnl::memory::format_tag::any};
}

/// Memory full of a small number: zeros would be as fast, but denormal rubbish would not.
dnnl::memory weights_memory(const Dims& dims, const Desc& desc, const dnnl::engine& engine) {
  const Desc plain(dims, Type::f32,
                   dims.size() == 5 ? dnnl::memory::format_tag::goihw : dnnl::memory::format_tag::oihw);
  dnnl::memory values(plain, engine), memory(desc, engine);
  std::fill_n(static_cast<float*>(values.get_data_handle()), plain.get_size() / sizeof(float), 0.001F);
  dnnl::stream stream(engine);
  dnnl::reorder(values, memory).execute(stream, values, memory);
  stream.wait();
  return memory;
}

Kernel kernel_of(const onednn::Primitive& made, const Dims& weights, const Desc& weights_desc,
                 const dnnl::engine& engine) {
  if (!made.primitive)
    throw std::runtime_error("oneDNN has no kernel for a convolution of the model");
  Kernel kernel;
  kernel.primitive = made.primitive;
  kernel.arguments = {{DNNL_ARG_WEIGHTS, weights_memory(weights, weights_desc, engine)},
                      {DNNL_ARG_SCRATCHPAD, dnnl::memory(made.scratchpad, engine)}};
  return kernel;
}

Kernel forward_kernel(const Conv& c, Type type, const dnnl::engine& engine) {
  const onednn::ConvForward made =
      onednn::conv_forward(engine, any(c.src, type), any(c.weights, type), {}, any(c.dst, type), c.window);
  Kernel kernel = kernel_of(made, c.weights, made.weights, engine);
  kernel.data_key = DNNL_ARG_SRC;
  kernel.result_key = DNNL_ARG_DST;
  kernel.data = made.src;
  kernel.result = made.dst;
  return kernel;
}

Kernel backward_kernel(const Conv& c, Type type, const dnnl::engine& engine) {
  const onednn::ConvBackwardData made =
      onednn::conv_backward_data(engine, any(c.src, type), any(c.weights, type), any(c.dst, type), c.window);
  Kernel kernel = kernel_of(made, c.weights, made.weights, engine);
  kernel.data_key = DNNL_ARG_DIFF_DST;
  kernel.result_key = DNNL_ARG_DIFF_SRC;
  kernel.data = made.diff_dst;
  kernel.result = made.diff_src;
  return kernel;
}

/// The backward pass of a convolution of stride 1 without groups, as a forward convolution with transposed
/// and flipped weights.
bool can_flip(const Conv& c) {
  return c.weights.size() == 4 && c.window.strides == Dims{1, 1};
}
Conv flipped(const Conv& c) {
  Conv back = c;
  std::swap(back.src, back.dst);
  std::swap(back.weights[0], back.weights[1]);
  for (std::size_t i = 0; i < 2; ++i) {
    const std::int64_t reach = c.window.dilations[i] * (c.window.kernel[i] - 1);
    back.window.pad_begin[i] = reach - c.window.pad_begin[i];
    back.window.pad_end[i] = reach - c.window.pad_end[i];
  }
  return back;
}

/// Lets the kernels share two pieces of memory, one read and one written in turn, as the layers of a network
/// do.
void bind(std::vector<Kernel>& kernels, const dnnl::engine& engine, std::vector<dnnl::memory>& pool) {
  std::size_t bytes = 0;
  for (const Kernel& kernel : kernels)
    bytes = std::max({bytes, kernel.data.get_size(), kernel.result.get_size()});
  const Desc flat({static_cast<std::int64_t>(bytes)}, Type::u8, Dims{1});
  for (int i = 0; i < 2; ++i) {
    pool.emplace_back(flat, engine);
    std::memset(pool.back().get_data_handle(), 0, bytes);
  }
  std::size_t turn = pool.size() - 2;
  for (Kernel& kernel : kernels) {
    const std::size_t other = 2 * pool.size() - 3 - turn;
    kernel.arguments[kernel.data_key] = dnnl::memory(kernel.data, engine, pool[turn].get_data_handle());
    kernel.arguments[kernel.result_key] = dnnl::memory(kernel.result, engine, pool[other].get_data_handle());
    turn = other;
  }
}

/// Milliseconds of each kernel's fastest run.
std::vector<double> fastest(const std::vector<Kernel>& kernels, const Options& options,
                            const dnnl::engine& engine) {
  dnnl::stream stream(engine);
  std::vector<double> times(kernels.size(), 1e30);
  for (int round = -2; round < options.rounds; ++round)
    for (std::size_t i = 0; i < kernels.size(); ++i) {
      const Clock::time_point begin = Clock::now();
      kernels[i].primitive.execute(stream, kernels[i].arguments);
      stream.wait();
      const double ms = std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
      if (round >= 0)
        times[i] = std::min(times[i], ms);
    }
  return times;
}

double sum(const std::vector<double>& values) {
  double total = 0;
  for (double value : values)
    total += value;
  return total;
}

void print(const char* name, double milliseconds, std::int64_t multiply_adds) {
  fmt::print("{:<36} {:>9.2f} ms {:>9.1f} GFLOP/s\n", name, milliseconds,
             2e-6 * static_cast<double>(multiply_adds) / milliseconds);
}

void measure(const Options& options) {
  const std::vector<Conv> convs = convolutions(options);
  if (convs.empty())
    throw std::runtime_error("the model has no convolution");
  if (options.threads > 0)
    omp_set_num_threads(options.threads);
  const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  std::vector<Kernel> forward, backward, best_back;
  std::int64_t work = 0;
  for (const Conv& conv : convs) {
    forward.push_back(forward_kernel(conv, options.type, engine));
    work += conv.multiply_adds;
  }
  for (auto conv = convs.rbegin(); conv != convs.rend(); ++conv) {
    backward.push_back(backward_kernel(*conv, options.type, engine));
    best_back.push_back(can_flip(*conv) ? forward_kernel(flipped(*conv), options.type, engine)
                                        : backward.back());
  }
  std::vector<dnnl::memory> pool;
  for (std::vector<Kernel>* kernels : {&forward, &backward, &best_back})
    bind(*kernels, engine, pool);
  const std::vector<double> f = fastest(forward, options, engine), b = fastest(backward, options, engine);
  std::vector<double> flip = fastest(best_back, options, engine);
  fmt::print("{} convolutions, batch {}, {}, {} threads; sums of each kernel's fastest of {} runs\n",
             convs.size(), options.batch, options.type == Type::bf16 ? "bf16" : "f32", omp_get_max_threads(),
             options.rounds);
  print("forward", sum(f), work);
  print("backward-data", sum(b), work);
  print("the same, stride 1 by flipped weights", sum(flip), work);
  for (std::size_t i = 0; i < flip.size(); ++i)
    flip[i] = std::min(flip[i], b[i]);
  print("the faster of both for each", sum(flip), work);
  print("forward + backward-data", sum(f) + sum(b), 2 * work);
  print("forward + the faster backward", sum(f) + sum(flip), 2 * work);
}

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto number = [&] {
      if (++i >= argc || std::atoi(argv[i]) < 1)
        throw std::runtime_error(word + " needs a positive number");
      return std::atoi(argv[i]);
    };
    if (word == "--bf16")
      options.type = Type::bf16;
    else if (word == "--batch")
      options.batch = number();
    else if (word == "--size")
      options.size = number();
    else if (word == "--rounds")
      options.rounds = number();
    else if (word == "--threads")
      options.threads = number();
    else if (options.model.empty() && word[0] != '-')
      options.model = word;
    else
      throw std::runtime_error("unexpected argument " + word);
  }
  if (options.model.empty())
    throw std::runtime_error(
        "usage: conv_floor MODEL.onnx [--bf16] [--batch N] [--size S] [--rounds R] [--threads T]");
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    measure(parse(argc, argv));
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "conv_floor: {}\n", error.what());
    return 1;
  }
}
