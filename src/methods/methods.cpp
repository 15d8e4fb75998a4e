#include "fovea/methods.hpp"

#include "base/check.hpp"
#include "fovea/error.hpp"
#include "fovea/saliency.hpp"
#include "methods/noise.hpp"
#include "methods/session_batches.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace fovea {
namespace {

const std::vector<Method>& all_methods() {
  static const std::vector<Method> all = [] {
    std::vector<Method> list;
    for (const auto& some : {rule_methods(), smooth_grad_methods(), path_methods(), cam_methods(),
                             relevance_methods(), occlusion_methods(), rise_methods()})
      list.insert(list.end(), some.begin(), some.end());
    return list;
  }();
  return all;
}

const Method& find(std::string_view name) {
  for (const Method& method : all_methods())
    if (method.info.name == name)
      return method;
  std::vector<std::string_view> names;
  for (const Method& method : all_methods())
    names.push_back(method.info.name);
  throw InputError(fmt::format("unknown method '{}': expected one of {}", name, fmt::join(names, ", ")));
}

void check_options(const MethodOptions& options) {
  FOVEA_CHECK(options.samples >= 0 && options.smooth >= 0, "{} samples are not possible",
              std::min(options.samples, options.smooth));
  FOVEA_CHECK(options.samples <= kMaxSamples && options.smooth <= kMaxSamples,
              "{} samples are not possible: at most {}", std::max(options.samples, options.smooth),
              kMaxSamples);
  FOVEA_CHECK(options.noise >= 0 && std::isfinite(options.noise), "noise of {}: expected at least 0",
              options.noise);
}

void check_finite(const Tensor& relevance) {
  for (float value : relevance.data<float>())
    FOVEA_CHECK(std::isfinite(value), "the map holds a value that is not finite");
}

/// The mean of what `attribute` says of noisy copies.
Attribution smoothed(const Attribute& attribute, const MethodOptions& options, const Tensor& input,
                     const ScoreTarget& target, const SampleProgress& progress) {
  const Noise noise(input, options);
  Attribution mean;
  Tensor copy(DType::F32, input.shape());
  for (std::int64_t i = 0; i < options.smooth; ++i) {
    noise.copy(i, copy.data<float>());
    const Attribution one = attribute(copy, target, {});
    if (i == 0)
      mean.relevance = Tensor(DType::F32, one.relevance.shape());
    auto sum = mean.relevance.data<float>();
    const auto values = one.relevance.data<float>();
    for (std::size_t k = 0; k < sum.size(); ++k)
      sum[k] += values[k] / static_cast<float>(options.smooth);
    if (progress)
      progress(i + 1, options.smooth);
  }
  return mean;
}

CompiledMethod compile_method(const Method& method, const MethodContext& context) {
  if (context.options.smooth > 0)
    for (const auto& [name, rule] :
         {std::pair{"gradient", Rule::Gradient}, std::pair{"deconvnet", Rule::Deconvnet},
          std::pair{"guided", Rule::Guided}})
      if (method.info.name == name)
        return compile_smooth_rule(context, rule);
  return method.compile(context);
}

}  // namespace

const std::vector<MethodInfo>& methods() {
  static const std::vector<MethodInfo> infos = [] {
    std::vector<MethodInfo> list;
    for (const Method& method : all_methods())
      list.push_back(method.info);
    return list;
  }();
  return infos;
}

const MethodInfo& method_info(std::string_view name) {
  return find(name).info;
}

struct MapProgram::Impl {
  MethodInfo info;
  MethodOptions options;
  CompiledMethod compiled;
};

MapProgram::MapProgram(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
MapProgram::~MapProgram() = default;

std::shared_ptr<const MapProgram> MapProgram::compile(const Model& model, const Preprocessing& preprocessing,
                                                      std::string_view name, const ProgramOptions& program,
                                                      const MethodOptions& options) {
  const Method& method = find(name);
  check_options(options);
  auto impl = std::make_unique<Impl>();
  impl->info = method.info;
  impl->options = options;
  impl->compiled = compile_method(method, {model, preprocessing, program, options});
  return std::shared_ptr<const MapProgram>(new MapProgram(std::move(impl)));
}

const MethodInfo& MapProgram::info() const {
  return impl_->info;
}
const MethodOptions& MapProgram::options() const {
  return impl_->options;
}
const Program& MapProgram::scores() const {
  return *impl_->compiled.scores;
}

std::vector<std::string> MapProgram::notes() const {
  std::vector<std::string> notes;
  std::set<std::string> seen;
  const auto take = [&](const Program& program) {
    for (const std::string& note : program.report().notes)
      if (seen.insert(note).second)
        notes.push_back(note);
  };
  take(scores());
  for (const auto& program : impl_->compiled.others)
    take(*program);
  return notes;
}

struct MapSession::Impl {
  explicit Impl(std::shared_ptr<const MapProgram> which)
      : program(std::move(which)), scores(program->impl().compiled.scores) {
    if (program->impl().compiled.start)
      attribute = program->impl().compiled.start(others);
  }

  std::shared_ptr<const MapProgram> program;
  Session scores;
  Sessions others;      ///< that `attribute` runs
  Attribute attribute;  ///< empty: the way back of `scores`
  SampleProgress progress;
};

MapSession::MapSession(std::shared_ptr<const MapProgram> program)
    : impl_(std::make_unique<Impl>(std::move(program))) {}
MapSession::~MapSession() = default;
MapSession::MapSession(MapSession&&) noexcept = default;
MapSession& MapSession::operator=(MapSession&&) noexcept = default;

const MapProgram& MapSession::program() const {
  return *impl_->program;
}
Session& MapSession::scores() {
  return impl_->scores;
}
bool MapSession::is_plain_gradient() const {
  return !impl_->attribute;
}
void MapSession::report_progress(SampleProgress progress) {
  impl_->progress = std::move(progress);
}

void MapSession::cancel_with(std::stop_token stop) {
  impl_->others.cancel_with(stop);
  impl_->scores.cancel_with(std::move(stop));
}

Attribution MapSession::attribute(const Tensor& input, const ScoreTarget& target) {
  const InputSize size = input_size(impl_->scores);
  FOVEA_CHECK(input.dtype() == DType::F32 && input.shape() == Shape({size.channels, size.height, size.width}),
              "expected a network input of {}, found {}",
              to_string(Shape{size.channels, size.height, size.width}), to_string(input.shape()));
  check_target(target, impl_->scores.program().classes());
  Attribution result;
  const MethodOptions& options = program().options();
  if (is_plain_gradient()) {
    const auto x = input.data<float>();
    result.relevance = Tensor(DType::F32, input.shape());
    look_at_many(
        impl_->scores, 1, target,
        [&](std::int64_t, std::span<float> p) { std::copy(x.begin(), x.end(), p.begin()); },
        [&](std::int64_t, std::int64_t n) {
          const auto gradient = gradient_at(impl_->scores, n);
          std::copy(gradient.begin(), gradient.end(), result.relevance.data<float>().begin());
        });
  } else if (options.smooth > 0 && !program().impl().compiled.smooths) {
    result = smoothed(impl_->attribute, options, input, target, impl_->progress);
  } else {
    result = impl_->attribute(input, target, impl_->progress);
  }
  check_finite(result.relevance);
  return result;
}

Tensor merge_channels(const Tensor& relevance, ChannelMerge merge, MethodInfo::Values values) {
  const Shape& shape = relevance.shape();
  FOVEA_CHECK(shape.rank() == 3, "expected relevance of [C,H,W], found {}", to_string(shape));
  FOVEA_CHECK(values == MethodInfo::Values::PerChannel || shape[0] == 1,
              "relevance that channels share is [1,H,W], found {}", to_string(shape));
  if (values == MethodInfo::Values::PerChannel && merge == ChannelMerge::Maximum)
    return channel_maximum(relevance);
  Tensor map(DType::F32, {shape[1], shape[2]});
  auto out = map.data<float>();
  const auto in = relevance.data<float>();
  for (std::size_t i = 0; i < in.size(); ++i) {
    float& sum = out[i % out.size()];
    if (values == MethodInfo::Values::PerPixel)
      sum = std::max(in[i], 0.0F);
    else
      sum += merge == ChannelMerge::Sum ? std::abs(in[i]) : in[i] * in[i];
  }
  if (values == MethodInfo::Values::PerChannel && merge == ChannelMerge::L2)
    std::transform(out.begin(), out.end(), out.begin(), [](float square) { return std::sqrt(square); });
  return map;
}

}  // namespace fovea
