#include "candor/nn/layers/preprocessing/spectrogram.h"

#include <algorithm>
#include <cmath>

#include "candor/base/memory.h"
#include "candor/nn/layers/check.h"
#include "candor/nn/layers/preprocessing/windows.h"
#include "candor/ops/conv.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

constexpr double epsilon = 1e-7;

class StftBody final : public detail::SimpleLayerBody {
 public:
  explicit StftBody(STFTSpectrogramOptions o) : SimpleLayerBody(o.name), options_(std::move(o)) {
    const char* who = "STFTSpectrogram";
    detail::require_one_of(who, "mode", options_.mode, {"log", "magnitude", "psd", "real", "imag", "angle", "stft"});
    detail::require_one_of(who, "scaling", options_.scaling, {"density", "spectrum", ""});
    detail::require_one_of(who, "padding", options_.padding, {"valid", "same"});
    detail::require_one_of(who, "data_format", options_.data_format, {"channels_last", "channels_first"});
    detail::require_positive(who, "frame_length", options_.frame_length);
    step_ = options_.frame_step.value_or(std::max<std::int64_t>(1, options_.frame_length / 2));
    if (step_ < 1 || step_ > options_.frame_length)
      fail(ErrorKind::invalid_argument, "STFTSpectrogram: frame_step must lie between 1 and frame_length " + std::to_string(options_.frame_length) + ", and is " + std::to_string(step_));
    std::int64_t power = 1;
    while (power < options_.frame_length) power *= 2;
    const std::int64_t fft = options_.fft_length.value_or(power);
    if (fft < options_.frame_length)
      fail(ErrorKind::invalid_argument, "STFTSpectrogram: fft_length " + std::to_string(fft) + " is below frame_length " + std::to_string(options_.frame_length));
    detail::require_positive(who, "fft_length", fft);
    bins_ = fft / 2 + 1;
    require_memory(4 * static_cast<double>(options_.frame_length) * static_cast<double>(bins_));  // of one of the weights
    window_ = options_.window_values;
    if (window_.empty() && !options_.window.empty()) window_ = detail::window(options_.window, options_.frame_length, options_.periodic);
    if (!window_.empty() && static_cast<std::int64_t>(window_.size()) != options_.frame_length)
      fail(ErrorKind::invalid_argument, "STFTSpectrogram: the window has " + std::to_string(window_.size()) + " numbers for frames of " + std::to_string(options_.frame_length));
  }
  std::string kind() const override { return "STFTSpectrogram"; }
  Config options() const override {
    Config c = Config::map();
    const auto or_null = [](const std::optional<std::int64_t>& v) { return v ? Config(*v) : Config(); };
    c.set("mode", options_.mode).set("frame_length", options_.frame_length).set("frame_step", or_null(options_.frame_step));
    c.set("fft_length", or_null(options_.fft_length));
    c.set("window", !options_.window_values.empty() ? Config::numbers(options_.window_values) : options_.window.empty() ? Config() : Config(options_.window));
    c.set("periodic", options_.periodic).set("scaling", options_.scaling.empty() ? Config() : Config(options_.scaling)).set("padding", options_.padding);
    return c.set("expand_dims", options_.expand_dims).set("data_format", options_.data_format);
  }
  void build(std::span<const TensorType> in) override {
    if (in[0].shape.rank() != 3) complain(ErrorKind::shape, "takes sound of three axes, [N, time, channels], and was given " + to_string(in[0].shape));
    const DType dtype = detail::compute_dtype(in[0].dtype);
    const auto weight = [&](const char* name, bool real) {
      const Variable v = add_weight(name, {options_.frame_length, 1, bins_}, Zeros{}, dtype);
      // The weights may be made while a trace is open: the storage itself is filled, nothing is recorded.
      v.tensor().copy_from(detail::fourier_kernel(real, window_, options_.scaling, options_.frame_length, bins_).to(dtype));
      return v;
    };
    if (options_.mode != "imag") real_ = weight("real_kernel", true);
    if (options_.mode != "real") imaginary_ = weight("imag_kernel", false);
  }

 protected:
  Tensor apply_one(const Tensor& input, Mode) override {
    if (input.rank() != 3) complain(ErrorKind::shape, "takes sound of three axes, [N, time, channels], and was given " + to_string(input.shape()));
    const Tensor x = detail::to_dtype(input, (real_.defined() ? real_ : imaginary_).type().dtype);
    const bool last = options_.data_format == "channels_last";
    const std::int64_t n = x.shape(0), channels = x.shape(last ? 2 : 1), time = x.shape(last ? 1 : 2);
    Tensor signal = reshape(last ? transpose(x, {0, 2, 1}) : x, Shape{n * channels, time});
    const Padding padding = resolve_padding(options_.padding, {time}, {options_.frame_length}, {step_}, {1});
    if (padding[0].first + padding[0].second > 0) signal = pad(signal, {{0, 0}, padding[0]});
    const std::int64_t room = signal.shape(1) - options_.frame_length;
    if (room < 0) complain(ErrorKind::shape, "has frames of " + std::to_string(options_.frame_length) + " and was given " + std::to_string(time) + " samples; use padding \"same\" or shorter frames");
    const std::int64_t count = room / step_ + 1;
    const Tensor cut = reshape(detail::frames(signal, count, options_.frame_length, step_, 0), Shape{n * channels * count, options_.frame_length});
    const auto part = [&](const Variable& kernel) {
      return reshape(matmul(cut, reshape(kernel.value(), Shape{options_.frame_length, bins_})), Shape{n, channels, count, bins_});
    };
    const auto number = [&](double v) { return Tensor::full({}, v, x.dtype()); };
    const std::string& mode = options_.mode;
    if (mode == "real") return arranged(part(real_));
    if (mode == "imag") return arranged(part(imaginary_));
    const Tensor re = part(real_), im = part(imaginary_);
    if (mode == "angle") return arranged(arctan2(im, re));
    if (mode == "stft") return arranged(concatenate({re, im}, 3));
    const Tensor power = square(re) + square(im);
    if (mode == "psd") return arranged(bins_ < 3 ? power : power + pad(narrow(power, 3, 1, bins_ - 1), {{0, 0}, {0, 0}, {0, 0}, {1, 1}}));
    const Tensor magnitude = arranged(sqrt(maximum(power, number(epsilon))));
    return mode == "magnitude" ? magnitude : log(maximum(magnitude, number(epsilon)));
  }

 private:
  // [N, C, frames, frequencies] as the options want it.
  Tensor arranged(const Tensor& x) const {
    const std::int64_t n = x.shape(0), c = x.shape(1), t = x.shape(2), f = x.shape(3);
    if (options_.data_format == "channels_last") return options_.expand_dims ? transpose(x, {0, 2, 3, 1}) : reshape(transpose(x, {0, 2, 1, 3}), Shape{n, t, c * f});
    return options_.expand_dims ? x : reshape(transpose(x, {0, 1, 3, 2}), Shape{n, c * f, t});
  }
  STFTSpectrogramOptions options_;
  std::int64_t step_ = 1, bins_ = 1;
  std::vector<double> window_;
  Variable real_, imaginary_;
};

class MelBody final : public detail::SimpleLayerBody {
 public:
  explicit MelBody(MelSpectrogramOptions o) : SimpleLayerBody(o.name), options_(std::move(o)) {
    const char* who = "MelSpectrogram";
    detail::require_positive(who, "fft_length", options_.fft_length);
    detail::require_positive(who, "sequence_stride", options_.sequence_stride);
    detail::require_positive(who, "num_mel_bins", options_.num_mel_bins);
    detail::require_one_of(who, "window", options_.window, {"hann", "hamming"});
    length_ = options_.sequence_length.value_or(options_.fft_length);
    detail::require_positive(who, "sequence_length", length_);
    if (length_ > options_.fft_length)
      fail(ErrorKind::invalid_argument, "MelSpectrogram: sequence_length " + std::to_string(length_) + " is above fft_length " + std::to_string(options_.fft_length));
    high_ = options_.max_freq.value_or(std::floor(options_.sampling_rate / 2));
    if (!(options_.sampling_rate > 0) || !(options_.min_freq >= 0) || !(options_.min_freq < high_))
      fail(ErrorKind::invalid_argument, "MelSpectrogram: frequencies must satisfy 0 <= min_freq < max_freq, and are " + std::to_string(options_.min_freq) + " and " + std::to_string(high_));
    const std::int64_t bins = options_.fft_length / 2 + 1;
    require_memory(16 * static_cast<double>(bins) * static_cast<double>(length_ + options_.num_mel_bins));  // the tables below
    const std::vector<double> window = detail::window(options_.window, length_, true);
    std::vector<double> re, im;
    for (std::int64_t t = 0; t < length_; ++t) {
      for (std::int64_t k = 0; k < bins; ++k) {
        const double angle = -2 * 3.14159265358979323846 * static_cast<double>(t * k % options_.fft_length) / static_cast<double>(options_.fft_length);
        re.push_back(window[static_cast<std::size_t>(t)] * std::cos(angle)), im.push_back(window[static_cast<std::size_t>(t)] * std::sin(angle));
      }
    }
    real_ = Tensor::from(re, {length_, bins}), imaginary_ = Tensor::from(im, {length_, bins});
    mel_ = detail::mel_matrix(options_.num_mel_bins, bins, options_.sampling_rate, options_.min_freq, high_);
  }
  std::string kind() const override { return "MelSpectrogram"; }
  Config options() const override {
    Config c = Config::map();
    c.set("fft_length", options_.fft_length).set("sequence_stride", options_.sequence_stride);
    c.set("sequence_length", options_.sequence_length ? Config(*options_.sequence_length) : Config()).set("window", options_.window);
    c.set("sampling_rate", options_.sampling_rate).set("num_mel_bins", options_.num_mel_bins).set("min_freq", options_.min_freq);
    c.set("max_freq", options_.max_freq ? Config(*options_.max_freq) : Config()).set("power_to_db", options_.power_to_db).set("top_db", options_.top_db);
    return c.set("mag_exp", options_.mag_exp).set("min_power", options_.min_power).set("ref_power", options_.ref_power);
  }

 protected:
  Tensor apply_one(const Tensor& input, Mode) override {
    const DType dtype = input.dtype() == DType::f64 ? DType::f64 : DType::f32;
    const std::int64_t time = input.shape(-1), half = options_.fft_length / 2, batch = time == 0 ? 0 : input.size() / time;
    if (time <= half) complain(ErrorKind::shape, "mirrors " + std::to_string(half) + " samples at each end and was given " + std::to_string(time) + "; use a shorter fft_length");
    const Tensor x = pad(reshape(detail::to_dtype(input, dtype), Shape{batch, time}), {{0, 0}, {half, half}}, "reflect");
    const std::int64_t count = (x.shape(1) - options_.fft_length) / options_.sequence_stride + 1;
    const Tensor cut = reshape(detail::frames(x, count, length_, options_.sequence_stride, (options_.fft_length - length_) / 2), Shape{batch * count, length_});
    const auto number = [&](double v) { return Tensor::full({}, v, dtype); };
    Tensor power = square(matmul(cut, real_.to(dtype))) + square(matmul(cut, imaginary_.to(dtype)));
    if (options_.mag_exp != 2) power = candor::power(power, number(options_.mag_exp / 2));
    Tensor mel = matmul(power, mel_.to(dtype));
    if (options_.power_to_db) {
      const double ten = 10 / std::log(10.0), reference = ten * std::log(std::max(std::abs(options_.ref_power), options_.min_power));
      mel = log(maximum(mel, number(options_.min_power))) * number(ten) - number(reference);
      mel = maximum(mel, max(mel) - number(options_.top_db));
    }
    std::vector<std::int64_t> shape(input.shape().begin(), input.shape().end() - 1);
    shape.push_back(options_.num_mel_bins), shape.push_back(count);
    return detail::to_dtype(reshape(transpose(reshape(mel, Shape{batch, count, options_.num_mel_bins}), {0, 2, 1}), Shape(shape)), detail::compute_dtype(input.dtype()));
  }

 private:
  MelSpectrogramOptions options_;
  std::int64_t length_ = 0;
  double high_ = 0;
  Tensor real_, imaginary_, mel_;
};

}  // namespace

STFTSpectrogram::STFTSpectrogram(STFTSpectrogramOptions o) : Layer(std::make_shared<StftBody>(std::move(o))) {}
MelSpectrogram::MelSpectrogram(MelSpectrogramOptions o) : Layer(std::make_shared<MelBody>(std::move(o))) {}

Layer STFTSpectrogram::from_config(const Config& c) {
  STFTSpectrogramOptions o;
  const auto integer = [&](const char* key) -> std::optional<std::int64_t> {
    const Config* v = c.find(key);
    if (!v || v->is_null()) return std::nullopt;
    return v->integer();
  };
  const auto text = [&](const char* key, const char* fallback) -> std::string {
    const Config* v = c.find(key);
    return !v ? fallback : v->is_text() ? v->text() : "";
  };
  o.mode = c.get("mode", "log"), o.frame_length = c.get("frame_length", 256), o.frame_step = integer("frame_step"), o.fft_length = integer("fft_length");
  o.window = text("window", "hann"), o.periodic = c.get("periodic", false), o.scaling = text("scaling", "density"), o.padding = c.get("padding", "valid");
  if (const Config* w = c.find("window"); w && w->is_list()) o.window_values = w->to_numbers();
  o.expand_dims = c.get("expand_dims", false), o.data_format = c.get("data_format", "channels_last"), o.name = detail::config_name(c);
  return STFTSpectrogram(std::move(o));
}

Layer MelSpectrogram::from_config(const Config& c) {
  MelSpectrogramOptions o;
  o.fft_length = c.get("fft_length", 2048), o.sequence_stride = c.get("sequence_stride", 512), o.window = c.get("window", "hann");
  if (const Config* v = c.find("sequence_length"); v && !v->is_null()) o.sequence_length = v->integer();
  if (const Config* v = c.find("max_freq"); v && !v->is_null()) o.max_freq = v->number();
  o.sampling_rate = c.get("sampling_rate", 16000.0), o.num_mel_bins = c.get("num_mel_bins", 128), o.min_freq = c.get("min_freq", 20.0);
  o.power_to_db = c.get("power_to_db", true), o.top_db = c.get("top_db", 80.0), o.mag_exp = c.get("mag_exp", 2.0);
  o.min_power = c.get("min_power", 1e-10), o.ref_power = c.get("ref_power", 1.0), o.name = detail::config_name(c);
  return MelSpectrogram(std::move(o));
}

}  // namespace candor
