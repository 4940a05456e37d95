// A size for each spatial axis, or one for all; what is added to or cut off the ends of axes.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>

#include "candor/nn/config.h"
#include "candor/ops/conv.h"

namespace candor {

/// `3` or `{3, 5}`; empty where an option has a default that depends on another.
class Extents {
 public:
  Extents() = default;
  Extents(int value);
  Extents(std::initializer_list<int> values);
  explicit Extents(Ints values);
  bool empty() const { return values_.empty(); }
  /// One value an axis. Throws Error (invalid_argument) naming `what` when their number is neither 1 nor `axes`.
  Ints expand(int axes, const std::string& what) const;

 private:
  Ints values_;
};

/// What is added before and after (or cut off) each spatial axis: `1` for every end, `{1, 2}` an axis each (of one axis: before and after), or
/// `{{1, 0}, {2, 1}}` before and after of each axis.
class Margins {
 public:
  Margins(int value = 0);
  Margins(std::initializer_list<int> values);
  Margins(std::initializer_list<std::pair<int, int>> pairs);
  explicit Margins(Padding pairs);
  /// From a configuration: a number, [1, 2] or [[1, 0], [2, 1]].
  static Margins from_config(const Config& value);
  /// A pair an axis. Throws Error (invalid_argument) naming `what` when their number is wrong or one is negative.
  Padding expand(int axes, const std::string& what) const;

 private:
  Ints values_;    // an axis each, or one
  Padding pairs_;  // before and after; when not empty it counts
};

/// The option `padding` of windows that slide: "valid", "same", "causal", or what is added to the ends of each axis.
class WindowPadding {
 public:
  WindowPadding(const char* mode = "valid");
  WindowPadding(std::string mode);
  WindowPadding(Margins margins);
  WindowPadding(std::initializer_list<std::pair<int, int>> pairs);
  static WindowPadding from_config(const Config* value);
  Config config(int axes) const;
  /// "valid", "same", "causal"; empty when the ends are given.
  const std::string& mode() const { return mode_; }
  bool is(const char* mode) const { return mode_ == mode; }
  /// Throws Error (invalid_argument) for another mode, or margins for another number of axes.
  void check(const std::string& layer, int axes, const std::vector<std::string>& modes) const;
  /// What to add to an input of these extents.
  Padding resolve(const Ints& spatial, const Ints& size, const Ints& strides, const Ints& dilation) const;

 private:
  std::string mode_;
  Margins margins_;
};

namespace detail {
/// [[1, 0], [2, 1]]
Config margins_config(const Padding& pairs);
}  // namespace detail

}  // namespace candor
