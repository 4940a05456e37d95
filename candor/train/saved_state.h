// Numbers, texts and tensors by name: what a part of training keeps in a resume point.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "candor/nn/config.h"

namespace candor {
/// What a part of training knows between two steps, for a resume point: named values and tensors.
class SavedState {
 public:
  using Tensors = std::vector<std::pair<std::string, Tensor>>;

  SavedState() = default;
  SavedState(Config values, Tensors tensors);

  SavedState& set(const std::string& name, bool value);
  SavedState& set(const std::string& name, int value);
  SavedState& set(const std::string& name, std::int64_t value);
  SavedState& set(const std::string& name, double value);  ///< comes back as the same bits, infinities and NaN too
  SavedState& set(const std::string& name, const char* value);
  SavedState& set(const std::string& name, const std::string& value);
  /// The tensor itself, not a copy: it is read when the point is written.
  SavedState& set(const std::string& name, const Tensor& value);
  /// A list, as name/0, name/1, ...
  SavedState& set(const std::string& name, const std::vector<Tensor>& values);

  /// What was set. Throw Error (corrupt) naming what is missing, or of another kind.
  bool flag(const std::string& name) const;
  std::int64_t integer(const std::string& name) const;
  double number(const std::string& name) const;
  const std::string& text(const std::string& name) const;
  Tensor tensor(const std::string& name) const;
  std::vector<Tensor> tensor_list(const std::string& name) const;
  bool has(const std::string& name) const;
  /// The names of values in the order in which they were set.
  std::vector<std::string> names() const;
  bool empty() const;

  /// Puts a part in, its names as prefix/name, and takes it out again.
  void add(const std::string& prefix, const SavedState& part);
  SavedState part(const std::string& prefix) const;

  const Config& values() const { return values_; }
  const Tensors& tensors() const { return tensors_; }

 private:
  Config values_ = Config::map();
  Tensors tensors_;
};

}  // namespace candor
