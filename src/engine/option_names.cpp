#include "base/enum_names.hpp"
#include "fovea/program.hpp"

namespace fovea {
namespace {

constexpr EnumNames<Rule, 13> kRules = {{{Rule::Gradient, "gradient"},
                                         {Rule::Deconvnet, "deconvnet"},
                                         {Rule::Guided, "guided"},
                                         {Rule::LrpEpsilon, "lrp-epsilon"},
                                         {Rule::LrpAlphaBeta, "lrp-alpha-beta"},
                                         {Rule::LrpComposite, "lrp"},
                                         {Rule::LrpGamma, "lrp-gamma"},
                                         {Rule::LrpEpsilonGammaBox, "lrp-epsilon-gamma-box"},
                                         {Rule::LrpEpsilonPlusFlat, "lrp-epsilon-plus-flat"},
                                         {Rule::LrpEpsilonPlusWSquare, "lrp-epsilon-plus-w-square"},
                                         {Rule::LrpEpsilonAlpha2Beta1, "lrp-epsilon-alpha2-beta1"},
                                         {Rule::LrpEpsilonAlpha2Beta1Flat, "lrp-epsilon-alpha2-beta1-flat"},
                                         {Rule::Excitation, "excitation"}}};
constexpr EnumNames<Precision, 4> kPrecisions = {{{Precision::F32, "f32"},
                                                  {Precision::F64, "f64"},
                                                  {Precision::BF16, "bf16"},
                                                  {Precision::Mixed, "mixed"}}};
constexpr EnumNames<BackendKind, 3> kBackends = {
    {{BackendKind::Auto, "auto"}, {BackendKind::OneDnn, "onednn"}, {BackendKind::Reference, "reference"}}};

}  // namespace

std::string_view name_of(Rule rule) {
  return enum_name(kRules, rule);
}
Rule parse_rule(std::string_view name) {
  return enum_value(kRules, "rule", name);
}
std::vector<std::string> rule_names() {
  return all_names(kRules);
}

std::string_view name_of(Precision precision) {
  return enum_name(kPrecisions, precision);
}
Precision parse_precision(std::string_view name) {
  return enum_value(kPrecisions, "precision", name);
}
std::vector<std::string> precision_names() {
  return all_names(kPrecisions);
}

std::string_view name_of(BackendKind backend) {
  return enum_name(kBackends, backend);
}
BackendKind parse_backend(std::string_view name) {
  return enum_value(kBackends, "backend", name);
}
std::vector<std::string> backend_names() {
  return all_names(kBackends);
}

}  // namespace fovea
