// The numbers that every system gets: rows, labels, order and initial weights. All but MNIST's pixels are made by formula.
#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "bench/case.h"
#include "candor/tensor/tensor.h"

namespace candor::bench {

struct Inputs {
  Tensor x;                         ///< u8 [n, 28, 28, 1] (to be divided by 255) or f32 [n, features]
  Tensor y;                         ///< i32 [n]
  std::vector<std::int32_t> order;  ///< a permutation of the rows
  std::vector<Tensor> weights;      ///< kernel, bias, kernel, bias, ...
  std::string weights_file = {};    ///< where they lie instead when they would be a good part of the memory that is measured
};

/// The weights one after the other, from memory or from their file (f32).
class WeightReader {
 public:
  explicit WeightReader(const Inputs& in);
  /// Fills a variable's storage: a tensor in between would count as memory of the model that is loaded. Throws Error (io) at the end of the file.
  void next_into(const Tensor& storage);

 private:
  const Inputs& in_;
  std::ifstream file_;
  std::size_t at_ = 0;
};

/// The formula of fixtures/train: uniform in [0, 1) from splitmix64(seed * 2^32 + k).
double uniform_at(std::uint64_t seed, std::uint64_t k);

/// Throws Error (not_found) when CANDOR_DATA has no mnist and the case needs it.
Inputs make_inputs(const Case& c);

/// The rows as f32, scaled.
Tensor scaled(const Tensor& x);

/// Writes the case for the peers: case.json, x.f32, y.i32, order.i32, weights.f32.
void write_folder(const Case& c, const Inputs& inputs, const std::string& folder);

}  // namespace candor::bench
