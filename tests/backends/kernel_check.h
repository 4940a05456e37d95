// Holds a backend kernel against the op's reference kernel: every instruction set, 1, 2 and 7 threads, the same bits for all.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
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

inline Buffers run_kernel(const NodeInfo& node, const Kernel& kernel, const Buffers& in) {
  Buffers out;
  for (const TensorType& type : node.out) out.add(type);
  const auto scratch = std::make_unique<std::byte[]>(kernel.scratch + 64);
  auto* aligned = reinterpret_cast<std::byte*>((reinterpret_cast<std::uintptr_t>(scratch.get()) + 63) / 64 * 64);
  const RunState state;
  kernel.run({&node, in.at.data(), out.at.data(), aligned, kernel.block.get(), &state});
  return out;
}

inline Kernel reference_of(const NodeInfo& node) { return backend("reference").choose(node, nullptr); }

struct Check {
  std::string kernel;        ///< how the name of the chosen kernel must begin; empty: any
  double tolerance = 1e-5;   ///< times (1 + |expected|)
};

/// Inputs must be f32; outputs f32 or i32 (compared exactly).
inline void check_kernel(const NodeInfo& node, const Check& check = {}) {
  Buffers in;
  std::string text = node.op->name + " " + to_string(node.attrs);
  for (const TensorType& type : node.in) {
    in.add(type);
    fill(static_cast<float*>(in.at.back()), type.size(), static_cast<std::uint32_t>(in.at.size()));
    text += " " + to_string(type);
  }
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
      const Buffers out = run_kernel(node, kernel, in);
      for (std::size_t o = 0; o < out.at.size(); ++o) {
        if (count != 1) {
          EXPECT_EQ(std::memcmp(out.at[o], first.at[o], out.bytes[o]), 0) << kernel.name << ": other bits with " << count << " threads";
          continue;
        }
        if (node.out[o].dtype == DType::i32) {
          EXPECT_EQ(std::memcmp(out.at[o], expected.at[o], out.bytes[o]), 0) << kernel.name << ", output " << o << ", " << to_string(isa);
          continue;
        }
        const auto *got = static_cast<const float*>(out.at[o]), *want = static_cast<const float*>(expected.at[o]);
        for (std::int64_t i = 0; i < node.out[o].size(); ++i) {
          const double error = std::abs(static_cast<double>(got[i]) - want[i]);
          if (!(error <= check.tolerance * (1 + std::abs(want[i])))) {
            ADD_FAILURE() << kernel.name << " (" << kernel.note << "), " << to_string(isa) << ", output " << o << "[" << i << "]: " << got[i] << ", expected " << want[i];
            break;
          }
        }
      }
      if (count == 1) first = run_kernel(node, kernel, in);
    }
  }
  cpu::limit_isa(cpu::Isa::avx512);
  set_threads(threads_before);
}

}  // namespace candor::testing
