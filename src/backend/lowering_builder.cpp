#include "backend/lowering_builder.hpp"

#include "ops/kernel_work.hpp"
#include "ops/reshape.hpp"

#include <algorithm>
#include <cstring>

namespace fovea::backend {
namespace {

constexpr BufferId kNoBuffer = -1;

std::size_t bytes_of(const ir::TensorType& type) {
  return static_cast<std::size_t>(type.shape.elements()) * size_of(type.dtype);
}

}  // namespace

LoweringBuilder::LoweringBuilder(const ir::Graph& graph)
    : graph_(graph), plain_(graph.values().size(), kNoBuffer) {
  for (ir::ValueId id : graph.inputs()) {
    const BufferId buffer = plain(id);
    lowering_.buffers[static_cast<std::size_t>(buffer)].kind = Buffer::Kind::External;
    lowering_.inputs.push_back(buffer);
  }
}

BufferId LoweringBuilder::plain(ir::ValueId id) {
  BufferId& buffer = plain_[static_cast<std::size_t>(id)];
  if (buffer == kNoBuffer) {
    const ir::Value& value = graph_.value(id);
    buffer = value.constant ? add_constant(*value.constant) : add_buffer(bytes_of(value.type));
  }
  return buffer;
}

BufferId LoweringBuilder::add_buffer(std::size_t bytes) {
  lowering_.buffers.push_back({bytes, Buffer::Kind::Arena, {}});
  return static_cast<BufferId>(lowering_.buffers.size()) - 1;
}

BufferId LoweringBuilder::add_constant(Tensor tensor) {
  const BufferId id = add_buffer(tensor.bytes());
  lowering_.buffers.back().kind = Buffer::Kind::Constant;
  lowering_.buffers.back().constant = std::move(tensor);
  return id;
}

void LoweringBuilder::begin_node(const ir::Node& node) {
  current_operator_ = node.op->name;
  current_ = {node.name, graph_.shape(node.outputs[0]), ops::multiply_adds(graph_, node)};
}

void LoweringBuilder::add_step(Step step) {
  step.origin = current_;
  // Of a node that takes several steps, the first one named after its operator does the multiplying.
  if (step.operator_name == current_operator_)
    current_.multiply_adds = 0;
  else
    step.origin.multiply_adds = 0;
  lowering_.steps.push_back(std::move(step));
}

void LoweringBuilder::add_reference_step(const ir::Node& node, const std::vector<int>& uses) {
  if (node.op == &ops::reshape()) {
    plain_[static_cast<std::size_t>(node.outputs[0])] = plain(node.inputs[0]);
    return;
  }
  struct Operand {
    ir::TensorType type;
    BufferId buffer;
  };
  std::vector<Operand> inputs, outputs;
  Step step{node.op->name, {}, {}, {}};
  for (ir::ValueId id : node.inputs) {
    const bool present = id != ir::kNoValue;
    inputs.push_back({present ? graph_.type(id) : ir::TensorType{}, present ? plain(id) : kNoBuffer});
    if (present)
      step.reads.push_back(inputs.back().buffer);
  }
  for (ir::ValueId id : node.outputs) {
    const bool used = uses[static_cast<std::size_t>(id)] > 0 || node.outputs.size() == 1;
    outputs.push_back({graph_.type(id), used ? plain(id) : kNoBuffer});
    if (used)
      step.writes.push_back(outputs.back().buffer);
  }
  step.bind = [op = node.op, attributes = node.attributes, inputs, outputs](const Binder& binder) {
    auto views = [&](const std::vector<Operand>& operands) {
      std::vector<ir::TensorView> result;
      for (const Operand& operand : operands)
        result.push_back({operand.type.dtype, operand.type.shape,
                          operand.buffer == kNoBuffer ? nullptr : binder.address(operand.buffer)});
      return result;
    };
    return [op, attributes, sources = views(inputs), destinations = views(outputs)] {
      op->kernel({attributes, sources, destinations});
    };
  };
  add_step(std::move(step));
}

Lowering LoweringBuilder::lower(const plan::Schedule& schedule,
                                const std::function<void(const ir::Node&)>& lower_node) {
  std::size_t forward_steps = 0;
  for (std::size_t i = 0; i < schedule.order.size(); ++i) {
    const ir::Node& node = graph_.nodes()[static_cast<std::size_t>(schedule.order[i])];
    begin_node(node);
    lower_node(node);
    if (i + 1 == schedule.forward)
      forward_steps = step_count();
  }
  return finish(forward_steps, schedule.forward_outputs);
}

Lowering LoweringBuilder::lower_to_reference(const plan::Schedule& schedule) {
  const std::vector<int> uses = graph_.use_counts();
  return lower(schedule, [&](const ir::Node& node) { add_reference_step(node, uses); });
}

LoweringBuilder::OutputCopy LoweringBuilder::copy_output(std::size_t index, BufferId from) {
  const std::size_t bytes = bytes_of(graph_.type(graph_.outputs()[index]));
  const BufferId to = add_buffer(bytes);
  lowering_.buffers.back().kind = Buffer::Kind::External;
  lowering_.outputs[index] = to;
  Step step{"copy", {from}, {to}, [=](const Binder& binder) {
              return [source = binder.address(from), destination = binder.address(to), bytes] {
                if (bytes > 0)
                  std::memcpy(destination, source, bytes);
              };
            }};
  return {std::move(step), from, 0};
}

/// Each copy goes behind the step that writes its source, in the part of the program whose output it is: what
/// no step writes may be the seed, which is there only when the backward pass begins.
void LoweringBuilder::insert_copies(std::vector<OutputCopy> forward, std::vector<OutputCopy> backward) {
  std::vector<std::size_t> behind(lowering_.buffers.size(), 0);  // the last step that writes a buffer, plus 1
  for (std::size_t i = 0; i < lowering_.steps.size(); ++i)
    for (BufferId written : lowering_.steps[i].writes)
      behind[static_cast<std::size_t>(written)] = i + 1;
  const auto sort = [&](std::vector<OutputCopy>& copies, std::size_t first) {
    for (OutputCopy& copy : copies)
      copy.at = std::max(first, behind[static_cast<std::size_t>(copy.from)]);
    std::stable_sort(copies.begin(), copies.end(),
                     [](const OutputCopy& a, const OutputCopy& b) { return a.at < b.at; });
  };
  sort(forward, 0);
  sort(backward, lowering_.forward_steps);
  std::vector<Step> steps;
  auto next_forward = forward.begin();
  auto next_backward = backward.begin();
  for (std::size_t i = 0; i <= lowering_.steps.size(); ++i) {
    for (; next_forward != forward.end() && next_forward->at == i; ++next_forward)
      steps.push_back(std::move(next_forward->step));
    for (; next_backward != backward.end() && next_backward->at == i; ++next_backward)
      steps.push_back(std::move(next_backward->step));
    if (i < lowering_.steps.size())
      steps.push_back(std::move(lowering_.steps[i]));
  }
  lowering_.steps = std::move(steps);
  lowering_.forward_steps += forward.size();
}

Lowering LoweringBuilder::finish(std::size_t forward_steps, std::size_t forward_outputs) {
  lowering_.forward_steps = forward_steps;
  lowering_.outputs.resize(graph_.outputs().size());
  std::vector<OutputCopy> forward, backward;
  for (std::size_t i = 0; i < graph_.outputs().size(); ++i) {
    const BufferId source = plain(graph_.outputs()[i]);
    Buffer& buffer = lowering_.buffers[static_cast<std::size_t>(source)];
    if (buffer.kind == Buffer::Kind::Arena) {
      buffer.kind = Buffer::Kind::External;
      lowering_.outputs[i] = source;
    } else {
      // An input, a constant or a value that is an output already.
      (i < forward_outputs ? forward : backward).push_back(copy_output(i, source));
    }
  }
  insert_copies(std::move(forward), std::move(backward));
  return std::move(lowering_);
}

}  // namespace fovea::backend
