#include "candor/data/numpy_random.h"

#include <cmath>

namespace candor::data {

double NumpyRandom::uniform(double low, double high) {
  const auto a = bits_() >> 5, b = bits_() >> 6;
  return low + (high - low) * ((static_cast<double>(a) * 67108864.0 + static_cast<double>(b)) / 9007199254740992.0);
}

double NumpyRandom::normal(double mean, double deviation) {
  if (has_kept_) {
    has_kept_ = false;
    return mean + deviation * kept_;
  }
  double u = 0, v = 0, r = 0;
  do {
    u = 2 * uniform() - 1;
    v = 2 * uniform() - 1;
    r = u * u + v * v;
  } while (r >= 1 || r == 0);
  const double scale = std::sqrt(-2 * std::log(r) / r);
  kept_ = scale * u;
  has_kept_ = true;
  return mean + deviation * scale * v;
}

}  // namespace candor::data
