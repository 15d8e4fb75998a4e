#include "fovea/tensor.hpp"

#include "base/check.hpp"
#include "base/convert.hpp"
#include "base/dispatch.hpp"

#include <cstdlib>
#include <cstring>

namespace fovea {

std::size_t size_of(DType dtype) {
  switch (dtype) {
  case DType::F32:
  case DType::I32:
    return 4;
  case DType::F64:
  case DType::I64:
    return 8;
  case DType::Bool:
    return 1;
  }
  FOVEA_ASSERT(!"unknown element type");
}

std::string_view name_of(DType dtype) {
  switch (dtype) {
  case DType::F32:
    return "f32";
  case DType::F64:
    return "f64";
  case DType::I32:
    return "i32";
  case DType::I64:
    return "i64";
  case DType::Bool:
    return "bool";
  }
  FOVEA_ASSERT(!"unknown element type");
}

std::int64_t Shape::elements() const {
  std::int64_t count = 1;
  for (std::int64_t extent : dims_)
    count *= extent;
  return count;
}

std::string to_string(const Shape& shape) {
  if (shape.rank() == 0)
    return "scalar";
  return fmt::format("{}", fmt::join(shape.dims(), "x"));
}

Tensor::Tensor(DType dtype, Shape shape)
    : dtype_(dtype), shape_(std::move(shape)), elements_(shape_.elements()) {
  constexpr std::size_t alignment = 64;
  const std::size_t size = (bytes() + alignment - 1) / alignment * alignment;
  auto* memory = static_cast<std::byte*>(std::aligned_alloc(alignment, size ? size : alignment));
  if (!memory)
    throw std::bad_alloc();
  std::memset(memory, 0, size ? size : alignment);
  storage_ = std::shared_ptr<std::byte>(memory, [](std::byte* p) { std::free(p); });
}

Tensor Tensor::clone() const {
  Tensor copy(dtype_, shape_);
  if (storage_)
    std::memcpy(copy.raw(), raw(), bytes());
  return copy;
}

Tensor Tensor::reshaped(Shape shape) const {
  FOVEA_ASSERT(shape.elements() == elements_);
  Tensor view = *this;
  view.shape_ = std::move(shape);
  return view;
}

Tensor Tensor::cast(DType dtype) const {
  if (dtype == dtype_)
    return *this;
  Tensor result(dtype, shape_);
  dispatch(dtype_, [&]<class From>(From) {
    dispatch(dtype, [&]<class To>(To) {
      auto in = data<From>();
      auto out = result.data<To>();
      for (std::size_t i = 0; i < in.size(); ++i)
        out[i] = convert<To>(in[i]);
    });
  });
  return result;
}

void Tensor::expect(DType dtype) const {
  FOVEA_ASSERT(dtype == dtype_);
}

}  // namespace fovea
