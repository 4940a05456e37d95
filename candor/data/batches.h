// Walking over a dataset in batches: for (auto [x, y] : data::batches(train, 32, {.shuffle = true, .seed = 7})) ...
#pragma once

#include <cstdint>
#include <utility>

#include "candor/data/dataset.h"
#include "candor/tensor/random.h"

namespace candor::data {

struct BatchOptions {
  bool shuffle = false;
  std::uint64_t seed = 0;
  std::uint64_t epoch = 0;      ///< another order for each epoch of one seed
  bool drop_last = false;       ///< leave a short last batch out
};

/// The order in which an epoch visits the rows: row number = order.at(i). The same for any batch size and thread count.
Permutation epoch_order(std::int64_t rows, std::uint64_t seed, std::uint64_t epoch);

/// A range of (features, targets); targets are undefined when the dataset has none. Each step gathers one batch.
class Batches {
 public:
  /// Throws Error (invalid_argument) for a batch size below 1.
  Batches(Dataset dataset, std::int64_t batch_size, BatchOptions options);
  /// One pass; going on gathers the next batch: features [size, ...], targets [size, ...], the last batch with what is left.
  class Iterator {
   public:
    using value_type = std::pair<Tensor, Tensor>;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    Iterator(const Batches* batches, std::int64_t at) : batches_(batches), at_(at) {}
    value_type operator*() const;
    Iterator& operator++() { return ++at_, *this; }
    Iterator operator++(int) { return {batches_, at_++}; }
    bool operator==(const Iterator& other) const { return at_ == other.at_; }

   private:
    const Batches* batches_ = nullptr;
    std::int64_t at_ = 0;
  };

  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, size()}; }
  /// Number of batches.
  std::int64_t size() const { return count_; }
  /// Batch number `index` in [0, size()).
  std::pair<Tensor, Tensor> batch(std::int64_t index) const;

 private:
  Dataset dataset_;
  std::int64_t batch_size_, count_;
  bool shuffle_;
  Permutation order_;
};

/// A dataset with fewer rows than a batch gives one short batch.
Batches batches(const Dataset& dataset, std::int64_t batch_size, const BatchOptions& options = {});

}  // namespace candor::data
