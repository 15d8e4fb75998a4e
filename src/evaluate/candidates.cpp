#include "evaluate/candidates.hpp"

#include "base/check.hpp"
#include "explain/method_options.hpp"
#include "fovea/error.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fovea {
namespace {

struct Variant {
  std::string setting;
  void (*change)(MethodOptions& options);
};

struct VariedOption {
  MethodOption option;
  std::vector<Variant> variants;
};

const std::vector<VariedOption>& varied_options() {
  static const std::vector<VariedOption> all = {
      {MethodOption::Noise,
       {{"noise=0.05", [](MethodOptions& o) { o.noise = 0.05; }},
        {"noise=0.15", [](MethodOptions& o) { o.noise = 0.15; }},
        {"noise=0.3", [](MethodOptions& o) { o.noise = 0.3; }}}},
      {MethodOption::Baseline,
       {{"baseline=black", [](MethodOptions& o) { o.baseline = Baseline::Black; }},
        {"baseline=mean", [](MethodOptions& o) { o.baseline = Baseline::Mean; }},
        {"baseline=blurred", [](MethodOptions& o) { o.baseline = Baseline::Blurred; }}}},
      {MethodOption::Window,
       {{"window=0.15", [](MethodOptions& o) { o.window = 0.15; }},
        {"window=0.3", [](MethodOptions& o) { o.window = 0.3; }}}},
  };
  return all;
}

bool are_equal(const MethodOptions& a, const MethodOptions& b) {
  return a.noise == b.noise && a.baseline == b.baseline && a.window == b.window;
}

ExplainOptions options_of(const ExplainOptions& base, const std::vector<const MethodCandidate*>& group) {
  ExplainOptions options = base;
  options.method = group.front()->method;
  options.method_options = group.front()->options;
  options.further_methods.clear();
  for (std::size_t i = 1; i < group.size(); ++i)
    options.further_methods.push_back(group[i]->method);
  return options;
}

/// Those of a group that the network allows, found one by one.
std::vector<const MethodCandidate*> allowed_of(const Model& model, const ExplainOptions& base,
                                               const std::vector<const MethodCandidate*>& group,
                                               const std::function<void(const std::string&)>& refused) {
  std::vector<const MethodCandidate*> allowed;
  for (const MethodCandidate* candidate : group)
    try {
      const Explainer compiled(model, options_of(base, {candidate}));
      allowed.push_back(candidate);
    } catch (const Error& error) {
      refused(fmt::format("{} is left out: {}", candidate->name, error.what()));
    }
  return allowed;
}

}  // namespace

std::vector<std::string> methods_to_pick_from() {
  return {"gradient", "smoothgrad", "integrated-gradients", "grad-cam", "layer-cam", "lrp", "occlusion"};
}

std::vector<MethodCandidate> candidates_of(const std::vector<std::string>& methods,
                                           const MethodOptions& base) {
  std::vector<MethodCandidate> candidates;
  for (const std::string& method : methods) {
    candidates.push_back({method, method, base});
    for (const VariedOption& varied : varied_options()) {
      if (!uses_option(method, varied.option, base.smooth > 0))
        continue;
      for (const Variant& variant : varied.variants) {
        MethodOptions options = base;
        variant.change(options);
        if (!are_equal(options, base))
          candidates.push_back({method + ":" + variant.setting, method, options});
      }
    }
  }
  return candidates;
}

std::vector<MethodCandidate> plain_candidates(const std::vector<std::string>& methods,
                                              const MethodOptions& base) {
  std::vector<MethodCandidate> candidates;
  for (const std::string& method : methods)
    candidates.push_back({method, method, base});
  return candidates;
}

CompiledCandidates compile_candidates(const Model& model, const ExplainOptions& base,
                                      const std::vector<MethodCandidate>& candidates,
                                      const std::function<void(const std::string&)>& refused) {
  FOVEA_CHECK(!candidates.empty(), "no methods are named");
  std::vector<std::vector<const MethodCandidate*>> groups;
  for (const MethodCandidate& candidate : candidates) {
    const auto same = std::find_if(groups.begin(), groups.end(), [&](const auto& group) {
      const auto is_method = [&](const MethodCandidate* one) { return one->method == candidate.method; };
      return are_equal(group.front()->options, candidate.options) &&
             std::none_of(group.begin(), group.end(), is_method);
    });
    if (same == groups.end())
      groups.push_back({&candidate});
    else
      same->push_back(&candidate);
  }
  CompiledCandidates compiled;
  const auto compile = [&](const std::vector<const MethodCandidate*>& group) {
    compiled.explainers.emplace_back(model, options_of(base, group));
    for (const MethodCandidate* candidate : group)
      compiled.names.push_back(candidate->name);
  };
  for (const auto& group : groups)
    try {
      compile(group);
    } catch (const Error&) {
      if (!refused)
        throw;
      const std::vector<const MethodCandidate*> allowed = allowed_of(model, base, group, refused);
      if (!allowed.empty())
        compile(allowed);
    }
  FOVEA_CHECK(!compiled.names.empty(), "the network allows none of the methods");
  return compiled;
}

}  // namespace fovea
