// What kernels may assume of the processor they run on.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace candor::cpu {

/// Instruction sets for which Candor has kernels, ascending. `none`: only reference kernels run.
enum class Isa { none, sse4, avx2, avx512 };

/// How products of bf16 numbers are made, ascending. `none`: by way of f32.
enum class Bf16 { none, avx512, amx };

struct Machine {
  Isa isa = Isa::none;
  Bf16 bf16 = Bf16::none;
  int cores = 1;                        ///< this process may run on
  std::size_t l1_bytes = 32 << 10;      ///< data cache of one core
  std::size_t l2_bytes = 512 << 10;     ///< of one core
  std::string onednn;                   ///< its version, empty without
  /// f32 numbers in a vector register.
  int lanes() const { return isa == Isa::avx512 ? 16 : isa == Isa::avx2 ? 8 : 4; }
};

/// Found once. The environment's CANDOR_ISA (sse4, avx2, avx512, avx512_bf16, amx, none) keeps better instruction sets from being used.
const Machine& machine();

/// "SSE4", "AVX2", "AVX-512", "none".
std::string_view to_string(Isa isa);

/// "", "AVX-512 BF16", "AMX BF16".
std::string_view to_string(Bf16 bf16);

/// Keeps kernels chosen from now on from using more than `isa` (below AVX-512 no bf16 products either), or `bf16`: for tests. What the processor lacks stays off.
void limit_isa(Isa isa, Bf16 bf16 = Bf16::amx);

}  // namespace candor::cpu
