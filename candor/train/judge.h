// Loss and metrics over rows of a set, batch by batch, without copying the rows.
#pragma once

#include <functional>

#include "candor/train/history.h"
#include "candor/train/programs.h"

namespace candor::detail {

/// Rows [start, stop).
struct Rows {
  std::int64_t start = 0, stop = 0;
  std::int64_t count() const { return stop - start; }
};

/// Address of a row of a contiguous tensor.
void* row_pointer(const Tensor& tensor, std::int64_t row);
/// The scalar at an address.
double read_scalar(const void* data, DType dtype);

/// Mean losses and the metrics' results, in the order that is shown.
Scores collect_scores(const TrainPrograms& programs, const std::vector<double>& losses, const std::vector<OutputMetric>& metrics);
/// Counts kept predictions in metrics that need them all. `kept` are in the order of StepResults::kept_outputs.
void count_all(const TrainPrograms& programs, const std::vector<OutputMetric>& metrics, const std::vector<Tensor>& targets, const std::vector<Tensor>& kept, std::span<const Tensor> weights);

class Judge {
 public:
  Judge(TrainPrograms& programs, std::span<const Tensor> x, std::span<const Tensor> y, std::span<const Tensor> weights, Rows rows, std::int64_t batch_size);
  /// One pass. `progress` gets the number of rows done.
  Scores run(const std::function<void(std::int64_t)>& progress = {});

  std::int64_t rows() const { return rows_.count(); }

 private:
  TrainPrograms& programs_;
  std::vector<Tensor> all_;  ///< inputs, targets, weights; contiguous
  std::size_t targets_;      ///< how many targets
  std::size_t weights_;          ///< how many weights
  Rows rows_;
  std::int64_t batch_;
};

}  // namespace candor::detail
