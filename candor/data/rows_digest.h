// The digest of a dataset that is never whole in memory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "candor/data/dataset.h"

namespace candor::data {

/// Dataset::digest of rows that come in pieces: the same 32 digits as for all of them together. Keeps 16 bytes for each megabyte.
class RowsDigest {
 public:
  /// The next rows. Throws Error (shape) for rows of another shape or type than before.
  void add(const Dataset& piece);
  /// Of everything added.
  std::string digest() const;

 private:
  struct Part {
    TensorType row = {};
    std::int64_t rows = 0;
    bool defined = false;
    std::vector<std::array<std::uint64_t, 2>> pieces = {};
    std::vector<std::byte> rest = {};
    void add(const Tensor& tensor);
    std::array<std::uint64_t, 2> add_to(std::array<std::uint64_t, 2> hash) const;
  };
  Part features_, targets_;
  Dataset names_;  // of the first piece, without rows
};

}  // namespace candor::data
