#include "fovea/tensor.hpp"

#include "base/check.hpp"
#include "base/convert.hpp"
#include "base/dispatch.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <sys/mman.h>

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

void detail::no_such_axis(const Shape& shape, std::int64_t axis) {
  throw InputError(fmt::format("axis {} is not an axis of a tensor of {}", axis, to_string(shape)));
}

std::int64_t Shape::elements() const {
  std::int64_t count = 1;
  for (std::int64_t extent : dims_)
    FOVEA_CHECK(!__builtin_mul_overflow(count, extent, &count), "a tensor of {} is too large",
                to_string(*this));
  return count;
}

std::string to_string(const Shape& shape) {
  constexpr std::int64_t most = 32;  // axes that are written out
  if (shape.rank() == 0)
    return "scalar";
  if (shape.rank() > most)
    return fmt::format("{}x... ({} axes)", fmt::join(shape.begin(), shape.begin() + most, "x"), shape.rank());
  return fmt::format("{}", fmt::join(shape.dims(), "x"));
}

namespace {

constexpr std::size_t kAlignment = 64;
/// InputError for a shape that no memory can hold.
std::int64_t checked_elements(const Shape& shape) {
  for (std::int64_t extent : shape)
    FOVEA_CHECK(extent >= 0, "a tensor of {} has a negative extent", to_string(shape));
  const std::int64_t elements = shape.elements();
  FOVEA_CHECK(elements <= std::numeric_limits<std::int64_t>::max() / 16, "a tensor of {} is too large",
              to_string(shape));
  return elements;
}

/// From this size on memory comes from the system page by page: it is zero without being written to, and goes
/// back to the system at once when the tensor ends.
constexpr std::size_t kOwnPages = std::size_t{1} << 20;

[[noreturn]] void throw_no_memory(std::size_t bytes) {
  throw InputError(fmt::format("the system does not give the {} bytes of memory that a tensor takes", bytes));
}

std::shared_ptr<std::byte> zero_pages(std::size_t size) {
  void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    throw_no_memory(size);
  ::madvise(memory, size, MADV_HUGEPAGE);
  return {static_cast<std::byte*>(memory), [size](std::byte* p) { ::munmap(p, size); }};
}

std::shared_ptr<std::byte> zero_bytes(std::size_t size) {
  if (size >= kOwnPages)
    return zero_pages(size);
  const std::size_t rounded = std::max((size + kAlignment - 1) / kAlignment, std::size_t{1}) * kAlignment;
  auto* memory = static_cast<std::byte*>(std::aligned_alloc(kAlignment, rounded));
  if (!memory)
    throw_no_memory(size);
  std::memset(memory, 0, rounded);
  return {memory, [](std::byte* p) { std::free(p); }};
}

}  // namespace

Tensor::Tensor(DType dtype, Shape shape)
    : dtype_(dtype), shape_(std::move(shape)), elements_(checked_elements(shape_)),
      storage_(zero_bytes(bytes())) {}

Tensor Tensor::view(DType dtype, Shape shape, std::shared_ptr<const void> elements) {
  Tensor tensor;
  tensor.dtype_ = dtype;
  tensor.shape_ = std::move(shape);
  tensor.elements_ = tensor.shape_.elements();
  FOVEA_ASSERT(reinterpret_cast<std::uintptr_t>(elements.get()) % size_of(dtype) == 0);
  auto* address = static_cast<std::byte*>(const_cast<void*>(elements.get()));
  tensor.storage_ = std::shared_ptr<std::byte>(std::move(elements), address);
  return tensor;
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
