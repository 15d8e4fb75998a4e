#include "fovea/explain.hpp"

#include "base/check.hpp"
#include "base/closest_names.hpp"
#include "engine/attention.hpp"
#include "explain/method.hpp"
#include "fovea/error.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace fovea {
namespace {

/// The verdicts of docs/trust.md and docs/rules.md on SqueezeNet and MobileNet; a map that is the same for
/// another class fails, as those of Eigen-CAM and attention rollout, which do not look at the class.
MethodInfo::Sanity measured_sanity(std::string_view name) {
  using enum MethodInfo::Sanity;
  static const std::map<std::string_view, MethodInfo::Sanity> measured = {
      {"gradient", Unclear},
      {"gradient-x-input", Unclear},
      {"guided", Fails},
      {"deconvnet", Fails},
      {"smoothgrad", Passes},
      {"integrated-gradients", Unclear},
      {"grad-cam", Passes},
      {"layer-cam", Fails},
      {"guided-grad-cam", Unclear},
      {"lrp", Fails},
      {"lrp-epsilon", Unclear},
      {"excitation", Fails},
      {"occlusion", Unclear},
      {"eigen-cam", Fails},
      {"attention-rollout", Fails},
      {"xgrad-cam", Passes},
      {"hires-cam", Passes},
      {"grad-cam++", Fails},
      {"full-grad", Fails},
      {"eigen-grad-cam", Fails},
      {"deep-lift", Unclear},
      {"lrp-gamma", Fails},
      {"lrp-alpha-beta", Fails},
      {"fused-layer-cam", Unclear},
      {"lrp-epsilon-gamma-box", Fails},
      {"lrp-epsilon-plus-flat", Fails},
      {"lrp-epsilon-plus-w-square", Fails},
      {"lrp-epsilon-alpha2-beta1", Fails},
      {"lrp-epsilon-alpha2-beta1-flat", Unclear},
  };
  const auto found = measured.find(name);
  return found == measured.end() ? NotMeasured : found->second;
}

/// Fills in what follows from a method's passes.
void complete(Method& method, std::string_view group) {
  MethodInfo& info = method.info;
  info.group = group;
  info.sanity = measured_sanity(info.name);
  const auto is_to_layer = [](const MethodPass& pass) { return pass.to == MethodPass::To::Layer; };
  if (reads_layer(method) || std::any_of(method.passes.begin(), method.passes.end(), is_to_layer))
    info.needs = "layer";
  for (const MethodPass& pass : method.passes)
    if (pass.rule == Rule::Deconvnet || pass.rule == Rule::Guided)
      info.needs = info.needs.empty() ? "ReLUs" : "ReLUs, layer";
  if (needs_attention(method))
    info.needs = "attention";
  const auto backward = std::count_if(method.passes.begin(), method.passes.end(), [](const MethodPass& pass) {
    return pass.to != MethodPass::To::AttentionValues;
  });
  if (!method.passes.empty())
    info.passes = backward == 0 ? "1 + 0" : backward == 1 ? "1 + 1" : "1 + 2";
}

const std::vector<Method>& all_methods() {
  static const std::vector<Method> all = [] {
    const std::pair<std::string_view, std::vector<Method>> tables[] = {
        {"Gradients", rule_methods()},
        {"Gradients", smooth_grad_methods()},
        {"Gradients", full_grad_methods()},
        {"Differences from a baseline", path_methods()},
        {"Differences from a baseline", guided_ig_methods()},
        {"Differences from a baseline", expected_gradients_methods()},
        {"Differences from a baseline", deep_lift_methods()},
        {"Differences from a baseline", xrai_methods()},
        {"Class activation maps", cam_methods()},
        {"Class activation maps", eigen_cam_methods()},
        {"Class activation maps", score_cam_methods()},
        {"Class activation maps", ablation_cam_methods()},
        {"Relevance propagation", relevance_methods()},
        {"Attention of transformers", attention_rollout_methods()},
        {"Attention of transformers", generic_attention_methods()},
        {"Attention of transformers", legrad_methods()},
        {"Perturbation", occlusion_methods()},
        {"Perturbation", rise_methods()},
        {"Perturbation", lime_methods()},
        {"Perturbation", kernel_shap_methods()},
        {"Perturbation", sobol_methods()},
        {"Perturbation", hsic_methods()},
        {"Perturbation", meaningful_perturbation_methods()},
        {"Perturbation", extremal_perturbation_methods()},
    };
    std::vector<Method> list;
    for (const auto& [group, methods] : tables)
      for (const Method& method : methods)
        complete(list.emplace_back(method), group);
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
