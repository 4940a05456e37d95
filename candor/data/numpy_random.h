// The numbers that NumPy's RandomState draws: the series of many a tutorial.
#pragma once

#include <cstdint>
#include <random>

namespace candor::data {

/// numpy.random.RandomState(seed): Mersenne twister, 53-bit uniform numbers, normal numbers by Marsaglia's polar method. Equal to the last bit of
/// the logarithm that the C library computes.
class NumpyRandom {
 public:
  explicit NumpyRandom(std::uint32_t seed) : bits_(seed) {}
  double uniform(double low = 0, double high = 1);
  double normal(double mean = 0, double deviation = 1);

 private:
  std::mt19937 bits_;
  double kept_ = 0;
  bool has_kept_ = false;
};

}  // namespace candor::data
