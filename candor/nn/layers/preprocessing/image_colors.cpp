#include <algorithm>

#include "candor/nn/layers/check.h"
#include "candor/nn/layers/preprocessing/image_body.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"

namespace candor::detail {
namespace {

Tensor channel(const Tensor& x, std::int64_t c) { return narrow(x, -1, c, c + 1); }

std::string text(double value) {
  std::string s = std::to_string(value);
  s.erase(s.find_last_not_of('0') + 1);
  return s.ends_with('.') ? s.substr(0, s.size() - 1) : s;
}

Factor checked(const char* layer, const char* option, const Factor& factor, double least, double most) {
  const bool inside = factor.low >= least && factor.low <= most && factor.high >= least && factor.high <= most;
  if (!inside) {
    fail(ErrorKind::invalid_argument, std::string(layer) + ": " + option + " must lie in [" + text(least) + ", " + text(most) + "], and is " + text(factor.low) +
                                          (factor.range ? " to " + text(factor.high) : ""));
  }
  if (factor.low > factor.high)
    fail(ErrorKind::invalid_argument, std::string(layer) + ": " + option + " goes from " + text(factor.low) + " down to " + text(factor.high) + "; give the smaller number first");
  return factor;
}

}  // namespace

Tensor per_image(const Tensor& value, DType dtype) { return reshape(to_dtype(value, dtype), Shape{value.size(), 1, 1, 1}); }

Factor symmetric_range(const char* layer, const char* option, const Factor& factor, double least, double most) {
  if (factor.range) return checked(layer, option, factor, least, most);
  checked(layer, option, factor, least, most);
  const double size = std::abs(factor.high);
  return {std::max(-size, least), size};
}
Factor range_from_zero(const char* layer, const char* option, const Factor& factor, double least, double most) {
  return factor.range ? checked(layer, option, factor, least, most) : checked(layer, option, Factor(0, factor.high), least, most);
}
ValueRange check_range(const char* layer, const ValueRange& range) {
  if (!(range.low < range.high))
    fail(ErrorKind::invalid_argument, std::string(layer) + ": value_range goes from " + text(range.low) + " to " + text(range.high) + "; give the smaller number first");
  return range;
}

Factor factor_from(const Config& config, const char* key, const Factor& fallback) {
  const Config* value = config.find(key);
  if (!value || value->is_null()) return fallback;
  if (!value->is_list()) return value->number();
  if (value->items().size() != 2) fail(ErrorKind::corrupt, std::string("layer: ") + key + " needs one or two numbers, not " + std::to_string(value->items().size()));
  return {value->items()[0].number(), value->items()[1].number()};
}
ValueRange value_range_from(const Config& config) {
  const Factor f = factor_from(config, "value_range", {0, 255});
  return {f.low, f.high};
}
Config factor_config(const Factor& factor) { return Config::numbers({factor.low, factor.high}); }
Config range_config(const ValueRange& range) { return Config::numbers({range.low, range.high}); }

Tensor change_range(const Tensor& x, const ValueRange& from, const ValueRange& to) {
  if (from.low == to.low && from.high == to.high) return x;
  const auto number = [&](double value) { return Tensor::full({}, value, x.dtype()); };
  return (x - number(from.low)) / number(from.high - from.low) * number(to.high - to.low) + number(to.low);
}

Tensor grayscale(const Tensor& x, const char* layer) {
  if (x.shape(-1) == 1) return x;
  if (x.shape(-1) != 3) fail(ErrorKind::shape, std::string(layer) + ": needs images of 3 channels (red, green, blue) or 1, and was given " + std::to_string(x.shape(-1)));
  const Tensor weights = Tensor::from(std::vector<double>{0.2989, 0.5870, 0.1140}).to(x.dtype());
  return sum(x * weights, {-1}, true);
}

Tensor rgb_to_hsv(const Tensor& x, const char* layer) {
  if (x.shape(-1) != 3) fail(ErrorKind::shape, std::string(layer) + ": needs images of 3 channels (red, green, blue), and was given " + std::to_string(x.shape(-1)));
  const auto number = [&](double value) { return Tensor::full({}, value, x.dtype()); };
  const Tensor r = channel(x, 0), g = channel(x, 1), b = channel(x, 2), zero = number(0), one = number(1);
  const Tensor most = maximum(maximum(r, g), b), span = most - minimum(minimum(r, g), b);
  const Tensor saturation = where(greater(most, zero), span / where(greater(most, zero), most, one), zero);
  const Tensor sixth = number(1.0 / 6) / where(greater(span, zero), span, one);
  const Tensor hue = where(equal(r, most), sixth * (g - b), where(equal(g, most), sixth * (b - r) + number(2.0 / 6), sixth * (r - g) + number(4.0 / 6)));
  const Tensor turned = where(greater(span, zero), hue, zero);
  return concatenate({where(less(turned, zero), turned + one, turned), saturation, most}, -1);
}

Tensor hsv_to_rgb(const Tensor& x) {
  const auto number = [&](double value) { return Tensor::full({}, value, x.dtype()); };
  const Tensor six = channel(x, 0) * number(6), s = channel(x, 1), v = channel(x, 2), rest = number(1) - s;
  const Tensor r = clip(abs(six - number(3)) - number(1), 0, 1), g = clip(number(2) - abs(six - number(2)), 0, 1), b = clip(number(2) - abs(six - number(4)), 0, 1);
  return concatenate({(rest + s * r) * v, (rest + s * g) * v, (rest + s * b) * v}, -1);
}

}  // namespace candor::detail
