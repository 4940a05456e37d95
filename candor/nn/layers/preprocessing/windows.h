// Windows of signal processing, and matrices of Fourier and mel transforms. Formulas as in SciPy's signal.windows.
#pragma once

#include <string>
#include <vector>

#include "candor/tensor/tensor.h"

namespace candor::detail {

/// "hann", "hamming", "blackman", "nuttall", "blackmanharris", "flattop", "bartlett", "triang", "boxcar", "cosine", "barthann", "bohman", "lanczos";
/// symmetric, or periodic (the first `length` of length + 1). Throws Error (invalid_argument) for other names.
std::vector<double> window(const std::string& name, std::int64_t length, bool periodic);

/// Keras's STFT initializer: [length, 1, bins], cos or sin of -2 pi t k / (2 (bins - 1)), times the window, over the root of its squares' sum
/// ("density") or its sum ("spectrum"). An empty window is none.
Tensor fourier_kernel(bool real, const std::vector<double>& window, const std::string& scaling, std::int64_t length, std::int64_t bins);

/// [bins, mels]: triangles that are linear in mel (HTK's formula), from `low` to `high` Hertz; the first bin has no weight.
Tensor mel_matrix(std::int64_t mels, std::int64_t bins, double sampling_rate, double low, double high);

/// x [B, T] cut into windows: [B, frames, length], one every `step`, the first at `offset`.
Tensor frames(const Tensor& x, std::int64_t count, std::int64_t length, std::int64_t step, std::int64_t offset);

}  // namespace candor::detail
