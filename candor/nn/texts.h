// Texts with a shape: what a Tensor is for numbers. Tensors hold no text, so preprocessing layers turn texts into numbers first.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "candor/tensor/tensor.h"

namespace candor {

/// Strings in row-major order, UTF-8 by convention (bytes are kept as they are).
class Texts {
 public:
  Texts() = default;
  /// One axis.
  Texts(std::vector<std::string> values);
  Texts(std::initializer_list<const char*> values);
  /// Throws Error (shape) unless there are shape.size() strings.
  Texts(std::vector<std::string> values, const Shape& shape);

  const Shape& shape() const { return shape_; }
  int rank() const { return shape_.rank(); }
  std::int64_t size() const { return static_cast<std::int64_t>(values_.size()); }
  const std::string& operator[](std::int64_t i) const { return values_[static_cast<std::size_t>(i)]; }
  const std::vector<std::string>& values() const { return values_; }
  /// The same strings in another shape. Throws Error (shape) when the sizes differ.
  Texts reshaped(const Shape& shape) const;
  bool operator==(const Texts& other) const;

 private:
  std::vector<std::string> values_;
  Shape shape_{0};
};

/// Numbers or texts: an input of a preprocessing layer, a column of a table.
class Column {
 public:
  Column(Tensor numbers);
  Column(Texts texts);
  bool is_texts() const { return !numbers_.defined(); }
  const Shape& shape() const { return is_texts() ? texts_.shape() : numbers_.shape(); }
  /// Throw Error (dtype) when it holds the other.
  const Tensor& numbers() const;
  const Texts& texts() const;
  Column reshaped(const Shape& shape) const;

 private:
  Tensor numbers_;
  Texts texts_;
};

}  // namespace candor
