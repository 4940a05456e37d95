#include "candor/tensor/tensor.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>

#include "candor/base/error.h"
#include "candor/base/memory.h"
#include "candor/base/text.h"
#include "candor/tensor/convert.h"

namespace candor {
namespace {

using detail::TensorImpl;

std::shared_ptr<TensorImpl> make(const TensorType& type, bool zero) {
  auto impl = std::make_shared<TensorImpl>();
  impl->type = type;
  impl->strides = row_major_strides(type.shape);
  try {
    impl->storage = std::make_shared<Storage>(type.bytes(), zero);
  } catch (Error& e) {
    e.at("a tensor " + to_string(type));
    throw;
  }
  return impl;
}

// Two large pages: from here on blocks begin with one.
constexpr std::size_t large_page = std::size_t{2} << 20, large = 2 * large_page;

// Aligned memory is slow to get and to give back, and glibc's allocator does not use a freed aligned block for the next one of the same size (a network of
// a hundred matrices, each made from numbers that are freed again, took a quarter more). So smaller blocks come from malloc, a little larger, with the address
// that it gave in front of the aligned one.
std::byte* line_block(std::size_t bytes) {
  auto* first = static_cast<std::byte*>(std::malloc(bytes + 64));
  if (!first) return nullptr;
  auto* data = first + (64 - reinterpret_cast<std::uintptr_t>(first) % 64);  // malloc aligns to 16: there is room for an address
  std::memcpy(data - sizeof first, &first, sizeof first);
  return data;
}
std::byte* first_of(std::byte* data) {
  std::byte* first;
  std::memcpy(&first, data - sizeof first, sizeof first);
  return first;
}

#ifdef __linux__
// Zeros that nobody has written to: the system gives them page by page when they are first touched, by the thread that touches them. Null when there are none.
std::shared_ptr<void> untouched_zeros(std::size_t bytes, std::size_t alignment, std::byte*& data) {
  const std::size_t room = bytes + alignment;
  void* first = ::mmap(nullptr, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (first == MAP_FAILED) return nullptr;
  data = static_cast<std::byte*>(first) + (alignment - reinterpret_cast<std::uintptr_t>(first) % alignment) % alignment;
  return {first, [room](void* mapped) { ::munmap(mapped, room); }};
}
#endif

/// Calls f(offset of each element) in row-major order.
template <class F>
void for_each_offset(const TensorImpl& t, F&& f) {
  const int rank = t.type.shape.rank();
  const std::int64_t total = t.type.shape.size();
  std::array<std::int64_t, Shape::max_rank> index{};
  std::int64_t offset = t.offset;
  for (std::int64_t n = 0; n < total; ++n) {
    f(offset);
    for (int axis = rank - 1; axis >= 0; --axis) {
      const auto a = static_cast<std::size_t>(axis);
      offset += t.strides[a];
      if (++index[a] < t.type.shape[axis]) break;
      offset -= t.strides[a] * index[a];
      index[a] = 0;
    }
  }
}

void copy_elements(const TensorImpl& source, std::byte* out) {
  const std::size_t width = size_of(source.type.dtype);
  const std::byte* base = source.storage->data();
  for_each_offset(source, [&](std::int64_t offset) {
    std::memcpy(out, base + static_cast<std::size_t>(offset) * width, width);
    out += width;
  });
}

template <class T>
double as_double(T value) {
  if constexpr (std::is_same_v<T, bf16_t> || std::is_same_v<T, f16_t>) return static_cast<float>(value);
  else return static_cast<double>(value);
}

}  // namespace

std::string to_string(const TensorType& type) { return std::string(to_string(type.dtype)) + to_string(type.shape); }

Storage::Storage(std::size_t bytes, bool zero) : bytes_(bytes), owned_(true) {
  // Vector kernels may read up to one register past the end. Two large pages and more: kernels that stride through them (a recurrent layer takes
  // a step of every sequence at a time) would wait for addresses of small ones.
  const std::size_t alignment = bytes >= large ? large_page : 64;
  const std::size_t rounded = bytes + 64 < bytes ? 0 : (bytes + 63) / 64 * 64 + 64;
  // Asking the system takes longer than a small allocation and matters for large ones only.
  const bool there = rounded > bytes && (rounded < (std::size_t{1} << 26) || rounded < available_memory());
#ifdef __linux__
  // The moments of a large network's optimizer: a pass over a gigabyte that the first step makes anyway.
  if (zero && there && alignment == large_page) keep_ = untouched_zeros(rounded, alignment, data_);
  if (keep_) {
    owned_ = false;
    ::madvise(data_, rounded, MADV_HUGEPAGE);
    return;
  }
#endif
  if (bytes < large) data_ = line_block(rounded);
  else data_ = there ? static_cast<std::byte*>(std::aligned_alloc(alignment, (rounded + alignment - 1) / alignment * alignment)) : nullptr;
  if (!data_) {
    fail(ErrorKind::memory, "not enough memory for " + with_thousands(static_cast<std::int64_t>(bytes)) +
                                " bytes (" + with_thousands(static_cast<std::int64_t>(available_memory())) + " are free); a smaller network, batch or data set takes less");
  }
#ifdef MADV_HUGEPAGE
  if (alignment == large_page) ::madvise(data_, rounded, MADV_HUGEPAGE);  // a wish; without it everything works
#endif
  if (zero) std::memset(data_, 0, rounded);
  else std::memset(data_ + rounded - 128 + (rounded < 128 ? 64 : 0), 0, rounded < 128 ? 64 : 128);
}
Storage::Storage(void* data, std::size_t bytes, std::shared_ptr<const void> keep)
    : data_(static_cast<std::byte*>(data)), bytes_(bytes), keep_(std::move(keep)), owned_(false) {}
Storage::~Storage() {
  if (owned_) std::free(bytes_ < large ? first_of(data_) : data_);
}

Tensor::Tensor(float value) : Tensor(full({}, value)) {}

Tensor Tensor::empty(const Shape& shape, DType dtype) { return Tensor(make({shape, dtype}, false)); }
Tensor Tensor::zeros(const Shape& shape, DType dtype) { return Tensor(make({shape, dtype}, true)); }

Tensor Tensor::full(const Shape& shape, double value, DType dtype) {
  auto impl = make({shape, dtype}, false);
  const std::int64_t count = shape.size();
  visit_dtype(dtype, [&](auto zero) {
    using T = decltype(zero);
    const T element = detail::convert<T>(value);
    T* out = reinterpret_cast<T*>(impl->storage->data());
    for (std::int64_t i = 0; i < count; ++i) out[i] = element;
  });
  return Tensor(std::move(impl));
}

Tensor Tensor::arange(std::int64_t n, DType dtype) {
  auto impl = make({{n}, dtype}, false);
  visit_dtype(dtype, [&](auto zero) {
    using T = decltype(zero);
    T* out = reinterpret_cast<T*>(impl->storage->data());
    for (std::int64_t i = 0; i < n; ++i) out[i] = detail::convert<T>(i);
  });
  return Tensor(std::move(impl));
}

Tensor Tensor::copy_in(const void* values, std::size_t count, const Shape& shape, DType dtype) {
  if (static_cast<std::int64_t>(count) != shape.size())
    fail(ErrorKind::shape, "Tensor::from: shape " + to_string(shape) + " needs " + std::to_string(shape.size()) +
                               " values, got " + std::to_string(count));
  auto impl = make({shape, dtype}, false);
  if (count) std::memcpy(impl->storage->data(), values, count * size_of(dtype));
  return Tensor(std::move(impl));
}

template <>
Tensor Tensor::from(const std::vector<bool>& values, const Shape& shape) {
  std::vector<std::uint8_t> bytes(values.begin(), values.end());
  return copy_in(bytes.data(), bytes.size(), shape, DType::boolean);
}

Tensor Tensor::over(std::shared_ptr<Storage> storage, const TensorType& type, std::int64_t offset) {
  const std::size_t width = size_of(type.dtype);
  if (offset < 0 || static_cast<std::size_t>(offset) * width + type.bytes() > storage->bytes())
    fail(ErrorKind::shape, "Tensor::over: " + to_string(type) + " at element " + std::to_string(offset) + " does not fit into " +
                               std::to_string(storage->bytes()) + " bytes");
  auto impl = std::make_shared<TensorImpl>();
  impl->type = type;
  impl->strides = row_major_strides(type.shape);
  impl->offset = offset;
  impl->storage = std::move(storage);
  return Tensor(std::move(impl));
}

bool Tensor::is_contiguous() const {
  const auto dense = row_major_strides(shape());
  for (int i = 0; i < rank(); ++i)
    if (shape(i) > 1 && strides()[static_cast<std::size_t>(i)] != dense[static_cast<std::size_t>(i)]) return false;
  return true;
}

Tensor Tensor::contiguous() const { return symbolic() || is_contiguous() ? *this : clone(); }

Tensor Tensor::clone() const {
  raw();
  auto copy = make(type(), false);
  if (is_contiguous()) std::memcpy(copy->storage->data(), raw(), type().bytes());
  else copy_elements(*impl_, copy->storage->data());
  return Tensor(std::move(copy));
}

Tensor Tensor::with_mask(const Tensor& mask) const {
  if (mask.handle() == impl_->mask) return *this;
  if (mask.defined()) {
    if (mask.dtype() != DType::boolean) fail(ErrorKind::dtype, "mask: has to be bool, not " + to_string(mask.type()));
    bool fits = mask.rank() <= rank();
    for (int axis = 0; fits && axis < mask.rank(); ++axis) fits = mask.shape(axis) == 1 || mask.shape(axis) == shape(axis);
    if (!fits) {
      fail(ErrorKind::shape, "mask: " + to_string(mask.shape()) + " does not fit a tensor of " + to_string(shape()) + "; it has one entry for each step: [batch, time]");
    }
  }
  auto masked = std::make_shared<TensorImpl>(*impl_);
  masked->mask = mask.handle();
  return Tensor(std::move(masked));
}

Tensor Tensor::view_slice(int axis, std::int64_t start, std::int64_t stop, std::int64_t step) const {
  raw();
  axis = shape().normalize(axis);
  if (step < 1 || start < 0 || start > stop || stop > shape(axis))
    fail(ErrorKind::shape, "slice: [" + std::to_string(start) + ", " + std::to_string(stop) + ") step " + std::to_string(step) +
                               " does not lie in axis " + std::to_string(axis) + " of " + to_string(shape()));
  auto view = std::make_shared<TensorImpl>(*impl_);
  const auto a = static_cast<std::size_t>(axis);
  view->offset += start * view->strides[a];
  view->strides[a] *= step;
  view->type.shape.set(axis, (stop - start + step - 1) / step);
  view->variable = false;
  view->mask = nullptr;
  return Tensor(std::move(view));
}

Tensor Tensor::view_transpose(std::span<const int> axes) const {
  raw();
  if (static_cast<int>(axes.size()) != rank())
    fail(ErrorKind::shape, "transpose: " + std::to_string(axes.size()) + " axes for shape " + to_string(shape()));
  auto view = std::make_shared<TensorImpl>(*impl_);
  unsigned seen = 0;
  for (int i = 0; i < rank(); ++i) {
    const int from = shape().normalize(axes[static_cast<std::size_t>(i)]);
    if (seen & (1u << from)) fail(ErrorKind::shape, "transpose: axis " + std::to_string(from) + " is named twice");
    seen |= 1u << from;
    view->type.shape.set(i, shape(from));
    view->strides[static_cast<std::size_t>(i)] = strides()[static_cast<std::size_t>(from)];
  }
  view->variable = false;
  view->mask = nullptr;
  return Tensor(std::move(view));
}

Tensor Tensor::view_reshape(const Shape& new_shape) const {
  raw();
  if (new_shape.size() != size())
    fail(ErrorKind::shape, "reshape: " + to_string(shape()) + " has " + std::to_string(size()) + " elements, " +
                               to_string(new_shape) + " needs " + std::to_string(new_shape.size()));
  if (!is_contiguous()) return clone().view_reshape(new_shape);
  auto view = std::make_shared<TensorImpl>(*impl_);
  view->type.shape = new_shape;
  view->strides = row_major_strides(new_shape);
  view->variable = false;
  view->mask = nullptr;
  return Tensor(std::move(view));
}

void* Tensor::raw() const {
  if (!impl_) fail(ErrorKind::invalid_argument, "tensor: undefined (default-constructed) tensor has no data");
  if (!impl_->storage)
    fail(ErrorKind::invalid_argument, "tensor: " + to_string(type()) +
                                          " is symbolic: inside compile() and value_and_grad() values are not known yet; "
                                          "return the tensor and read it outside");
  return impl_->storage->data() + static_cast<std::size_t>(impl_->offset) * size_of(dtype());
}

void* Tensor::checked_data(DType expected) const {
  void* data = raw();
  if (dtype() != expected)
    fail(ErrorKind::dtype, "tensor: data asked as " + std::string(to_string(expected)) + ", the tensor holds " +
                               std::string(to_string(dtype())));
  return data;
}

double Tensor::item_as_double() const {
  if (!defined() || size() != 1)
    fail(ErrorKind::shape, "item: the tensor must have one element, got " + (defined() ? to_string(shape()) : "an undefined tensor"));
  return visit_dtype(dtype(), [&](auto zero) { return as_double(*static_cast<const decltype(zero)*>(raw())); });
}

Tensor Tensor::to(DType target) const {
  if (dtype() == target) return clone();
  const Tensor source = contiguous();
  auto copy = make({shape(), target}, false);
  visit_dtype(dtype(), [&](auto from) {
    visit_dtype(target, [&](auto to) {
      const auto* in = static_cast<const decltype(from)*>(source.raw());
      auto* out = reinterpret_cast<decltype(to)*>(copy->storage->data());
      for (std::int64_t i = 0, n = source.size(); i < n; ++i) out[i] = detail::convert<decltype(to)>(in[i]);
    });
  });
  return Tensor(std::move(copy));
}

template <class T>
std::vector<T> Tensor::to_vector() const {
  const Tensor converted = dtype() == dtype_of<T> ? contiguous() : to(dtype_of<T>);
  const T* data = converted.template data<T>();
  return std::vector<T>(data, data + converted.size());
}
template std::vector<float> Tensor::to_vector() const;
template std::vector<double> Tensor::to_vector() const;
template std::vector<std::int8_t> Tensor::to_vector() const;
template std::vector<std::uint8_t> Tensor::to_vector() const;
template std::vector<std::int32_t> Tensor::to_vector() const;
template std::vector<std::int64_t> Tensor::to_vector() const;
template std::vector<bool> Tensor::to_vector() const;

void Tensor::copy_from(const Tensor& source) const {
  if (source.type() != type())
    fail(ErrorKind::shape, "copy_from: " + to_string(source.type()) + " into " + to_string(type()));
  if (!is_contiguous()) fail(ErrorKind::unsupported, "copy_from: the target is a strided view");
  const Tensor dense = source.contiguous();
  std::memmove(raw(), dense.raw(), type().bytes());
}

namespace {
void print(const std::vector<double>& values, const Shape& shape, int axis, std::int64_t& next, std::string& out) {
  if (axis == shape.rank()) {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.6g", values[static_cast<std::size_t>(next++)]);
    out += buffer;
    return;
  }
  std::int64_t inner = 1;
  for (int i = axis + 1; i < shape.rank(); ++i) inner *= shape[i];
  out += '[';
  for (std::int64_t i = 0; i < shape[axis]; ++i) {
    if (i) out += ", ";
    if (shape[axis] > 8 && i == 4) {
      out += "..., ";
      next += (shape[axis] - 8) * inner;
      i = shape[axis] - 4;
    }
    print(values, shape, axis + 1, next, out);
  }
  out += ']';
}
}  // namespace

std::string to_string(const Tensor& tensor) {
  if (!tensor.defined()) return "undefined";
  if (tensor.symbolic()) return to_string(tensor.type()) + " (symbolic)";
  std::string text = to_string(tensor.type()) + " ";
  std::int64_t next = 0;
  print(tensor.to_vector<double>(), tensor.shape(), 0, next, text);
  return text;
}

}  // namespace candor
