#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fovea {

/// The element types of tensors. Half-precision weights are widened to F32 when a model is read.
enum class DType : std::uint8_t { F32, F64, I32, I64, Bool };

/// Bytes of one element.
std::size_t size_of(DType dtype);
/// "f32", "f64", "i32", "i64" or "bool".
std::string_view name_of(DType dtype);
inline bool is_floating(DType dtype) {
  return dtype == DType::F32 || dtype == DType::F64;
}

template <class T>
constexpr DType dtype_of();
template <>
constexpr DType dtype_of<float>() {
  return DType::F32;
}
template <>
constexpr DType dtype_of<double>() {
  return DType::F64;
}
template <>
constexpr DType dtype_of<std::int32_t>() {
  return DType::I32;
}
template <>
constexpr DType dtype_of<std::int64_t>() {
  return DType::I64;
}
template <>
constexpr DType dtype_of<bool>() {
  return DType::Bool;
}

class Shape;
namespace detail {
[[noreturn]] void no_such_axis(const Shape& shape, std::int64_t axis);
}  // namespace detail

/// The extents of a tensor, outermost first. Rank 0 is a scalar with one element.
class Shape {
public:
  Shape() = default;
  Shape(std::initializer_list<std::int64_t> dims) : dims_(dims) {}
  explicit Shape(std::vector<std::int64_t> dims) : dims_(std::move(dims)) {}

  std::int64_t rank() const { return static_cast<std::int64_t>(dims_.size()); }
  /// Number of elements: the product of the extents. InputError if it exceeds 64 bits.
  std::int64_t elements() const;
  /// The extent of an axis from 0 to rank - 1; InputError for another.
  std::int64_t operator[](std::int64_t axis) const { return dims_[index_of(axis)]; }
  std::int64_t& operator[](std::int64_t axis) { return dims_[index_of(axis)]; }
  const std::vector<std::int64_t>& dims() const { return dims_; }
  auto begin() const { return dims_.begin(); }
  auto end() const { return dims_.end(); }
  friend bool operator==(const Shape&, const Shape&) = default;

private:
  std::size_t index_of(std::int64_t axis) const {
    const auto index = static_cast<std::size_t>(axis);  // a negative axis becomes a very large index
    if (index >= dims_.size())
      detail::no_such_axis(*this, axis);
    return index;
  }

  std::vector<std::int64_t> dims_;
};

/// "1x3x224x224"; "scalar" for rank 0.
std::string to_string(const Shape& shape);

/// A dense row-major array. Copies share the elements (like a shared pointer); `clone` makes an independent
/// one.
class Tensor {
public:
  Tensor() = default;
  /// Zero-filled. Memory is aligned to 64 bytes. InputError for a negative extent.
  Tensor(DType dtype, Shape shape);

  /// A view of elements stored elsewhere, e.g. in a mapped file, which must live as long as `elements`:
  /// row-major, aligned to their type, as many as the shape requires. Only their owner may write to them.
  static Tensor view(DType dtype, Shape shape, std::shared_ptr<const void> elements);

  template <class T>
  static Tensor from(Shape shape, std::span<const T> values);
  template <class T>
  static Tensor scalar(T value) {
    return from<T>({}, std::span<const T>(&value, 1));
  }

  bool empty() const { return !storage_; }
  DType dtype() const { return dtype_; }
  const Shape& shape() const { return shape_; }
  std::int64_t elements() const { return elements_; }
  std::size_t bytes() const { return static_cast<std::size_t>(elements_) * size_of(dtype_); }

  const void* raw() const { return storage_.get(); }
  void* raw() { return storage_.get(); }
  /// The elements; InternalError if T is not the tensor's element type.
  template <class T>
  std::span<const T> data() const {
    expect(dtype_of<T>());
    return {static_cast<const T*>(raw()), static_cast<std::size_t>(elements_)};
  }
  template <class T>
  std::span<T> data() {
    expect(dtype_of<T>());
    return {static_cast<T*>(raw()), static_cast<std::size_t>(elements_)};
  }

  Tensor clone() const;
  /// The same elements under another shape of equal size.
  Tensor reshaped(Shape shape) const;
  /// Element-wise conversion; shares the elements if the type is the same. Floating-point numbers are
  /// truncated to integers.
  Tensor cast(DType dtype) const;

private:
  void expect(DType dtype) const;

  DType dtype_ = DType::F32;
  Shape shape_;
  std::int64_t elements_ = 0;
  std::shared_ptr<std::byte> storage_;
};

template <class T>
Tensor Tensor::from(Shape shape, std::span<const T> values) {
  Tensor tensor(dtype_of<T>(), std::move(shape));
  auto out = tensor.data<T>();
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = values[i];
  return tensor;
}

/// Reads a NumPy .npy file (versions 1 to 3; float16, float32, float64, signed and unsigned integers, bool;
/// either byte order; C or Fortran order). Integers become I64, float16 becomes F32. InputError naming the
/// file.
Tensor read_npy(const std::string& path);

/// Writes a version 1 .npy file (C order, little endian), whole or not at all. OutputError
/// naming the file; InputError for an empty tensor.
void write_npy(const std::string& path, const Tensor& tensor);

}  // namespace fovea
