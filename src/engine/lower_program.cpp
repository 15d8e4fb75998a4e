#include "engine/lower_program.hpp"

#include "base/byte_size.hpp"
#include "base/log.hpp"
#include "base/physical_memory.hpp"
#include "engine/model_impl.hpp"
#include "plan/memory_plan.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace fovea {
namespace {

backend::LowerOptions lower_options(const ProgramOptions& options) {
  using backend::Arithmetic;
  backend::LowerOptions lower{options.threads, Arithmetic::F32, Arithmetic::F32};
  if (options.precision == Precision::BF16)
    lower.forward = Arithmetic::BF16;
  if (options.precision == Precision::BF16 || options.precision == Precision::Mixed)
    lower.backward = Arithmetic::BF16;
  return lower;
}

/// A copy of a weight that lies in the model's file. The file's pages are given back piece by piece, so that
/// a large matrix never is in memory twice.
Tensor copied_out(const onnx_import::OnnxFile& file, const Tensor& in_file) {
  constexpr std::size_t kPiece = std::size_t{8} << 20;
  Tensor copy(in_file.dtype(), in_file.shape());
  const auto* from = static_cast<const std::byte*>(in_file.raw());
  auto* to = static_cast<std::byte*>(copy.raw());
  for (std::size_t at = 0; at < in_file.bytes(); at += kPiece) {
    const std::size_t count = std::min(kPiece, in_file.bytes() - at);
    std::memcpy(to + at, from + at, count);
    file.release_pages(from + at, count);
  }
  return copy;
}

/// Leaves the program nothing that it does not need and nothing that lies in the model's file: weights that
/// were brought into another layout are dropped in their own, others are copied out of the file, or into the
/// backend's memory.
void settle_constants(const onnx_import::OnnxFile& file, ProgramImpl& impl) {
  backend::Lowering& lowering = impl.lowering;
  const backend::Memory& memory = impl.backend->memory;
  std::vector<bool> is_read(lowering.buffers.size(), false);
  for (const backend::Step& step : lowering.steps)
    for (backend::BufferId id : step.reads)
      is_read[static_cast<std::size_t>(id)] = true;
  impl.constants.resize(lowering.buffers.size());
  for (std::size_t i = 0; i < lowering.buffers.size(); ++i) {
    backend::Buffer& buffer = lowering.buffers[i];
    if (buffer.kind != backend::Buffer::Kind::Constant)
      continue;
    if (!is_read[i]) {
      buffer = {0, backend::Buffer::Kind::Constant, {}};
    } else if (!memory.is_host()) {
      impl.constants[i] = memory.take(buffer.bytes);
      memory.copy_in(impl.constants[i].get(), buffer.constant.raw(), buffer.bytes);
      buffer.constant = {};
    } else if (file.holds(buffer.constant.raw())) {
      buffer.constant = copied_out(file, buffer.constant);
    }
  }
}

/// Lifetimes of the arena's buffers over the steps, then their places.
void plan_arena(ProgramImpl& impl) {
  const backend::Lowering& lowering = impl.lowering;
  std::vector<plan::Lifetime> lifetimes(lowering.buffers.size(),
                                        {0, std::numeric_limits<std::int32_t>::max(), -1});
  for (std::size_t s = 0; s < lowering.steps.size(); ++s)
    for (const auto* ids : {&lowering.steps[s].reads, &lowering.steps[s].writes})
      for (backend::BufferId id : *ids) {
        auto& lifetime = lifetimes[static_cast<std::size_t>(id)];
        lifetime.first = std::min(lifetime.first, static_cast<std::int32_t>(s));
        lifetime.last = std::max(lifetime.last, static_cast<std::int32_t>(s));
      }
  std::vector<plan::Lifetime> arena;
  std::vector<std::size_t> owners;
  for (std::size_t i = 0; i < lowering.buffers.size(); ++i) {
    if (lowering.buffers[i].kind == backend::Buffer::Kind::Constant)
      impl.report.weight_bytes += lowering.buffers[i].bytes;
    if (lowering.buffers[i].kind == backend::Buffer::Kind::Arena && lifetimes[i].last >= 0) {
      lifetimes[i].bytes = lowering.buffers[i].bytes;
      arena.push_back(lifetimes[i]);
      owners.push_back(i);
    }
  }
  const plan::MemoryPlan plan = plan::plan_memory(arena);
  impl.offsets.assign(lowering.buffers.size(), 0);
  for (std::size_t i = 0; i < owners.size(); ++i)
    impl.offsets[owners[i]] = plan.offsets[i];
  impl.report.arena_bytes = plan.total;
  impl.report.unplanned_bytes = plan.unshared;
}

/// InputError when a session's intermediate values take more memory than the model was loaded with, or than
/// the machine has. The largest value is named, since it is most likely what is wrong.
void check_arena(const Model& model, const ProgramImpl& impl, const ir::Graph& graph) {
  const std::int64_t given = ModelAccess::impl(model).max_memory,
                     most = given > 0 ? given : physical_memory();
  const auto asked = static_cast<std::int64_t>(impl.report.arena_bytes);
  if (asked <= most)
    return;
  const auto bytes_of = [](const ir::Value& value) {
    return value.constant
               ? 0
               : value.type.shape.elements() * static_cast<std::int64_t>(size_of(value.type.dtype));
  };
  const auto largest =
      std::max_element(graph.values().begin(), graph.values().end(),
                       [&](const ir::Value& a, const ir::Value& b) { return bytes_of(a) < bytes_of(b); });
  throw InputError(fmt::format(
      "the intermediate values take {}, the largest of them ('{}' of {}) {}; {} is {}", bytes_text(asked),
      largest->name, to_string(largest->type.shape), bytes_text(bytes_of(*largest)),
      given > 0 ? "the memory limit (--max-memory or LoadOptions::max_memory)" : "the memory of this machine",
      bytes_text(most)));
}

}  // namespace

std::optional<backend::Refusal> lower_program(const Model& model, ir::Graph& graph, ProgramImpl& impl) {
  const onnx_import::OnnxFile& file = *ModelAccess::impl(model).file;
  const std::vector<ir::ValueId> scores(
      graph.outputs().begin(), graph.outputs().begin() + static_cast<std::ptrdiff_t>(impl.outputs.size()));
  backend::LowerOptions options = lower_options(impl.options);
  // Weights that have been copied need not stay in memory a second time until all others have been.
  options.on_read = [&graph, &file](ir::ValueId id, bool last) {
    const Tensor& weights = *graph.value(id).constant;
    file.release_pages(weights.raw(), weights.bytes());
    if (last)
      graph.drop_elements(id);
  };
  auto result = impl.backend->lower(graph, plan::make_schedule(graph, scores), options);
  if (const auto* refusal = std::get_if<backend::Refusal>(&result))
    return *refusal;
  impl.lowering = std::get<backend::Lowering>(std::move(result));
  impl.report.fallback_nodes = impl.lowering.fallback_nodes;
  settle_constants(file, impl);
  plan_arena(impl);
  check_arena(model, impl, graph);
  log_event(LogLevel::Detail, "memory plan: {} bytes a session, {} without sharing; weights {} bytes",
            impl.report.arena_bytes, impl.report.unplanned_bytes, impl.report.weight_bytes);
  return {};
}

}  // namespace fovea
