// Kernels that multiply in bf16, against the reference kernel.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "tests/backends/kernel_check.h"

#define SKIP_WITHOUT_BF16(ways) \
  if ((ways) == 0) GTEST_SKIP() << "the processor multiplies no bf16"

namespace candor::testing {

inline Buffers filled(const NodeInfo& node) {
  Buffers in;
  for (const TensorType& type : node.in) {
    in.add(type);
    fill(in.at.back(), type, static_cast<std::uint32_t>(in.at.size()));
  }
  return in;
}

/// Every way that this processor has, 1, 2 and 7 threads: near the reference, and the same bits for any number of threads. Returns how many ways there were.
inline int check_bf16(const NodeInfo& node, const Buffers& in, double tolerance, const std::string& name) {
  std::string text = node.op->name + " " + to_string(node.attrs);
  for (const TensorType& type : node.in) text += " " + to_string(type);
  SCOPED_TRACE(text);
  const Buffers expected = run_kernel(node, reference_of(node), in);
  const int threads_before = threads();
  int ways = 0;
  for (const cpu::Bf16 bf16 : {cpu::Bf16::amx, cpu::Bf16::avx512}) {
    cpu::limit_isa(cpu::Isa::avx512, bf16);
    if (cpu::machine().bf16 != bf16) continue;
    ++ways;
    Buffers first;
    for (const int count : {1, 2, 7}) {
      set_threads(count);
      std::vector<Declined> refusals;
      const Kernel kernel = backend("cpu").choose(node, &refusals);
      EXPECT_EQ(kernel.name, name) << (refusals.empty() ? "" : refusals.back().reason);
      Buffers out = run_kernel(node, kernel, in);
      for (std::size_t o = 0; o < out.at.size(); ++o) {
        if (count == 1) EXPECT_EQ(difference(node.out[o], out.at[o], expected.at[o], tolerance), "") << to_string(bf16) << ", output " << o;
        else EXPECT_EQ(std::memcmp(out.at[o], first.at[o], out.bytes[o]), 0) << to_string(bf16) << ": other bits with " << count << " threads";
      }
      if (count == 1) first = std::move(out);
    }
  }
  cpu::limit_isa(cpu::Isa::avx512);
  set_threads(threads_before);
  return ways;
}

}  // namespace candor::testing
