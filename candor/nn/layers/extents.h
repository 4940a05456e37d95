// A size for each spatial axis, or one for all.
#pragma once

#include <initializer_list>

#include "candor/ops/conv.h"

namespace candor {

/// `3` or `{3, 5}`; empty where an option has a default that depends on another.
class Extents {
 public:
  Extents() = default;
  Extents(int value);
  Extents(std::initializer_list<int> values);
  explicit Extents(Ints values) : values_(std::move(values)) {}
  bool empty() const { return values_.empty(); }
  /// One value an axis. Throws Error (invalid_argument) naming `what` when their number is neither 1 nor `axes`.
  Ints expand(int axes, const std::string& what) const;

 private:
  Ints values_;
};

}  // namespace candor
