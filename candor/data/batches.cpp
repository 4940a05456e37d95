#include "candor/data/batches.h"

#include <algorithm>

#include "candor/base/error.h"

namespace candor::data {

Permutation epoch_order(std::int64_t rows, std::uint64_t seed, std::uint64_t epoch) {
  return Permutation(static_cast<std::uint64_t>(rows), RandomStream{seed, 0x65706F6368}.derived(epoch));
}

Batches::Batches(Dataset dataset, std::int64_t batch_size, BatchOptions options)
    : dataset_(std::move(dataset)),
      batch_size_(batch_size),
      count_(0),
      shuffle_(options.shuffle),
      order_(epoch_order(dataset_.rows(), options.seed, options.epoch)) {
  if (batch_size < 1)
    fail(ErrorKind::invalid_argument, "batches: the batch size must be at least 1, got " + std::to_string(batch_size));
  const std::int64_t rows = dataset_.rows();
  count_ = options.drop_last ? rows / batch_size : rows / batch_size + (rows % batch_size != 0);
}

Batches::Iterator::value_type Batches::Iterator::operator*() const { return batches_->batch(at_); }

std::pair<Tensor, Tensor> Batches::batch(std::int64_t index) const {
  if (index < 0 || index >= count_)
    fail(ErrorKind::invalid_argument, "batches: batch " + std::to_string(index) + " of " + std::to_string(count_) + " is asked for");
  const std::int64_t start = index * batch_size_, stop = std::min(dataset_.rows(), start + batch_size_);
  if (!shuffle_) {
    const Dataset part = dataset_.slice(start, stop);
    return {part.features, part.targets};
  }
  std::vector<std::int64_t> rows;
  for (std::int64_t i = start; i < stop; ++i) rows.push_back(static_cast<std::int64_t>(order_.at(static_cast<std::uint64_t>(i))));
  return {take_rows(dataset_.features, rows), dataset_.has_targets() ? take_rows(dataset_.targets, rows) : Tensor()};
}

Batches batches(const Dataset& dataset, std::int64_t batch_size, const BatchOptions& options) {
  return Batches(dataset, batch_size, options);
}

}  // namespace candor::data
