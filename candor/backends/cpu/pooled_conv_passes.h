// The inner loops of the gradients of a convolution before a max_pool. The window of one output (kernel rows of `run` neighbouring numbers)
// is divided into passes of some rows by some vectors, whose sums stay in registers.
#pragma once

#include <cstdint>

namespace candor::cpu::pooled {

constexpr int most_rows = 5, most_vectors = 6;

/// What all passes of one gradient share.
struct Walk {
  const std::int32_t* offset = nullptr;  ///< of the first tap of each place of the convolution's result, in floats of the (padded) input image
  std::int64_t line = 0;                 ///< floats from one row of the input to the next
  std::int64_t channels = 0;             ///< of the convolution's result
  std::int64_t window = 0;               ///< floats of one output's window, each row's last vector filled up
};

struct Pass {
  std::int64_t from = 0;     ///< its first number in the input, from that of the window
  std::int64_t start = 0;    ///< its first number among `window`
  int last = 0;              ///< numbers in a row's last vector
};

/// sums[channel] += c[cell, channel] * the window at index[cell, channel], for all channels.
using KernelFn = void (*)(const Walk&, const Pass&, const float* image, const float* c, const std::int32_t* index, std::int64_t cells, float* sums);
/// image += the sum over the `count` channels of `list` of c[channel] * kernel[channel], at `image`'s place of the window.
using InputFn = void (*)(const Walk&, const Pass&, float* image, const float* c, const std::int32_t* list, std::int64_t count, const float* kernel);

struct Functions {
  int lanes = 0;
  KernelFn kernel[most_rows + 1][most_vectors + 1] = {};  ///< null where there is none
  InputFn input[most_rows + 1][most_vectors + 1] = {};
};

/// For the machine at hand; `half`: vectors of half the length.
const Functions& functions(bool half);

}  // namespace candor::cpu::pooled
