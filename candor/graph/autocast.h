// Weights in f32 that are read in 16 bits.
#pragma once

#include <optional>

#include "candor/tensor/dtype.h"

namespace candor::detail {

/// While it lives, floating variables read on this thread come in `dtype`, bf16 or f16 (none: as they are), and what is assigned to them is converted
/// back. Scopes nest; the innermost counts.
class Autocast {
 public:
  explicit Autocast(std::optional<DType> dtype);
  ~Autocast();
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;
  static std::optional<DType> dtype();

 private:
  std::optional<DType> before_;
};

}  // namespace candor::detail
