#include "backend/onednn/onednn.hpp"

#include "backend/onednn/lowerings.hpp"
#include "base/forked.hpp"
#include "base/log.hpp"
#include "ops/reshape.hpp"
#include "passes/conv_transpose_to_conv.hpp"
#include "passes/drop_dead.hpp"
#include "passes/fuse_conv.hpp"
#include "passes/fuse_pointwise.hpp"
#include "passes/save_masks.hpp"

#include <array>
#include <new>
#include <omp.h>

namespace fovea::backend {
namespace {

using onednn_detail::lowering_for;
using onednn_detail::OneDnnBuilder;
using onednn_detail::StreamState;

/// Kernels are chosen for a number of threads, so lowering happens under the one that will run.
class ThreadScope {
public:
  explicit ThreadScope(int threads) : previous_(omp_get_max_threads()) {
    if (threads > 0)
      omp_set_num_threads(threads);
  }
  ~ThreadScope() { omp_set_num_threads(previous_); }
  ThreadScope(const ThreadScope&) = delete;
  ThreadScope& operator=(const ThreadScope&) = delete;

private:
  int previous_;
};

constexpr std::array kPasses = {
    passes::Pass{"save_masks", passes::save_masks},
    passes::Pass{"conv_transpose_to_conv", passes::conv_transpose_to_conv},
    passes::Pass{"fuse_conv", passes::fuse_conv},
    passes::Pass{"drop_dead", passes::drop_dead},
    passes::Pass{"fuse_pointwise",
                 [](const ir::Graph& graph, passes::Notes&) {
                   return passes::fuse_pointwise(graph, onednn_detail::is_fusable);
                 }},
};

std::span<const passes::Pass> own_passes() {
  return kPasses;
}

/// Whether this processor multiplies bfloat16 numbers (AVX-512 BF16 or AMX).
bool has_bf16() {
  constexpr auto kBf16 = static_cast<unsigned>(dnnl::cpu_isa::avx512_core_bf16);
  return (static_cast<unsigned>(dnnl::get_effective_cpu_isa()) & kBf16) == kBf16;
}

std::string why_not(Precision precision) {
  if (precision == Precision::F64)
    return "the oneDNN backend does not compute in float64";
  if (precision == Precision::F32 || has_bf16())
    return "";
  return "this processor does not multiply bfloat16 numbers (it has neither AVX-512 BF16 nor AMX): use "
         "float32";
}

bool supports(const ir::Graph& graph, const ir::Node& node) {
  return node.op == &ops::reshape() || lowering_for(graph, node) != nullptr;
}

bool is_float_output(const ir::Graph& graph, ir::ValueId id) {
  return graph.type(id).dtype == DType::F32 && graph.is_output(id);
}

/// Nodes between two looks at how much memory is left.
constexpr std::size_t kNodesOfHeadroom = 8;

/// std::bad_alloc where hardly any memory is left, so little that kNodesOfHeadroom nodes might not do with
/// it: oneDNN does not look whether it got what it asks for to write a kernel's code into.
void check_headroom() {
  ::operator delete(::operator new (std::size_t{32} << 20));
}

void lower_node(OneDnnBuilder& onednn, LoweringBuilder& builder, const ir::Node& node) {
  const auto* lowering = lowering_for(onednn.graph(), node);
  if (!lowering) {
    if (node.op != &ops::reshape()) {
      ++builder.lowering().fallback_nodes;
      log_event(LogLevel::Detail, "node '{}' ({}): no kernel of oneDNN's, runs its reference kernel",
                node.name, node.op->name);
    }
    return onednn.add_reference(node);
  }
  lowering->lower(onednn, node);
}

std::variant<Lowering, Refusal> lower_here(const ir::Graph& graph, const plan::Schedule& schedule,
                                           const LowerOptions& options) {
  const ThreadScope threads(options.threads);
  const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  LoweringBuilder builder(graph);
  OneDnnBuilder onednn(graph, schedule, options, builder, engine);
  builder.lowering().make_state = [engine, count = options.threads] {
    return std::make_unique<StreamState>(engine, count);
  };
  std::size_t position = 0;  // in the schedule
  const ir::Node* current = nullptr;
  try {
    return builder.lower(schedule, [&](const ir::Node& node) {
      current = &node;
      onednn.begin_node(position);
      if (position++ % kNodesOfHeadroom == 0)
        check_headroom();
      lower_node(onednn, builder, node);
      for (ir::ValueId id : node.outputs)
        if (is_float_output(graph, id))
          onednn.plain(id);
      onednn.end_node(node);
    });
  } catch (const dnnl::error& error) {
    if (error.status == dnnl_out_of_memory)
      throw std::bad_alloc();
    return Refusal{fmt::format("node '{}' ({}): oneDNN cannot run it: {}", current ? current->name : "",
                               current ? current->op->name : "", error.what())};
  }
}

std::variant<Lowering, Refusal> lower(const ir::Graph& graph, const plan::Schedule& schedule,
                                      const LowerOptions& options) {
  if (options.threads == 1 || !in_forked_child())
    return lower_here(graph, schedule, options);
  std::variant<Lowering, Refusal> result;
  run_on_new_thread([&] { result = lower_here(graph, schedule, options); });
  return result;
}

}  // namespace

std::string onednn_version() {
  const dnnl::version_t& version = *dnnl::version();
  return fmt::format("{}.{}.{}", version.major, version.minor, version.patch);
}

std::string onednn_instruction_set() {
#if defined(__x86_64__)
  if (static_cast<unsigned>(dnnl::get_effective_cpu_isa()) == 0)
    return "no more than any x86-64 has";
#endif
  switch (dnnl::get_effective_cpu_isa()) {
  case dnnl::cpu_isa::sse41:
    return "SSE4.1";
  case dnnl::cpu_isa::avx:
    return "AVX";
  case dnnl::cpu_isa::avx2:
    return "AVX2";
  case dnnl::cpu_isa::avx2_vnni:
    return "AVX2 with VNNI";
  case dnnl::cpu_isa::avx512_core:
    return "AVX-512";
  case dnnl::cpu_isa::avx512_core_vnni:
    return "AVX-512 with VNNI";
  case dnnl::cpu_isa::avx512_core_bf16:
    return "AVX-512 with BF16";
  case dnnl::cpu_isa::avx512_core_amx:
    return "AVX-512 with BF16 and AMX";
  default:  // another processor's, or a newer one's than this names
    return "unknown";
  }
}

const Backend& onednn() {
  static const Backend backend{.name = "onednn",
                               .kind = BackendKind::OneDnn,
                               .why_not = why_not,
                               .passes = own_passes,
                               .memory = host_memory(),
                               .supports = supports,
                               .lower = lower};
  return backend;
}

}  // namespace fovea::backend
