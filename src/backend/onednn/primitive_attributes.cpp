#include "backend/onednn/primitive_attributes.hpp"

#include "base/room_in_memory.hpp"

namespace fovea::backend::onednn_detail {

namespace {

/// More than the machine code of a primitive takes. oneDNN writes it without asking whether there is memory.
constexpr std::size_t kRoomOfPrimitive = std::size_t{4} << 20U;

}  // namespace

dnnl::primitive_attr attributes() {
  check_room_in_memory(kRoomOfPrimitive);  // each primitive is made with attributes
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attr;
}

dnnl::primitive_attr attributes(const Epilogue& epilogue) {
  dnnl::post_ops after;
  if (epilogue.sum == Epilogue::Sum::Destination)
    after.append_sum(1.0F);
  if (epilogue.activation == Epilogue::Activation::Relu)
    append_relu(after);
  dnnl::primitive_attr attr = attributes();
  attr.set_post_ops(after);
  return attr;
}

Dims from_zero(Dims dilations) {
  for (auto& dilation : dilations)
    --dilation;
  return dilations;
}

dnnl::algorithm algorithm_of(Pooling kind) {
  switch (kind) {
  case Pooling::Max:
  case Pooling::MaxWithWorkspace:
    return dnnl::algorithm::pooling_max;
  case Pooling::AverageIncludingPadding:
    return dnnl::algorithm::pooling_avg_include_padding;
  case Pooling::AverageExcludingPadding:
    break;
  }
  return dnnl::algorithm::pooling_avg_exclude_padding;
}

dnnl::prop_kind prop_kind_of(Pooling kind) {
  return kind == Pooling::Max ? dnnl::prop_kind::forward_inference : dnnl::prop_kind::forward_training;
}

bool is_optimized(const std::string& implementation) {
  return implementation.starts_with("jit") || implementation.starts_with("brg") ||
         implementation.starts_with("brdgmm");  // depthwise convolutions
}

}  // namespace fovea::backend::onednn_detail
