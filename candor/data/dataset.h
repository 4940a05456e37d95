// What is trained on: features, targets, and what is known about them. A value; copies share the tensors.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "candor/tensor/tensor.h"

namespace candor::data {
/// Examples in rows with what is to be predicted. A value: copies share the numbers. Rows of features and targets are equally many.
struct Dataset {
  Tensor features;  ///< [rows, ...]; any dtype: pixels stay u8 and are converted when a batch is gathered
  Tensor targets;   ///< class numbers i32 [rows], or f32 [rows] or [rows, k]; undefined when there are none
  std::vector<std::string> feature_names = {};  ///< columns of a table; empty for pictures
  std::vector<std::string> target_names = {};   ///< target columns; empty when they have no names
  std::vector<std::string> class_names = {};    ///< empty unless the targets are classes
  std::string source;                      ///< where it came from, for people: "customers.csv", "digits (seed 0)"
  std::int64_t skipped = 0;                ///< bad files or rows that were left out because that was asked for
  std::vector<std::string> row_names = {};  ///< what a person finds a row by: the file of a picture; empty, or one a row
  std::vector<std::string> notes = {};      ///< what was decided while reading, for people: "pictures of 214 sizes are brought to 64 x 64"

  std::int64_t rows() const { return features.defined() ? features.shape(0) : 0; }
  bool is_classification() const { return !class_names.empty(); }
  bool has_targets() const { return targets.defined(); }
  /// Shape of one row of the features: {28, 28, 1}.
  Shape row_shape() const { return features.shape().without(0); }

  /// The rows with these numbers, in this order (copied). Throws Error (invalid_argument) for a row that is not there.
  Dataset take(std::span<const std::int64_t> rows) const;
  /// Rows [start, stop) without a copy.
  Dataset slice(std::int64_t start, std::int64_t stop) const;
  /// 32 hex digits that stand for the contents of features, targets and names. Fast, not cryptographic.
  std::string digest() const;
};

/// Two parts of one set.
struct Split {
  Dataset train, test;
};

/// Rows of `source` (any axis 0, any dtype) with these numbers, in this order; gathered in parallel.
Tensor take_rows(const Tensor& source, std::span<const std::int64_t> rows);

/// A dataset from arrays. Class targets are integer tensors ([rows], any integer dtype; classes are named "0", "1", ...).
/// Throws Error (shape) when the numbers of rows differ or features are a scalar.
Dataset from_arrays(const Tensor& features, const Tensor& targets, std::string source = "arrays");

/// How many rows each class has. Classification only.
std::vector<std::int64_t> class_counts(const Dataset& dataset);

/// Throws Error (invalid_argument) when there is nothing to learn: no rows, no targets, or fewer than two classes.
void require_trainable(const Dataset& dataset);

}  // namespace candor::data
