// Window functions of spectral analysis.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace candor {

/// The window of this name with `length` values: barthann, bartlett, blackman, blackmanharris, bohman, boxcar, cosine, flattop, hamming, hann,
/// nuttall, parzen, triang, tukey (alpha 0.5), as scipy.signal.windows has them. periodic: one period of a window that repeats (for a Fourier
/// transform), else symmetric. Throws Error (invalid_argument) for another name or a length below 1.
std::vector<double> window_values(std::string_view name, std::int64_t length, bool periodic = false);

/// Error (invalid_argument), with the names there are, unless the window is known.
void require_window(std::string_view name);

}  // namespace candor
