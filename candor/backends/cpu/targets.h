// Highway for Candor's kernels: include this before anything of hwy. A kernel file looks like
//
//   #include "candor/backends/cpu/targets.h"
//   #undef HWY_TARGET_INCLUDE
//   #define HWY_TARGET_INCLUDE "candor/backends/cpu/this_file.cpp"
//   #include "hwy/foreach_target.h"
//   #include "hwy/highway.h"
//   HWY_BEFORE_NAMESPACE();
//   namespace candor::cpu::HWY_NAMESPACE { void kernel(const KernelArgs& args) {...} }
//   HWY_AFTER_NAMESPACE();
//   #if HWY_ONCE
//   namespace candor::cpu { Answer candidate(...) { k.run = CANDOR_PICK(kernel); } }
//   #endif
//
// The variant is picked when the kernel is planned, not when it runs, and by Machine::isa alone, so CANDOR_ISA holds for
// every kernel and no library of Highway is needed.
#pragma once

// Highway's own assertions need its library, which is not linked.
#if !defined(HWY_IS_DEBUG_BUILD)
#define HWY_IS_DEBUG_BUILD 0
#endif

#if defined(__x86_64__)
// SSE4 is the least that our kernels run on (older processors get the reference kernels), so the compiler's own baseline
// (SSE2, which Highway would serve with one-lane code) is not built.
#define HWY_BASELINE_TARGETS HWY_SSE4
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SCALAR | HWY_EMU128 | HWY_AVX3_DL)
#endif

#include "hwy/detect_targets.h"

#include "candor/backends/cpu/machine.h"

namespace candor::cpu {

template <class Function>
Function pick(Function sse4, Function avx2, Function avx512) {
  const Isa isa = machine().isa;
  return isa == Isa::avx512 ? avx512 : isa == Isa::avx2 ? avx2 : sse4;
}

}  // namespace candor::cpu

#if defined(__x86_64__)
#define CANDOR_PICK(name) ::candor::cpu::pick(&N_SSE4::name, &N_AVX2::name, &N_AVX3::name)
#else
#define CANDOR_PICK(name) (&HWY_STATIC_DISPATCH(name))
#endif
