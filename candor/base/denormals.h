// Numbers below the smallest normal one (1.2e-38 in f32) taken for zero, for a while. A probability, a gradient or a moment that shrinks
// from step to step passes through that range or stays there, where one multiplication may take a processor the time of a hundred.
#pragma once

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

namespace candor {

/// How a thread's arithmetic rounds and whether it takes subnormal numbers for zero. Says nothing on processors other than x86 and Arm.
class ArithmeticMode {
 public:
  /// The calling thread's.
  static ArithmeticMode now() {
#if defined(__SSE__)
    return ArithmeticMode{_mm_getcsr() & ~raised};
#elif defined(__aarch64__)
    unsigned long long bits;
    asm volatile("mrs %0, fpcr" : "=r"(bits));
    return ArithmeticMode{bits};
#else
    return ArithmeticMode{0};
#endif
  }

  /// The same, and subnormal numbers are read and written as zero.
  ArithmeticMode flushed() const {
#if defined(__SSE__)
    return ArithmeticMode{bits_ | 0x8040};  // flush to zero, denormals are zero
#else
    return ArithmeticMode{bits_ | (1ull << 24)};
#endif
  }

  /// Makes it the calling thread's. Costs next to nothing where it is already.
  void take() const {
    if (now().bits_ == bits_) return;
#if defined(__SSE__)
    _mm_setcsr(static_cast<unsigned>(bits_) | (_mm_getcsr() & raised));
#elif defined(__aarch64__)
    asm volatile("msr fpcr, %0" ::"r"(bits_));
#endif
  }

 private:
  static constexpr unsigned raised = 0x3f;  // what has happened so far (inexact, ...), not a mode
  explicit ArithmeticMode(unsigned long long bits) : bits_(bits) {}
  unsigned long long bits_;
};

/// While it lives, this thread's arithmetic, and that of the parallel work it starts, reads and writes subnormal numbers as zero.
class FlushDenormals {
 public:
  FlushDenormals() : before_(ArithmeticMode::now()) { before_.flushed().take(); }
  ~FlushDenormals() { before_.take(); }
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
  ArithmeticMode before_;
};

}  // namespace candor
