// What libFuzzer calls to mutate and to join inputs of fuzz_onnx.
#include "fuzz/onnx_mutator.hpp"

#include <cstddef>
#include <cstring>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

/// The model as bytes; 0 where they are too many.
std::size_t write(const onnx::ModelProto& model, std::uint8_t* out, std::size_t max_size) {
  const std::string bytes = model.SerializeAsString();
  if (bytes.empty() || bytes.size() > max_size)
    return 0;
  std::memcpy(out, bytes.data(), bytes.size());
  return bytes.size();
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  onnx::ModelProto model;
  if (seed % 32 == 0 || !model.ParseFromArray(data, static_cast<int>(size)) || !model.has_graph())
    return LLVMFuzzerMutate(data, size, max_size);
  fovea::fuzz::OnnxMutator(seed).mutate(model);
  const std::size_t written = write(model, data, max_size);
  return written > 0 ? written : LLVMFuzzerMutate(data, size, max_size);
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* data1, std::size_t size1,
                                                 const std::uint8_t* data2, std::size_t size2,
                                                 std::uint8_t* out, std::size_t max_size, unsigned seed) {
  onnx::ModelProto model, other;
  if (!model.ParseFromArray(data1, static_cast<int>(size1)) ||
      !other.ParseFromArray(data2, static_cast<int>(size2)))
    return 0;
  fovea::fuzz::OnnxMutator(seed).join(model, other);
  return write(model, out, max_size);
}
