#include "explain/method_options.hpp"

#include "base/enum_names.hpp"
#include "explain/method.hpp"

#include <algorithm>

namespace fovea {
namespace {

constexpr EnumNames<MethodOption, 15> kMethodOptions = {{{MethodOption::Samples, "samples"},
                                                         {MethodOption::Smooth, "smooth"},
                                                         {MethodOption::Noise, "noise"},
                                                         {MethodOption::Baseline, "baseline"},
                                                         {MethodOption::Layer, "layer"},
                                                         {MethodOption::Merge, "merge"},
                                                         {MethodOption::Window, "window"},
                                                         {MethodOption::Stride, "stride"},
                                                         {MethodOption::Cells, "cells"},
                                                         {MethodOption::Keep, "keep"},
                                                         {MethodOption::Heads, "heads"},
                                                         {MethodOption::Discard, "discard"},
                                                         {MethodOption::Residual, "residual"},
                                                         {MethodOption::Blocks, "blocks"},
                                                         {MethodOption::Seed, "seed"}}};

}  // namespace

std::string_view name_of(MethodOption option) {
  return enum_name(kMethodOptions, option);
}

MethodOption parse_method_option(std::string_view name) {
  return enum_value(kMethodOptions, "option of methods", name);
}

std::vector<std::string> method_option_names() {
  return all_names(kMethodOptions);
}

bool uses_option(std::string_view name, MethodOption option, bool is_smoothed) {
  const Method& method = find_method(name);
  switch (option) {
  case MethodOption::Smooth:
    return true;
  case MethodOption::Samples:
    return method.info.samples > 0;
  case MethodOption::Merge:
    return method.info.values == MethodInfo::Values::PerChannel;
  case MethodOption::Layer:
    return reads_chosen_layer(method);
  case MethodOption::Noise:
  case MethodOption::Seed:
    if (is_smoothed)
      return true;
    break;
  default:
    break;
  }
  return std::find(method.options.begin(), method.options.end(), option) != method.options.end();
}

}  // namespace fovea
