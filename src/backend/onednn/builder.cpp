#include "backend/onednn/builder.hpp"

#include "backend/onednn/lowerings.hpp"
#include "base/forked.hpp"
#include "ops/conv.hpp"
#include "ops/conv_transpose.hpp"
#include "ops/flipped_weights.hpp"
#include "ops/fused_conv.hpp"
#include "ops/reshape.hpp"
#include "passes/fold_constants.hpp"

#include <omp.h>

#include <algorithm>
#include <exception>
#include <limits>

namespace fovea::backend::onednn_detail {

void StreamState::begin_run() {
  previous_threads_ = omp_get_max_threads();
  if (threads_ > 0)
    omp_set_num_threads(threads_);
  if (waits_)
    begin_ = CompetitionEstimate::sample();
}

void StreamState::end_run() {
  if (waits_)
    waits_->adapt(begin_, omp_get_max_threads());
  omp_set_num_threads(previous_threads_);
}

void StreamState::share(std::int64_t parts, const std::function<void(std::int64_t)>& part) {
  const int threads = threads_ > 0 ? threads_ : omp_get_max_threads();
  const int team = static_cast<int>(std::clamp<std::int64_t>(parts, 1, threads));
  std::exception_ptr first_failure;
#pragma omp parallel for num_threads(team) schedule(dynamic) if (team > 1)
  for (std::int64_t i = 0; i < parts; ++i)
    try {
      part(i);
    } catch (...) {  // no exception may leave a parallel region
#pragma omp critical(fovea_first_failure)
      if (!first_failure)
        first_failure = std::current_exception();
    }
  if (first_failure)
    std::rethrow_exception(first_failure);
}

bool StreamState::needs_new_thread() const {
  return threads_ != 1 && in_forked_child();
}

OneDnnBuilder::OneDnnBuilder(const ir::Graph& graph, const plan::Schedule& schedule,
                             const LowerOptions& options, LoweringBuilder& builder,
                             const dnnl::engine& engine)
    : graph_(graph), builder_(builder), engine_(engine), options_(options), forward_nodes_(schedule.forward),
      uses_(graph.use_counts()), readers_(graph.values().size()), last_reader_(graph.values().size(), 0),
      places_(graph.values().size()), constants_(graph.values().size()) {
  for (const ir::Node& node : graph.nodes())
    for (ir::ValueId id : node.inputs)
      if (id != ir::kNoValue)
        readers_[static_cast<std::size_t>(id)].push_back(&node);
  constexpr std::size_t kForEver = std::numeric_limits<std::size_t>::max();
  auto reader_of = [&](ir::ValueId id) -> std::size_t& { return last_reader_[static_cast<std::size_t>(id)]; };
  for (std::size_t i = 0; i < schedule.order.size(); ++i) {
    const ir::Node& node = graph.nodes()[static_cast<std::size_t>(schedule.order[i])];
    for (ir::ValueId id : node.inputs)
      if (id != ir::kNoValue)
        reader_of(id) = i;
    for_each_constant_of(node, [&](ir::ValueId id) { reader_of(id) = i; });
  }
  for (ir::ValueId id : graph.inputs())
    reader_of(id) = kForEver;
  for (ir::ValueId id : graph.outputs())
    reader_of(id) = kForEver;
  for (const ir::Node& node : graph.nodes())
    if (node.op == &ops::reshape())
      reader_of(node.inputs[0]) = reader_of(node.outputs[0]) = kForEver;  // one buffer, two values
}

/// Visits the constants among a node's operands, and those behind operands that are flipped or transposed
/// weights.
template <class Visit>
void OneDnnBuilder::for_each_constant_of(const ir::Node& node, Visit&& visit) const {
  for (ir::ValueId id : node.inputs) {
    if (id == ir::kNoValue)
      continue;
    const ir::Node* producer = graph_.producer(id);
    if (producer &&
        (producer->op == &ops::flipped_weights() || passes::is_transposed_weights(graph_, *producer)))
      id = producer->inputs[0];
    if (graph_.is_constant(id))
      visit(id);
  }
}

void OneDnnBuilder::end_node(const ir::Node& node) {
  if (options_.on_read)
    for_each_constant_of(node, [&](ir::ValueId id) { options_.on_read(id, is_last_reader(id)); });
}

Desc OneDnnBuilder::plain_desc(const Shape& shape) {
  // A tensor of more axes than the library knows is a list for it: the elements lie in the same order.
  if (shape.rank() == 0 || shape.rank() > DNNL_MAX_NDIMS)
    return Desc({shape.elements()}, dnnl::memory::data_type::f32, Dims{1});
  Dims strides(static_cast<std::size_t>(shape.rank()), 1);
  for (std::size_t axis = strides.size() - 1; axis-- > 0;)
    strides[axis] = strides[axis + 1] * shape.dims()[axis + 1];
  return Desc(shape.dims(), dnnl::memory::data_type::f32, strides);
}

Desc OneDnnBuilder::channels_last_desc(const Shape& shape, Type type) {
  return shape.rank() == 4 ? Desc(shape.dims(), type, dnnl::memory::format_tag::nhwc)
                           : retyped(plain_desc(shape), type);
}

Desc OneDnnBuilder::any_desc(const Shape& shape, Type type) {
  return Desc(shape.dims(), type, dnnl::memory::format_tag::any);
}

Type OneDnnBuilder::operand_type() const {
  const Arithmetic arithmetic = position_ < forward_nodes_ ? options_.forward : options_.backward;
  return arithmetic == Arithmetic::BF16 ? Type::bf16 : Type::f32;
}

bool OneDnnBuilder::keeps_precision(const ir::Node& reader, ir::ValueId id) const {
  const bool is_sum = reader.op == &ops::fused_conv() && reader.inputs.size() > 3 && reader.inputs[3] == id;
  const OperatorLowering* row = lowering_of(*reader.op);
  return !is_sum && row && row->takes == kAnyType;
}

Type OneDnnBuilder::result_type(ir::ValueId id) const {
  const auto& readers = readers_[static_cast<std::size_t>(id)];
  const bool may_be_short = !graph_.is_output(id) &&
                            std::all_of(readers.begin(), readers.end(),
                                        [&](const ir::Node* reader) { return keeps_precision(*reader, id); });
  return may_be_short ? operand_type() : Type::f32;
}

bool OneDnnBuilder::is_convolved(ir::ValueId id) const {
  const auto& readers = readers_[static_cast<std::size_t>(id)];
  return std::any_of(readers.begin(), readers.end(), [&](const ir::Node* reader) {
    const bool convolves = reader->op == &ops::conv() || reader->op == &ops::fused_conv() ||
                           reader->op == &ops::conv_transpose();
    return convolves && reader->inputs[0] == id;
  });
}

Place OneDnnBuilder::native(ir::ValueId id) {
  auto& places = places_[static_cast<std::size_t>(id)];
  if (places.empty())
    places.push_back({builder_.plain(id), plain_desc(graph_.shape(id))});
  return places.front();
}

Place OneDnnBuilder::place(ir::ValueId id) {
  const Place first = native(id);
  return type_of(first.desc) == Type::f32 ? first : place(id, retyped(first.desc, Type::f32));
}

Place OneDnnBuilder::place(ir::ValueId id, const Desc& desc) {
  const Desc row_major = plain_desc(graph_.shape(id));
  const bool is_constant = graph_.is_constant(id) && desc != row_major;
  auto& places = (is_constant ? constants_ : places_)[static_cast<std::size_t>(id)];
  // A constant's row-major place would hold its memory until the end, so it is made only if that is asked
  // for.
  const Place first = is_constant ? Place{} : native(id);
  const auto found =
      std::find_if(places.begin(), places.end(), [&](const Place& p) { return p.desc == desc; });
  if (found != places.end())
    return *found;
  places.push_back(is_constant ? constant(*graph_.value(id).constant, row_major, desc)
                               : reordered(first, desc));
  return places.back();
}

Place OneDnnBuilder::reinterpreted(ir::ValueId id, const Desc& as, const Desc& desc) {
  if (graph_.is_constant(id))
    return constant(*graph_.value(id).constant, as, desc);
  const Place viewed{plain(id).buffer, as};
  return as == desc ? viewed : reordered(viewed, desc);
}

Place OneDnnBuilder::constant(const Tensor& weights, const Desc& from, const Desc& desc) {
  Tensor blocked = weights_.make(DType::F32, {static_cast<std::int64_t>((desc.get_size() + 3) / 4)});
  dnnl::memory source(from, engine_, const_cast<void*>(weights.raw()));
  dnnl::memory destination(desc, engine_, blocked.raw());
  dnnl::stream stream(engine_);
  dnnl::reorder(source, destination).execute(stream, source, destination);
  stream.wait();
  return {builder_.add_constant(std::move(blocked)), desc};
}

Place OneDnnBuilder::constant(std::int64_t floats, const std::function<void(float*)>& fill) {
  Tensor made = weights_.make(DType::F32, {floats});
  fill(made.data<float>().data());
  return {builder_.add_constant(std::move(made)), Desc({floats}, Type::f32, Dims{1})};
}

Place OneDnnBuilder::scratch(std::int64_t floats) {
  const Desc desc({floats}, Type::f32, Dims{1});
  return {builder_.add_buffer(desc.get_size()), desc};
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

Place OneDnnBuilder::produce_bits(ir::ValueId id, const Desc& looked_at, std::size_t bytes) {
  places_[static_cast<std::size_t>(id)].push_back({builder_.add_buffer(bytes), looked_at});
  return places_[static_cast<std::size_t>(id)].back();
}

Place OneDnnBuilder::produce_truth(ir::ValueId id) {
  places_[static_cast<std::size_t>(id)].push_back({builder_.plain(id), plain_desc(graph_.shape(id))});
  return places_[static_cast<std::size_t>(id)].back();
}

bool OneDnnBuilder::is_last_reader(ir::ValueId id) const {
  return last_reader_[static_cast<std::size_t>(id)] == position_;
}

bool OneDnnBuilder::may_overwrite(ir::ValueId id) const {
  return is_last_reader(id) && !graph_.is_constant(id);  // which the next run reads again
}

Place OneDnnBuilder::adopt(ir::ValueId id, const Place& place) {
  if (graph_.type(id).dtype == DType::F32 && place.desc == plain_desc(graph_.shape(id)))
    builder_.set_plain(id, place.buffer);
  places_[static_cast<std::size_t>(id)].push_back(place);
  return place;
}

Place OneDnnBuilder::overwrite(ir::ValueId operand, ir::ValueId result, const Desc& desc) {
  return may_overwrite(operand) ? adopt(result, place(operand, desc)) : copy(operand, result, desc);
}

Place OneDnnBuilder::copy(ir::ValueId operand, ir::ValueId result, const Desc& desc) {
  return adopt(result, reordered(native(operand), desc));
}

Place OneDnnBuilder::produce_in_place(ir::ValueId operand, const Place& place, ir::ValueId result) {
  return may_overwrite(operand) ? adopt(result, place) : produce(result, place.desc);
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

void OneDnnBuilder::add_kernel(std::string_view operator_name, const std::vector<Place>& reads,
                               const std::vector<Place>& writes, Kernel kernel) {
  Step step{operator_name, {}, {}, {}};
  for (const Place& place : reads)
    step.reads.push_back(place.buffer);
  for (const Place& place : writes)
    step.writes.push_back(place.buffer);
  step.bind = [reads = step.reads, writes = step.writes, kernel = std::move(kernel)](const Binder& binder) {
    std::vector<void*> addresses;
    for (const auto* ids : {&reads, &writes})
      for (BufferId id : *ids)
        addresses.push_back(binder.address(id));
    return [kernel, addresses = std::move(addresses)] { kernel(addresses); };
  };
  builder_.add_step(std::move(step));
}

void OneDnnBuilder::add_reference(const ir::Node& node) {
  for (ir::ValueId id : node.inputs)
    if (id != ir::kNoValue && graph_.type(id).dtype == DType::F32)
      plain(id);
  builder_.add_reference_step(node, uses_);
}

OrderedPlace ordered_place(OneDnnBuilder& builder, ir::ValueId id) {
  const Place place = builder.place(id);
  if (const auto order = memory_order(place.desc))
    return {place, *order};
  return {builder.plain(id), row_major_order(builder.graph().shape(id).rank())};
}

}  // namespace fovea::backend::onednn_detail
