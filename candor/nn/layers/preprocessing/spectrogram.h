// Sound to pictures of its frequencies.
#pragma once

#include <optional>

#include "candor/nn/layer.h"

namespace candor {

struct STFTSpectrogramOptions {
  std::string mode = "log";  ///< "log", "magnitude", "psd", "real", "imag", "angle" or "stft" (real and imaginary parts)
  std::int64_t frame_length = 256;
  std::optional<std::int64_t> frame_step{};  ///< none: half a frame
  std::optional<std::int64_t> fft_length{};  ///< none: the next power of two
  std::string window = "hann";                  ///< see detail::window; "" for none
  std::vector<double> window_values{};       ///< a window of one's own, frame_length numbers, in place of the name
  bool periodic = false;
  std::string scaling = "density";  ///< "density", "spectrum" or ""
  std::string padding = "valid";    ///< or "same"
  bool expand_dims = false;         ///< frequencies on an axis of their own
  std::string data_format = "channels_last";
  std::string name{};
};
/// [N, T, C] to [N, frames, C frequencies] or, with expand_dims, [N, frames, frequencies, C] (channels_first: [N, C, T] to [N, C frequencies, frames],
/// [N, C, frames, frequencies]). Weights: real_kernel, imag_kernel [frame_length, 1, frequencies] with the Fourier transform in them,
/// which training may change. Keras's STFTSpectrogram.
class STFTSpectrogram : public Layer {
 public:
  explicit STFTSpectrogram(STFTSpectrogramOptions options = {});
  static Layer from_config(const Config& options);
};

struct MelSpectrogramOptions {
  std::int64_t fft_length = 2048;
  std::int64_t sequence_stride = 512;
  std::optional<std::int64_t> sequence_length{};  ///< of the window; none: fft_length
  std::string window = "hann";                       ///< "hann" or "hamming", periodic
  double sampling_rate = 16000;
  std::int64_t num_mel_bins = 128;
  double min_freq = 20;                  ///< Hertz
  std::optional<double> max_freq{};   ///< none: half the sampling rate
  bool power_to_db = true;
  double top_db = 80;  ///< what is quieter than the loudest by more is raised to that
  double mag_exp = 2;
  double min_power = 1e-10;
  double ref_power = 1;
  std::string name{};
};
/// [..., T] to [..., num_mel_bins, frames]; frames are centred (the ends are mirrored). Keras's MelSpectrogram.
class MelSpectrogram : public Layer {
 public:
  explicit MelSpectrogram(MelSpectrogramOptions options = {});
  static Layer from_config(const Config& options);
};

}  // namespace candor
