// Holds a backend kernel against the op's reference kernel: every instruction set, 1, 2 and 7 threads, the same bits for all.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "candor/backends/cpu/machine.h"
#include "candor/base/threads.h"
#include "candor/graph/backend.h"
#include "candor/ops/op.h"

namespace candor::testing {

/// A node of that op with its outputs inferred.
inline NodeInfo node_of(std::string_view name, Attrs attrs, std::vector<TensorType> in) {
  NodeInfo node{&op(name), std::move(attrs), std::move(in), {}};
  node.out = node.op->infer(node.in, node.attrs);
  return node;
}

/// Memory of exactly the right size, so that a sanitizer sees a step beyond it.
struct Buffers {
  std::vector<std::unique_ptr<std::byte[]>> owned;
  std::vector<void*> at;
  std::vector<std::size_t> bytes;
  void add(const TensorType& type) {
    bytes.push_back(type.bytes());
    owned.push_back(std::make_unique<std::byte[]>(type.bytes()));
    std::memset(owned.back().get(), 0x7f, type.bytes());  // what is not written shows
    at.push_back(owned.back().get());
  }
};

/// Numbers in [-1, 1), the same in each run.
inline void fill(float* values, std::int64_t count, std::uint32_t seed) {
  std::uint32_t state = seed * 2654435761u + 12345u;
  for (std::int64_t i = 0; i < count; ++i) {
    state = state * 1664525u + 1013904223u;
    values[i] = static_cast<float>(state >> 8) / 8388608.f - 1.f;
  }
}

/// The same, spread over the range of any dtype: whole numbers in [-100, 100) for integers (from 0 for u8), half of a bool true.
inline void fill(void* values, const TensorType& type, std::uint32_t seed) {
  std::vector<float> numbers(static_cast<std::size_t>(type.size()));
  fill(numbers.data(), type.size(), seed);
  visit_dtype(type.dtype, [&](auto zero) {
    using T = decltype(zero);
    T* out = static_cast<T*>(values);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const float x = numbers[i];
      if constexpr (std::is_same_v<T, bool>) out[i] = x < 0;
      else if constexpr (std::is_integral_v<T>) out[i] = static_cast<T>(std::is_unsigned_v<T> ? 50 * (x + 1) : 100 * x);
      else out[i] = T(x);
    }
  });
}

inline Buffers run_kernel(const NodeInfo& node, const Kernel& kernel, const Buffers& in) {
  Buffers out;
  for (const TensorType& type : node.out) out.add(type);
  const auto scratch = std::make_unique<std::byte[]>(kernel.scratch + 64);
  auto* aligned = reinterpret_cast<std::byte*>((reinterpret_cast<std::uintptr_t>(scratch.get()) + 63) / 64 * 64);
  const RunState state{3, 5};
  kernel.run({&node, in.at.data(), out.at.data(), aligned, kernel.block.get(), &state});
  return out;
}

inline Kernel reference_of(const NodeInfo& node) { return backend("reference").choose(node, nullptr); }

struct Check {
  std::string kernel;        ///< how the name of the chosen kernel must begin; empty: any
  double tolerance = 1e-5;   ///< times (1 + |expected|); integers and bools must be equal
};

/// The first place where the outputs differ, or an empty string.
inline std::string difference(const TensorType& type, const void* got, const void* want, double tolerance) {
  std::string text;
  visit_dtype(type.dtype, [&](auto zero) {
    using T = decltype(zero);
    const T *a = static_cast<const T*>(got), *b = static_cast<const T*>(want);
    const auto number = [](T v) {
      if constexpr (sizeof(T) == 2) return static_cast<double>(static_cast<float>(v));
      else return static_cast<double>(v);
    };
    for (std::int64_t i = 0; i < type.size() && text.empty(); ++i) {
      bool same = false;
      if constexpr (std::is_integral_v<T>) same = a[i] == b[i];
      else {
        const double x = number(a[i]), y = number(b[i]);
        same = x == y || (std::isnan(x) && std::isnan(y)) || std::abs(x - y) <= tolerance * (1 + std::abs(y));
      }
      if (!same) text = "[" + std::to_string(i) + "]: " + std::to_string(number(a[i])) + ", expected " + std::to_string(number(b[i]));
    }
  });
  return text;
}

/// Runs the kernel that the CPU backend chooses on these inputs, against the reference kernel.
inline void check_kernel(const NodeInfo& node, const Check& check, const Buffers& in) {
  std::string text = node.op->name + " " + to_string(node.attrs);
  for (const TensorType& type : node.in) text += " " + to_string(type);
  SCOPED_TRACE(text);
  const Buffers expected = run_kernel(node, reference_of(node), in);
  const int threads_before = threads();
  for (cpu::Isa isa : {cpu::Isa::avx512, cpu::Isa::avx2, cpu::Isa::sse4}) {
    cpu::limit_isa(isa);
    if (cpu::machine().isa != isa) continue;
    Buffers first;
    for (int count : {1, 2, 7}) {
      set_threads(count);
      std::vector<Declined> refusals;
      const Kernel kernel = backend("cpu").choose(node, &refusals);
      EXPECT_EQ(kernel.name.substr(0, check.kernel.size()), check.kernel) << (refusals.empty() ? "" : refusals.back().reason);
      Buffers out = run_kernel(node, kernel, in);
      for (std::size_t o = 0; o < out.at.size(); ++o) {
        if (count != 1) {
          EXPECT_EQ(std::memcmp(out.at[o], first.at[o], out.bytes[o]), 0) << kernel.name << ": other bits with " << count << " threads";
        } else if (const std::string where = difference(node.out[o], out.at[o], expected.at[o], check.tolerance); !where.empty()) {
          ADD_FAILURE() << kernel.name << " (" << kernel.note << "), " << to_string(isa) << ", output " << o << where;
        }
      }
      if (count == 1) first = std::move(out);
    }
  }
  cpu::limit_isa(cpu::Isa::avx512);
  set_threads(threads_before);
}

/// The same on made-up inputs.
inline void check_kernel(const NodeInfo& node, const Check& check = {}) {
  Buffers in;
  for (const TensorType& type : node.in) {
    in.add(type);
    fill(in.at.back(), type, static_cast<std::uint32_t>(in.at.size()));
  }
  check_kernel(node, check, in);
}

}  // namespace candor::testing
