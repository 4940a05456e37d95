// Numbers below the smallest normal one (1.2e-38 in f32) taken for zero, for a while. A moment of Adam that gets no more gradient
// decays into that range within a few hundred steps and stays there, where one multiplication takes the time of a hundred.
#pragma once

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

namespace candor {

/// While it lives, this thread's arithmetic reads and writes subnormal numbers as zero. Does nothing on processors other than x86 and Arm.
class FlushDenormals {
 public:
#if defined(__SSE__)
  FlushDenormals() : before_(_mm_getcsr()) { _mm_setcsr(before_ | 0x8040); }  // flush to zero, denormals are zero
  ~FlushDenormals() { _mm_setcsr(before_); }

 private:
  unsigned before_;
#elif defined(__aarch64__)
  FlushDenormals() {
    asm volatile("mrs %0, fpcr" : "=r"(before_));
    asm volatile("msr fpcr, %0" ::"r"(before_ | (1ull << 24)));
  }
  ~FlushDenormals() { asm volatile("msr fpcr, %0" ::"r"(before_)); }

 private:
  unsigned long long before_;
#endif
 public:
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;
};

}  // namespace candor
