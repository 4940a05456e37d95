// What reference kernels share: the types they compute in, dispatch over dtypes, and loops over several strided tensors.
// Internal to the ops' .cpp files; not part of candor.h.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "candor/base/error.h"
#include "candor/ops/op.h"
#include "candor/tensor/convert.h"

namespace candor::reference {

using detail::is_half;
template <class T> inline constexpr bool is_float = std::is_floating_point_v<T> || is_half<T>;

/// The type in which arithmetic on T is done: float for the 16-bit types, T itself otherwise.
template <class T> using Compute = std::conditional_t<is_half<T>, float, T>;
/// The type in which sums over T are kept: double for floating point, i64 for integers and bool.
template <class T> using Wide = std::conditional_t<is_float<T>, double, std::int64_t>;

template <class T> Compute<T> load(T value) { return static_cast<Compute<T>>(value); }

using detail::convert;
/// Puts a computed value into an element.
template <class T, class V> void store(T& element, V value) { element = convert<T>(value); }

/// Calls f(T{}) for f32, f64, bf16, f16; anything else is a fault of the op's infer.
template <class F>
void visit_floating(DType dtype, F&& f) {
  switch (dtype) {
    case DType::f32: return f(float{});
    case DType::f64: return f(double{});
    case DType::bf16: return f(bf16_t{});
    case DType::f16: return f(f16_t{});
    default: fail(ErrorKind::internal, "a floating-point kernel was given " + std::string(to_string(dtype)));
  }
}
/// Calls f(T{}) for every dtype but bool.
template <class F>
void visit_numeric(DType dtype, F&& f) {
  switch (dtype) {
    case DType::i8: return f(std::int8_t{});
    case DType::u8: return f(std::uint8_t{});
    case DType::i32: return f(std::int32_t{});
    case DType::i64: return f(std::int64_t{});
    default: return visit_floating(dtype, f);
  }
}
/// Calls f(T{}) for i32 and i64, the dtypes of indices.
template <class F>
void visit_index(DType dtype, F&& f) {
  if (dtype == DType::i32) return f(std::int32_t{});
  if (dtype == DType::i64) return f(std::int64_t{});
  fail(ErrorKind::internal, "an index kernel was given " + std::string(to_string(dtype)));
}

using Strides = std::array<std::int64_t, Shape::max_rank>;

/// Strides with which a row-major tensor of shape `from` is read at the indices of `to`: 0 along broadcast axes.
inline Strides broadcast_strides(const Shape& from, const Shape& to) {
  const Strides own = row_major_strides(from);
  Strides strides{};
  for (int i = 1; i <= from.rank(); ++i)
    strides[static_cast<std::size_t>(to.rank() - i)] = from[-i] == 1 ? 0 : own[static_cast<std::size_t>(from.rank() - i)];
  return strides;
}

/// Nested loops over N tensors at once. Axes are added from the outermost to the innermost, each with a stride (in elements)
/// for every tensor; axes that lie behind one another in memory are merged, so that contiguous tensors are one flat loop.
template <std::size_t N>
class Nest {
 public:
  using Offsets = std::array<std::int64_t, N>;

  Nest() = default;
  Nest(const Shape& shape, const std::array<Strides, N>& strides) {
    for (std::size_t axis = 0; axis < static_cast<std::size_t>(shape.rank()); ++axis) {
      Offsets step;
      for (std::size_t t = 0; t < N; ++t) step[t] = strides[t][axis];
      add(shape[static_cast<int>(axis)], step);
    }
  }

  void add(std::int64_t extent, const Offsets& stride) {
    empty_ |= extent == 0;
    if (extent == 1) return;
    if (rank_ > 0) {
      bool merges = true;
      for (std::size_t t = 0; t < N; ++t) merges &= stride_[rank_ - 1][t] == stride[t] * extent;
      if (merges) {
        extent_[rank_ - 1] *= extent;
        stride_[rank_ - 1] = stride;
        return;
      }
    }
    extent_[rank_] = extent;
    stride_[rank_++] = stride;
  }

  /// Calls f(offsets, steps, count) for each innermost run, in row-major order.
  template <class F>
  void rows(F&& f) const {
    if (empty_) return;
    if (rank_ == 0) return f(Offsets{}, Offsets{}, std::int64_t{1});
    const std::size_t inner = rank_ - 1;
    Offsets at{};
    std::array<std::int64_t, Shape::max_rank> index{};
    while (true) {
      f(at, stride_[inner], extent_[inner]);
      std::size_t axis = inner;
      while (axis-- > 0) {
        for (std::size_t t = 0; t < N; ++t) at[t] += stride_[axis][t];
        if (++index[axis] < extent_[axis]) break;
        for (std::size_t t = 0; t < N; ++t) at[t] -= stride_[axis][t] * extent_[axis];
        index[axis] = 0;
      }
      if (axis == static_cast<std::size_t>(-1)) return;
    }
  }

  /// Calls f(offsets) for each element, in row-major order.
  template <class F>
  void each(F&& f) const {
    rows([&](Offsets at, const Offsets& step, std::int64_t count) {
      for (std::int64_t i = 0; i < count; ++i) {
        f(at);
        for (std::size_t t = 0; t < N; ++t) at[t] += step[t];
      }
    });
  }

 private:
  std::size_t rank_ = 0;
  bool empty_ = false;
  std::array<std::int64_t, Shape::max_rank> extent_{};
  std::array<Offsets, Shape::max_rank> stride_{};
};

/// out[i] = f(x[i]) on computed values.
template <class Out, class In, class F>
void map1(const KernelArgs& args, F f) {
  const In* x = args.input<In>(0);
  Out* out = args.output<Out>(0);
  for (std::int64_t i = 0, n = args.node->out[0].size(); i < n; ++i) store(out[i], f(load(x[i])));
}

/// out[i] = f(a[i], b[i]) with a and b broadcast to the output.
template <class Out, class In, class F>
void map2(const KernelArgs& args, F f) {
  const Shape& shape = args.node->out[0].shape;
  const In *a = args.input<In>(0), *b = args.input<In>(1);
  Out* out = args.output<Out>(0);
  const Nest<3> nest(shape, {row_major_strides(shape), broadcast_strides(args.node->in[0].shape, shape),
                             broadcast_strides(args.node->in[1].shape, shape)});
  nest.rows([&](const auto& at, const auto& step, std::int64_t count) {
    Out* o = out + at[0];
    const In *p = a + at[1], *q = b + at[2];
    if (step[1] == 1 && step[2] == 1)
      for (std::int64_t i = 0; i < count; ++i) store(o[i], f(load(p[i]), load(q[i])));
    else if (step[1] == 1 && step[2] == 0)
      for (std::int64_t i = 0; i < count; ++i) store(o[i], f(load(p[i]), load(*q)));
    else
      for (std::int64_t i = 0; i < count; ++i) store(o[i], f(load(p[i * step[1]]), load(q[i * step[2]])));
  });
}

/// The nested loops of a reduction: `kept` walks (output, input) over the kept axes, `reduced` walks the input from there.
struct Reduction {
  Nest<2> kept;
  Nest<1> reduced;
  std::int64_t count = 1;  ///< elements that go into one output

  Reduction(const Shape& in, const std::vector<std::int64_t>& axes) {
    const Strides strides = row_major_strides(in);
    std::array<bool, Shape::max_rank> gone{};
    for (std::int64_t axis : axes) gone[static_cast<std::size_t>(axis)] = true;
    std::int64_t outer = 1;
    for (int i = 0; i < in.rank(); ++i)
      if (!gone[static_cast<std::size_t>(i)]) outer *= in[i];
    for (int i = 0; i < in.rank(); ++i) {
      const auto axis = static_cast<std::size_t>(i);
      if (gone[axis]) {
        reduced.add(in[i], {strides[axis]});
        count *= in[i];
      } else {
        if (in[i] > 0) outer /= in[i];
        kept.add(in[i], {outer, strides[axis]});
      }
    }
  }
};

}  // namespace candor::reference
