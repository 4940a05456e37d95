// Small tasks for the tests of what fit says, and how its findings are looked through.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "candor/candor.h"

namespace candor {

/// Uniform numbers, the same each time.
class Numbers {
 public:
  explicit Numbers(std::uint64_t seed) : state_(seed * 2654435761u + 88172645463325252u) {}
  double next() {
    state_ ^= state_ << 13, state_ ^= state_ >> 7, state_ ^= state_ << 17;
    return static_cast<double>(state_ >> 11) / 9007199254740992.0;
  }
  double normal() { return std::sqrt(-2 * std::log(1 - next())) * std::cos(6.283185307179586 * next()); }

 private:
  std::uint64_t state_;
};

struct Rows {
  Tensor x, classes, yes, value;
};

/// Points of the plane around four centres, with noise; `classes` 0 to 3.
inline Rows clouds(std::int64_t n, std::uint64_t seed = 1, double noise = .5) {
  Numbers random(seed);
  std::vector<float> x, yes, value;
  std::vector<std::int32_t> classes;
  for (std::int64_t i = 0; i < n; ++i) {
    const int k = static_cast<int>(random.next() * 4);
    const double a = (k % 2 ? 1 : -1) + noise * random.normal(), b = (k / 2 ? 1 : -1) + noise * random.normal();
    x.push_back(static_cast<float>(a)), x.push_back(static_cast<float>(b));
    classes.push_back(k);
    yes.push_back(k == 0 || k == 3 ? 1.f : 0.f);
    value.push_back(static_cast<float>(a * b + .1 * random.normal()));
  }
  return {Tensor::from(x, Shape{n, 2}), Tensor::from(classes, Shape{n}), Tensor::from(yes, Shape{n, 1}), Tensor::from(value, Shape{n, 1})};
}

inline bool has(const std::vector<Finding>& list, const std::string& id, Severity at_least = Severity::note) {
  return std::any_of(list.begin(), list.end(), [&](const Finding& f) { return f.id == id && f.severity >= at_least; });
}

inline std::string text(const std::vector<Finding>& list) {
  std::string out;
  for (const Finding& f : list) out += to_string(f.severity) + " " + f.id + ": " + f.message + "\n";
  return out;
}

#define EXPECT_SOUND(list) \
  for (const Finding& f : (list)) EXPECT_EQ(f.severity, Severity::note) << f.id << ": " << f.message

inline FitOptions quiet(int epochs, std::int64_t batch = 32) {
  FitOptions o;
  o.epochs = epochs, o.batch_size = batch, o.verbose = 0;
  return o;
}

}  // namespace candor
