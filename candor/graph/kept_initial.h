// Variables that begin with memory nobody else holds.
#pragma once

namespace candor::detail {

/// While it lives, a Variable made on this thread keeps the memory of the tensor it begins with instead of copying it. For tensors that were made for it alone: large zeros
/// stay pages of the system that nobody has touched (the moments of a network of 124 million weights are a gigabyte).
class KeptInitial {
 public:
  KeptInitial();
  ~KeptInitial();
  KeptInitial(const KeptInitial&) = delete;
  KeptInitial& operator=(const KeptInitial&) = delete;
  /// Whether one lives.
  static bool now();

 private:
  bool before_;
};

}  // namespace candor::detail
