#include "backend/onednn/builder.hpp"

#include <omp.h>

#include <algorithm>

namespace fovea::backend::onednn_detail {

void StreamState::begin_run() {
  previous_threads_ = omp_get_max_threads();
  if (threads_ > 0)
    omp_set_num_threads(threads_);
}

void StreamState::end_run() {
  omp_set_num_threads(previous_threads_);
}

OneDnnBuilder::OneDnnBuilder(const ir::Graph& graph, LoweringBuilder& builder, const dnnl::engine& engine)
    : graph_(graph), builder_(builder), engine_(engine), uses_(graph.use_counts()),
      places_(graph.values().size()) {}

Desc OneDnnBuilder::plain_desc(const Shape& shape) {
  if (shape.rank() == 0)
    return Desc({1}, dnnl::memory::data_type::f32, Dims{1});
  Dims strides(static_cast<std::size_t>(shape.rank()), 1);
  for (std::size_t axis = strides.size() - 1; axis-- > 0;)
    strides[axis] = strides[axis + 1] * shape.dims()[axis + 1];
  return Desc(shape.dims(), dnnl::memory::data_type::f32, strides);
}

Desc OneDnnBuilder::blocked_desc(const Shape& shape) {
  using Tag = dnnl::memory::format_tag;
  const auto isa = dnnl::get_effective_cpu_isa();
  const bool avx512 = isa >= dnnl::cpu_isa::avx512_core;
  const bool avx2 = isa >= dnnl::cpu_isa::avx2;
  return Desc(shape.dims(), dnnl::memory::data_type::f32,
              avx512 ? Tag::nChw16c
              : avx2 ? Tag::nChw8c
                     : Tag::nchw);
}

Desc OneDnnBuilder::any_desc(const Shape& shape) {
  return Desc(shape.dims(), dnnl::memory::data_type::f32, dnnl::memory::format_tag::any);
}

Place OneDnnBuilder::place(ir::ValueId id) {
  auto& places = places_[static_cast<std::size_t>(id)];
  if (places.empty())
    places.push_back({builder_.plain(id), plain_desc(graph_.shape(id))});
  return places.front();
}

Place OneDnnBuilder::place(ir::ValueId id, const Desc& desc) {
  const Place first = place(id);
  auto& places = places_[static_cast<std::size_t>(id)];
  const auto found =
      std::find_if(places.begin(), places.end(), [&](const Place& p) { return p.desc == desc; });
  if (found != places.end())
    return *found;
  places.push_back(graph_.is_constant(id) ? reordered_constant(*graph_.value(id).constant, first.desc, desc)
                                          : reordered(first, desc));
  return places.back();
}

Place OneDnnBuilder::reinterpreted(ir::ValueId id, const Desc& as, const Desc& desc) {
  if (graph_.is_constant(id))
    return reordered_constant(*graph_.value(id).constant, as, desc);
  const Place viewed{plain(id).buffer, as};
  return as == desc ? viewed : reordered(viewed, desc);
}

Place OneDnnBuilder::reordered_constant(const Tensor& row_major, const Desc& from, const Desc& desc) {
  // Weights are brought into their layout here, once for all sessions.
  Tensor blocked = weights_.make(DType::F32, {static_cast<std::int64_t>((desc.get_size() + 3) / 4)});
  dnnl::memory source(from, engine_, const_cast<void*>(row_major.raw()));
  dnnl::memory destination(desc, engine_, blocked.raw());
  dnnl::stream stream(engine_);
  dnnl::reorder(source, destination).execute(stream, source, destination);
  stream.wait();
  return {builder_.add_constant(std::move(blocked)), desc};
}

Place OneDnnBuilder::reordered(const Place& from, const Desc& desc) {
  const Place to{builder_.add_buffer(desc.get_size()), desc};
  add_primitive("reorder", reorder(engine_, from.desc, desc), {{DNNL_ARG_FROM, from}}, {{DNNL_ARG_TO, to}});
  return to;
}

Place OneDnnBuilder::plain(ir::ValueId id) {
  const Place row_major = place(id, plain_desc(graph_.shape(id)));
  builder_.set_plain(id, row_major.buffer);
  return row_major;
}

Place OneDnnBuilder::produce(ir::ValueId id, const Desc& desc) {
  const bool is_plain = graph_.type(id).dtype == DType::F32 && desc == plain_desc(graph_.shape(id));
  const Place made{is_plain ? builder_.plain(id) : builder_.add_buffer(desc.get_size()), desc};
  places_[static_cast<std::size_t>(id)].push_back(made);
  return made;
}

void OneDnnBuilder::add_primitive(std::string_view operator_name, const Primitive& primitive,
                                  const std::vector<Argument>& reads, const std::vector<Argument>& writes) {
  Step step{operator_name, {}, {}, {}};
  std::vector<Argument> arguments;
  auto collect = [&](const std::vector<Argument>& from, std::vector<BufferId>& ids) {
    for (const Argument& argument : from) {
      ids.push_back(argument.second.buffer);
      arguments.push_back(argument);
    }
  };
  collect(reads, step.reads);
  collect(writes, step.writes);
  if (primitive.scratchpad.get_size() > 0)
    collect(
        {{DNNL_ARG_SCRATCHPAD, {builder_.add_buffer(primitive.scratchpad.get_size()), primitive.scratchpad}}},
        step.writes);
  step.bind = [primitive = primitive.primitive, arguments](const Binder& binder) {
    auto& state = binder.state<StreamState>();
    std::vector<dnnl::memory> memories;
    std::vector<dnnl_exec_arg_t> prepared;
    memories.reserve(arguments.size());
    for (const auto& [key, place] : arguments) {
      memories.emplace_back(place.desc, state.engine, binder.address(place.buffer));
      prepared.push_back({key, memories.back().get()});
    }
    // The C call takes the prepared list as it is; the C++ one would build a map for every run.
    return
        [primitive, memories = std::move(memories), prepared = std::move(prepared), stream = state.stream] {
          dnnl::error::wrap_c_api(dnnl_primitive_execute(primitive.get(), stream.get(),
                                                         static_cast<int>(prepared.size()), prepared.data()),
                                  "could not execute a primitive");
        };
  };
  builder_.add_step(std::move(step));
}

void OneDnnBuilder::add_reference(const ir::Node& node) {
  for (ir::ValueId id : node.inputs)
    if (id != ir::kNoValue && graph_.type(id).dtype == DType::F32)
      plain(id);
  builder_.add_reference_step(node, uses_);
}

}  // namespace fovea::backend::onednn_detail
