#include "base/check.hpp"
#include "base/forked.hpp"
#include "base/work_counts.hpp"
#include "engine/program_impl.hpp"
#include "fovea/error.hpp"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstring>
#include <functional>
#include <span>

namespace fovea {

namespace {

/// The first element that is NaN or infinite, or -1. In bits, whose loop the compiler makes vectors of.
template <class Float, class Bits>
std::int64_t first_not_finite(std::span<const Float> values, Bits exponent) {
  const auto is_not_finite = [exponent](Float value) {
    return (std::bit_cast<Bits>(value) & exponent) == exponent;
  };
  Bits found = 0;
  for (const Float value : values)
    found |= static_cast<Bits>(is_not_finite(value));
  if (found == 0)
    return -1;
  return std::find_if(values.begin(), values.end(), is_not_finite) - values.begin();
}

/// Fused kernels may take a NaN for 0, so that no score would tell of it.
void check_finite(const Tensor& tensor, const std::string& name) {
  std::int64_t at = -1;
  if (tensor.dtype() == DType::F32)
    at = first_not_finite<float, std::uint32_t>(tensor.data<float>(), 0x7F800000U);
  else if (tensor.dtype() == DType::F64)
    at = first_not_finite<double, std::uint64_t>(tensor.data<double>(), 0x7FF0000000000000U);
  FOVEA_CHECK(at < 0, "input '{}': element {} is no finite number", name, at);
}

void fill_with_ones(Tensor& tensor) {
  if (tensor.dtype() == DType::F64)
    std::fill(tensor.data<double>().begin(), tensor.data<double>().end(), 1.0);
  else
    std::fill(tensor.data<float>().begin(), tensor.data<float>().end(), 1.0F);
}

/// An input or output of a program: the caller's tensor, and where steps find its elements.
struct Port {
  Tensor tensor;
  std::shared_ptr<void> memory;  ///< null where steps work on the tensor itself

  void* address() { return memory ? memory.get() : tensor.raw(); }
};

}  // namespace

struct Session::Impl {
  std::shared_ptr<const Program> program;
  std::shared_ptr<void> arena;
  /// The program's, then the seeds and the gradients, the first of them followed by the bias terms.
  std::vector<Port> inputs, outputs;
  std::vector<std::size_t> gradients;  ///< their indices in `outputs`
  std::unique_ptr<backend::SessionState> state;
  std::vector<std::function<void()>> steps;
  std::vector<StepProfile> profile;  ///< empty unless profiling; else one for each step
  bool forward_is_fresh = false;     ///< the arena still holds what the backward pass needs
  std::uint64_t runs = 0;
  std::stop_token stop;

  void check_stop() const {
    if (stop.stop_requested())
      throw Cancelled();
  }

  const backend::Memory& memory() const { return ProgramAccess::impl(*program).backend->memory; }

  void add_port(std::vector<Port>& ports, const TensorInfo& info) const {
    Port port{Tensor(info.dtype, info.shape), nullptr};
    if (!memory().is_host())
      port.memory = memory().take(port.tensor.bytes());
    ports.push_back(std::move(port));
  }

  /// Brings the elements of inputs to where the steps read them.
  void copy_in(std::size_t first, std::size_t last) const {
    for (std::size_t i = first; i < last && !memory().is_host(); ++i)
      memory().copy_in(inputs[i].memory.get(), inputs[i].tensor.raw(), inputs[i].tensor.bytes());
  }
  /// Brings what the steps wrote into the tensors of outputs.
  void copy_out(std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last && !memory().is_host(); ++i)
      memory().copy_out(outputs[i].tensor.raw(), outputs[i].memory.get(), outputs[i].tensor.bytes());
  }

  void run(std::size_t first, std::size_t last) {
    if (state->needs_new_thread())
      run_on_new_thread([&] { run_here(first, last); });
    else
      run_here(first, last);
  }

  void run_here(std::size_t first, std::size_t last) {
    struct Scope {
      explicit Scope(backend::SessionState& s) : state(s) { state.begin_run(); }
      ~Scope() { state.end_run(); }
      Scope(const Scope&) = delete;
      Scope& operator=(const Scope&) = delete;
      backend::SessionState& state;
    } scope(*state);
    if (!profile.empty())
      return run_timed(first, last);
    for (std::size_t i = first; i < last; ++i) {
      check_stop();
      steps[i]();
    }
  }

  void run_timed(std::size_t first, std::size_t last) {
    using Clock = std::chrono::steady_clock;
    for (std::size_t i = first; i < last; ++i) {
      check_stop();
      const Clock::time_point begin = Clock::now();
      steps[i]();
      const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
      StepProfile& step = profile[i];
      step.fastest_seconds = step.runs == 0 ? seconds : std::min(step.fastest_seconds, seconds);
      step.seconds += seconds;
      ++step.runs;
    }
  }
};

namespace {

/// Where a buffer lies that is no input or output; null for those.
void* address_of(const ProgramImpl& program, std::size_t buffer, void* arena) {
  const backend::Buffer& what = program.lowering.buffers[buffer];
  if (program.constants[buffer])
    return program.constants[buffer].get();
  if (what.kind == backend::Buffer::Kind::Constant)
    return const_cast<void*>(what.constant.raw());
  if (what.kind == backend::Buffer::Kind::Arena)
    return static_cast<std::byte*>(arena) + program.offsets[buffer];
  return nullptr;
}

std::vector<StepProfile> empty_profile(const backend::Lowering& lowering) {
  std::vector<StepProfile> profile;
  for (const backend::Step& step : lowering.steps)
    profile.push_back(
        {step.origin.node, std::string(step.operator_name), step.origin.shape,
         profile.size() < lowering.forward_steps ? Direction::Forward : Direction::ForwardAndBackward,
         step.origin.multiply_adds, 0, 0, 0});
  return profile;
}

}  // namespace

Session::Session(std::shared_ptr<const Program> program, Profiling profiling)
    : impl_(std::make_unique<Impl>()) {
  const ProgramImpl& compiled = ProgramAccess::impl(*program);
  impl_->program = std::move(program);
  for (const TensorInfo& info : compiled.inputs)
    impl_->add_port(impl_->inputs, info);
  for (const TensorInfo& info : compiled.outputs)
    impl_->add_port(impl_->outputs, info);
  for (const WrtValues& wrt : compiled.wrt) {
    impl_->add_port(impl_->inputs, compiled.outputs.front());
    impl_->gradients.push_back(impl_->outputs.size());
    for (const TensorInfo& info : wrt.infos)
      impl_->add_port(impl_->outputs, info);
    for (const TensorInfo& term : compiled.bias_terms)
      if (impl_->gradients.size() == 1)
        impl_->add_port(impl_->outputs, term);
  }
  if (compiled.region_scores)
    fill_with_ones(impl_->inputs[compiled.region_scores->region_input].tensor);
  const backend::Lowering& lowering = compiled.lowering;
  FOVEA_ASSERT(lowering.inputs.size() == impl_->inputs.size() &&
               lowering.outputs.size() == impl_->outputs.size());
  impl_->arena = impl_->memory().take(compiled.report.arena_bytes);

  std::vector<void*> addresses(lowering.buffers.size());
  for (std::size_t i = 0; i < addresses.size(); ++i)
    addresses[i] = address_of(compiled, i, impl_->arena.get());
  for (std::size_t i = 0; i < impl_->inputs.size(); ++i)
    addresses[static_cast<std::size_t>(lowering.inputs[i])] = impl_->inputs[i].address();
  for (std::size_t i = 0; i < impl_->outputs.size(); ++i)
    addresses[static_cast<std::size_t>(lowering.outputs[i])] = impl_->outputs[i].address();

  impl_->state = lowering.make_state();
  const backend::Binder binder(std::move(addresses), impl_->state.get());
  for (const backend::Step& step : lowering.steps)
    impl_->steps.push_back(step.bind(binder));
  if (profiling == Profiling::On)
    impl_->profile = empty_profile(lowering);
}

Session::~Session() = default;
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;

const Program& Session::program() const {
  return *impl_->program;
}

Tensor& Session::input(std::size_t i) {
  FOVEA_ASSERT(i < impl_->program->inputs().size());
  return impl_->inputs[i].tensor;
}

const Tensor& Session::output(std::size_t i) const {
  FOVEA_ASSERT(i < impl_->program->outputs().size());
  return impl_->outputs[i].tensor;
}

void Session::forward() {
  ++work_counts().forward_passes;
  ++impl_->runs;
  impl_->forward_is_fresh = false;  // until this one is done
  for (std::size_t i = 0; i < impl_->program->inputs().size(); ++i)
    check_finite(impl_->inputs[i].tensor, impl_->program->inputs()[i].name);
  const ProgramImpl& compiled = ProgramAccess::impl(*impl_->program);
  impl_->copy_in(0, compiled.inputs.size());
  impl_->run(0, compiled.lowering.forward_steps);
  impl_->copy_out(0, compiled.outputs.size());
  impl_->forward_is_fresh = true;
}

Tensor& Session::seed(std::size_t pass) {
  FOVEA_ASSERT(pass < impl_->program->backward_passes());
  return impl_->inputs[impl_->program->inputs().size() + pass].tensor;
}

void Session::seed_classes(std::span<const std::int64_t> classes) {
  const std::int64_t batch = impl_->program->options().batch, count = impl_->program->classes();
  FOVEA_CHECK(static_cast<std::int64_t>(classes.size()) == batch,
              "expected a class for each of {} pictures, found {}", batch, classes.size());
  for (const std::int64_t target : classes)
    FOVEA_CHECK(target >= 0 && target < count, "class {} is out of range: the model has {} classes, 0 to {}",
                target, count, count - 1);
  FOVEA_ASSERT(impl_->program->backward_passes() > 0);
  for (std::size_t pass = 0; pass < impl_->program->backward_passes(); ++pass) {
    Tensor& tensor = seed(pass);
    std::memset(tensor.raw(), 0, tensor.bytes());
    for (std::int64_t n = 0; n < batch; ++n) {
      const auto at = static_cast<std::size_t>(n * count + classes[static_cast<std::size_t>(n)]);
      if (tensor.dtype() == DType::F64)
        tensor.data<double>()[at] = 1;
      else
        tensor.data<float>()[at] = 1;
    }
  }
}

void Session::backward() {
  FOVEA_ASSERT(impl_->program->backward_passes() > 0);
  FOVEA_CHECK(impl_->forward_is_fresh, "backward must follow forward: it uses up what forward left");
  ++work_counts().backward_passes;
  ++impl_->runs;
  impl_->forward_is_fresh = false;
  impl_->copy_in(impl_->program->inputs().size(), impl_->inputs.size());
  impl_->run(ProgramAccess::impl(*impl_->program).lowering.forward_steps, impl_->steps.size());
  impl_->copy_out(impl_->program->outputs().size(), impl_->outputs.size());
}

const Tensor& Session::gradient(std::size_t pass) const {
  return attention_gradient(pass, 0);
}

const Tensor& Session::attention_gradient(std::size_t pass, std::size_t layer) const {
  const std::vector<WrtValues>& passes = ProgramAccess::impl(*impl_->program).wrt;
  FOVEA_ASSERT(pass < passes.size() && layer < passes[pass].infos.size());
  return impl_->outputs[impl_->gradients[pass] + layer].tensor;
}

const Tensor& Session::bias_term(std::size_t i) const {
  const ProgramImpl& compiled = ProgramAccess::impl(*impl_->program);
  FOVEA_ASSERT(i < compiled.bias_terms.size());
  return impl_->outputs[impl_->gradients.front() + compiled.wrt.front().infos.size() + i].tensor;
}

void Session::parallel_for(std::int64_t parts, const std::function<void(std::int64_t part)>& part) {
  const auto share = [&] { impl_->state->share(parts, part); };
  if (impl_->state->needs_new_thread())
    run_on_new_thread(share);
  else
    share();
}

std::uint64_t Session::runs() const {
  return impl_->runs;
}

void Session::cancel_with(std::stop_token stop) {
  impl_->stop = std::move(stop);
}

const std::vector<StepProfile>& Session::profile() const {
  return impl_->profile;
}

void Session::reset_profile() {
  for (StepProfile& step : impl_->profile) {
    step.runs = 0;
    step.seconds = step.fastest_seconds = 0;
  }
}

}  // namespace fovea
