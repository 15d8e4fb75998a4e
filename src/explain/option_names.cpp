#include "base/enum_names.hpp"
#include "fovea/explain.hpp"
#include "fovea/localize.hpp"

namespace fovea {
namespace {

constexpr EnumNames<ChannelMerge, 3> kChannelMerges = {
    {{ChannelMerge::Maximum, "max"}, {ChannelMerge::Sum, "sum"}, {ChannelMerge::L2, "l2"}}};
constexpr EnumNames<Baseline, 3> kBaselines = {
    {{Baseline::Black, "black"}, {Baseline::Mean, "mean"}, {Baseline::Blurred, "blurred"}}};
constexpr EnumNames<HeadFusion, 3> kHeadFusions = {
    {{HeadFusion::Mean, "mean"}, {HeadFusion::Maximum, "max"}, {HeadFusion::Minimum, "min"}}};
constexpr EnumNames<BoxRule, 2> kBoxRules = {
    {{BoxRule::LargestComponent, "largest"}, {BoxRule::SizeableComponents, "sizeable"}}};

constexpr EnumNames<MethodInfo::Sanity, 4> kSanities = {{{MethodInfo::Sanity::NotMeasured, ""},
                                                         {MethodInfo::Sanity::Passes, "passes"},
                                                         {MethodInfo::Sanity::Unclear, "unclear"},
                                                         {MethodInfo::Sanity::Fails, "fails"}}};

constexpr EnumNames<Crops, 4> kCrops = {
    {{Crops::Whole, "whole"}, {Crops::One, "1"}, {Crops::WholeAndMirror, "2"}, {Crops::Ten, "10"}}};

}  // namespace

std::string_view name_of(ChannelMerge merge) {
  return enum_name(kChannelMerges, merge);
}
ChannelMerge parse_channel_merge(std::string_view name) {
  return enum_value(kChannelMerges, "merge", name);
}
std::vector<std::string> channel_merge_names() {
  return all_names(kChannelMerges);
}

std::string_view name_of(Baseline baseline) {
  return enum_name(kBaselines, baseline);
}
Baseline parse_baseline(std::string_view name) {
  return enum_value(kBaselines, "baseline", name);
}
std::vector<std::string> baseline_names() {
  return all_names(kBaselines);
}

std::string_view name_of(HeadFusion fusion) {
  return enum_name(kHeadFusions, fusion);
}
HeadFusion parse_head_fusion(std::string_view name) {
  return enum_value(kHeadFusions, "fusion of heads", name);
}
std::vector<std::string> head_fusion_names() {
  return all_names(kHeadFusions);
}

std::string_view name_of(BoxRule rule) {
  return enum_name(kBoxRules, rule);
}
BoxRule parse_box_rule(std::string_view name) {
  return enum_value(kBoxRules, "rule for boxes", name);
}
std::vector<std::string> box_rule_names() {
  return all_names(kBoxRules);
}

std::string_view name_of(Crops crops) {
  return enum_name(kCrops, crops);
}
Crops parse_crops(std::string_view name) {
  return enum_value(kCrops, "crops", name);
}
std::vector<std::string> crops_names() {
  return all_names(kCrops);
}

std::string_view name_of(MethodInfo::Sanity sanity) {
  return enum_name(kSanities, sanity);
}

std::vector<std::string> method_names() {
  std::vector<std::string> names;
  for (const MethodInfo& info : methods())
    names.emplace_back(info.name);
  return names;
}

}  // namespace fovea
