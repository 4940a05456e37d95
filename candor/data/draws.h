// Internal: random numbers for generators. Row i depends on (seed, i) alone, so that any number of threads makes the same rows.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "candor/base/error.h"
#include "candor/base/threads.h"
#include "candor/data/dataset.h"
#include "candor/tensor/random.h"

namespace candor::data::detail {

/// Numbers of one row, drawn in order.
class Draws {
 public:
  Draws(RandomStream stream, std::int64_t row) : stream_(stream.derived(static_cast<std::uint64_t>(row))) {}
  float normal() { return stream_.normal(at_++); }
  float uniform(float low = 0, float high = 1) { return low + (high - low) * stream_.uniform(at_++); }
  int below(int bound) { return static_cast<int>(stream_.below(at_++, static_cast<std::uint64_t>(bound))); }

 private:
  RandomStream stream_;
  std::uint64_t at_ = 0;
};

/// Calls make(row, draws) for every row, in parallel.
template <class Make>
void for_rows(std::int64_t rows, RandomStream stream, Make&& make) {
  constexpr std::int64_t piece = 256;
  parallel_for((rows + piece - 1) / piece, [&](std::int64_t p) {
    for (std::int64_t row = p * piece; row < std::min(rows, (p + 1) * piece); ++row) {
      Draws draws(stream, row);
      make(row, draws);
    }
  });
}

/// An empty set of the right size: `row` is the shape of one row. `classes` empty: regression with `targets` columns.
inline Dataset blank(const std::string& name, std::int64_t rows, std::uint64_t seed, const Shape& row, DType dtype, std::vector<std::string> targets, std::vector<std::string> classes = {}) {
  if (rows < 1) fail(ErrorKind::invalid_argument, name + ": at least 1 row is needed, got " + std::to_string(rows));
  Dataset set;
  set.features = Tensor::empty(row.inserted(0, rows), dtype);
  if (!classes.empty()) set.targets = Tensor::empty({rows}, DType::i32);
  else set.targets = targets.size() == 1 ? Tensor::empty({rows}) : Tensor::empty({rows, static_cast<std::int64_t>(targets.size())});
  set.target_names = std::move(targets);
  set.class_names = std::move(classes);
  set.source = name + " (seed " + std::to_string(seed) + ")";
  return set;
}

}  // namespace candor::data::detail
