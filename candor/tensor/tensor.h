// The value handle: copying a Tensor copies a reference. A Tensor is concrete (has storage) or symbolic (a value of a graph
// that is being traced); operations accept both.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "candor/base/pointers.h"
#include "candor/tensor/dtype.h"
#include "candor/tensor/shape.h"

namespace candor {

/// Shape and dtype: all that is known of a tensor before it is computed.
struct TensorType {
  Shape shape;
  DType dtype = DType::f32;
  std::int64_t size() const { return shape.size(); }
  std::size_t bytes() const { return static_cast<std::size_t>(shape.size()) * size_of(dtype); }
  bool operator==(const TensorType&) const = default;
};
/// "f32[32, 784]".
std::string to_string(const TensorType& type);

/// A block of bytes, 64-byte aligned, zero-filled on request; freed with its last handle.
class Storage {
 public:
  /// Throws Error (memory), with the number of bytes, when there are not that many.
  explicit Storage(std::size_t bytes, bool zero = false);
  /// Memory that someone else owns and `keep` keeps alive (a mapped file, a caller's array).
  Storage(void* data, std::size_t bytes, std::shared_ptr<const void> keep);
  ~Storage();
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;
  std::byte* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }

 private:
  std::byte* data_;
  std::size_t bytes_;
  std::shared_ptr<const void> keep_;
  bool owned_;
};

namespace detail {
struct TensorImpl {
  TensorType type;
  std::array<std::int64_t, Shape::max_rank> strides{};  // in elements
  std::int64_t offset = 0;                              // in elements
  std::shared_ptr<Storage> storage;                     // null for a symbolic tensor
  std::shared_ptr<void> trace;                          // the graph being traced, null for a concrete tensor
  int value = -1;                                       // index of the value in that graph
  bool variable = false;                                // see nn's Variable: read at run time, never folded
  std::shared_ptr<const TensorImpl> mask;               // see Tensor::mask()
};
}  // namespace detail
/// Numbers of one dtype in a shape, row-major: a handle, copies share them. Ops run when called, or are recorded inside a trace.
class Tensor {
 public:
  /// An undefined tensor: `defined()` is false and nothing else may be asked of it.
  Tensor() = default;
  /// A scalar f32; lets numbers stand where tensors are expected.
  Tensor(float value);
  Tensor(double value) : Tensor(static_cast<float>(value)) {}
  Tensor(int value) : Tensor(static_cast<float>(value)) {}
  explicit Tensor(std::shared_ptr<const detail::TensorImpl> impl) : impl_(std::move(impl)) {}

  /// New memory. These throw Error (memory), naming shape, dtype and bytes, when there is not enough.
  static Tensor empty(const Shape& shape, DType dtype = DType::f32);
  static Tensor zeros(const Shape& shape, DType dtype = DType::f32);
  static Tensor full(const Shape& shape, double value, DType dtype = DType::f32);
  /// Copies `values` (row-major). Throws Error (shape) when their number is not shape.size().
  template <class T>
  static Tensor from(std::span<const T> values, const Shape& shape);
  template <class T>
  static Tensor from(const std::vector<T>& values, const Shape& shape) { return from(std::span<const T>(values), shape); }
  template <class T>
  static Tensor from(const std::vector<T>& values) { return from(values, Shape{static_cast<std::int64_t>(values.size())}); }
  /// 0, 1, ..., n-1.
  static Tensor arange(std::int64_t n, DType dtype = DType::i64);
  /// A tensor over existing row-major memory, which `storage` owns or keeps alive. Throws Error (shape) if it is too short.
  static Tensor over(std::shared_ptr<Storage> storage, const TensorType& type, std::int64_t offset = 0);

  bool defined() const { return impl_ != nullptr; }
  bool symbolic() const { return impl_ && impl_->trace != nullptr; }
  bool is_variable() const { return impl_ && impl_->variable; }
  const TensorType& type() const { return impl_->type; }
  const Shape& shape() const { return impl_->type.shape; }
  std::int64_t shape(int axis) const { return impl_->type.shape[axis]; }
  DType dtype() const { return impl_->type.dtype; }
  int rank() const { return impl_->type.shape.rank(); }
  std::int64_t size() const { return impl_->type.shape.size(); }
  const std::array<std::int64_t, Shape::max_rank>& strides() const { return impl_->strides; }
  /// True when elements lie in row-major order without gaps.
  bool is_contiguous() const;
  /// Itself when contiguous, otherwise a row-major copy.
  Tensor contiguous() const;
  /// A row-major copy that shares nothing.
  Tensor clone() const;

  /// Views that share storage. Throw Error (shape) for axes or bounds out of range. Concrete tensors only.
  Tensor view_slice(int axis, std::int64_t start, std::int64_t stop, std::int64_t step = 1) const;
  Tensor view_transpose(std::span<const int> axes) const;
  Tensor view_reshape(const Shape& shape) const;  ///< contiguous tensors only

  /// First element. T must be the dtype's type (Error (dtype) otherwise); row-major walking needs is_contiguous().
  template <class T> const T* data() const { return static_cast<const T*>(checked_data(dtype_of<T>)); }
  template <class T> T* mutable_data() const { return static_cast<T*>(checked_data(dtype_of<T>)); }
  void* raw() const;

  /// The only element, converted. Throws Error (shape) unless size() is 1.
  template <class T = float> T item() const { return static_cast<T>(item_as_double()); }
  /// All elements in row-major order, converted to T.
  template <class T = float> std::vector<T> to_vector() const;
  /// A converted copy (concrete tensors; the op `cast` works on both kinds).
  Tensor to(DType dtype) const;
  /// Overwrites the elements with those of `source` (same shape and dtype).
  void copy_from(const Tensor& source) const;

  /// Which time steps count: bool of the first axes of this tensor's shape, true where a step counts; undefined when all do. Travels with the
  /// handle from layer to layer, as Keras's _keras_mask; ops do not pass it on.
  Tensor mask() const { return Tensor(impl_ ? impl_->mask : nullptr); }
  /// The same tensor (storage shared) with this mask; an undefined one takes it off. Throws Error (shape, dtype) unless it is bool and its shape
  /// begins this tensor's.
  Tensor with_mask(const Tensor& mask) const;

  const detail::TensorImpl& impl() const { return *impl_; }
  const std::shared_ptr<const detail::TensorImpl>& handle() const { return impl_; }

 private:
  void* checked_data(DType expected) const;
  double item_as_double() const;
  static Tensor copy_in(const void* values, std::size_t count, const Shape& shape, DType dtype);
  std::shared_ptr<const detail::TensorImpl> impl_;
};

template <class T>
Tensor Tensor::from(std::span<const T> values, const Shape& shape) {
  return copy_in(values.data(), values.size(), shape, dtype_of<T>);
}
template <>
Tensor Tensor::from(const std::vector<bool>& values, const Shape& shape);

/// Values with shape, shortened in the middle when there are many: "f32[2, 3] [[1, 2, 3], [4, 5, 6]]".
std::string to_string(const Tensor& tensor);

}  // namespace candor
