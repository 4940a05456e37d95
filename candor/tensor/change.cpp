#include "candor/tensor/change.h"

#include <algorithm>
#include <array>

namespace candor {
namespace {

/// In lanes that the compiler can put into registers.
template <class T>
SumsOfChange sums(const T* now, const T* before, std::int64_t n) {
  constexpr std::int64_t lanes = 16, block = 4096;
  SumsOfChange out{0, 0};
  for (std::int64_t start = 0; start < n; start += block) {
    const std::int64_t stop = std::min(n, start + block);
    std::array<T, lanes> s{}, c{};
    std::int64_t i = start;
    for (; i + lanes <= stop; i += lanes)
      for (std::int64_t k = 0; k < lanes; ++k) {
        const T d = now[i + k] - before[i + k];
        s[static_cast<std::size_t>(k)] += before[i + k] * before[i + k];
        c[static_cast<std::size_t>(k)] += d * d;
      }
    for (; i < stop; ++i) {
      const T d = now[i] - before[i];
      s[0] += before[i] * before[i], c[0] += d * d;
    }
    for (std::size_t k = 0; k < lanes; ++k) out.size += static_cast<double>(s[k]), out.change += static_cast<double>(c[k]);
  }
  return out;
}

}  // namespace

SumsOfChange sums_of_change(const float* now, const float* before, std::int64_t n) { return sums(now, before, n); }
SumsOfChange sums_of_change(const double* now, const double* before, std::int64_t n) { return sums(now, before, n); }

}  // namespace candor
