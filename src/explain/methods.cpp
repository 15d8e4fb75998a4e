#include "fovea/explain.hpp"

#include "base/check.hpp"
#include "base/closest_names.hpp"
#include "engine/attention.hpp"
#include "explain/method.hpp"
#include "fovea/error.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

const std::vector<Method>& all_methods() {
  static const std::vector<Method> all = [] {
    std::vector<Method> list;
    for (const auto& some : {rule_methods(), smooth_grad_methods(), path_methods(), cam_methods(),
                             relevance_methods(), occlusion_methods(), rise_methods(),
                             attention_rollout_methods(), generic_attention_methods(), legrad_methods()})
      list.insert(list.end(), some.begin(), some.end());
    return list;
  }();
  return all;
}

}  // namespace

const Method& find_method(std::string_view name) {
  for (const Method& method : all_methods())
    if (method.info.name == name)
      return method;
  throw InputError(unknown_name("method", name, method_names()));
}

bool needs_attention(const Method& method) {
  return method.read_attention != nullptr;
}

void check_method_options(const MethodOptions& options) {
  FOVEA_CHECK(options.samples >= 0 && options.smooth >= 0, "{} samples are not possible",
              std::min(options.samples, options.smooth));
  FOVEA_CHECK(options.samples <= kMaxSamples && options.smooth <= kMaxSamples,
              "{} samples are not possible: at most {}", std::max(options.samples, options.smooth),
              kMaxSamples);
  FOVEA_CHECK(options.discard >= 0 && options.discard < 1,
              "{:g} of the attention discarded: expected at least 0 and less than 1", options.discard);
  FOVEA_CHECK(options.residual >= 0 && options.residual < 1,
              "a residual of {:g}: expected at least 0 and less than 1", options.residual);
  FOVEA_CHECK(options.blocks >= 0, "the last {} blocks are not possible", options.blocks);
  FOVEA_CHECK(options.noise >= 0 && std::isfinite(options.noise), "noise of {}: expected at least 0",
              options.noise);
}

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
  return find_method(name).info;
}

std::vector<UnusableMethod> unusable_methods(const Model& model, const ProgramOptions& options) {
  std::string reason;
  try {
    check_attention(model, options);
  } catch (const InputError& error) {
    reason = error.what();
  }
  std::vector<UnusableMethod> list;
  for (const Method& method : all_methods())
    if (!reason.empty() && needs_attention(method))
      list.push_back({method.info.name, reason});
  return list;
}

Tensor channel_maximum(const Tensor& gradient) {
  const Shape& shape = gradient.shape();
  FOVEA_CHECK(shape.rank() == 3, "expected a gradient of [C,H,W], found {}", to_string(shape));
  Tensor map(DType::F32, {shape[1], shape[2]});
  auto out = map.data<float>();
  const auto in = gradient.data<float>();
  for (auto plane = in; !plane.empty(); plane = plane.subspan(out.size()))
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = std::max(out[i], std::abs(plane[i]));
  return map;
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
