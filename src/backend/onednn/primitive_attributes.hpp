#pragma once

#include "backend/onednn/primitives.hpp"

#include <string>

/// What the files for both APIs of oneDNN share: attributes, names and numbers that are the same in 2.x
/// and 3.x.
namespace fovea::backend::onednn_detail {

/// Attributes of a primitive whose scratch memory the caller gives.
dnnl::primitive_attr attributes();
/// The same for a primitive with an epilogue.
dnnl::primitive_attr attributes(const Epilogue& epilogue);
/// Adds a ReLU to what is done to a result. Defined by each API's own file.
void append_relu(dnnl::post_ops& after);
/// Dilations as oneDNN counts them: from 0.
Dims from_zero(Dims dilations);
dnnl::algorithm algorithm_of(Pooling kind);
/// Pooling that keeps a workspace is training to oneDNN.
dnnl::prop_kind prop_kind_of(Pooling kind);
/// Whether an implementation of that name was generated for this processor.
bool is_optimized(const std::string& implementation);

}  // namespace fovea::backend::onednn_detail
