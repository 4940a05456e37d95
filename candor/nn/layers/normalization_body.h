// What the normalisation layers share.
#pragma once

#include "candor/nn/layers/from_config.h"

namespace candor::detail {

/// Throws Error (invalid_argument) unless it is positive.
void require_epsilon(const char* layer, double epsilon);
inline Tensor value_or_nothing(const Variable& variable) { return variable.defined() ? variable.value() : Tensor(); }

/// A layer that normalises over axes of a sample.
class SampleAxesBody : public SimpleLayerBody {
 public:
  SampleAxesBody(std::string name, Axes axes, const char* layer);

 protected:
  /// The axes from 1, ascending. Throws Error (shape) when one is no axis of a sample.
  Axes positive(const Shape& x) const;
  /// Their extents.
  Shape extents(const Shape& x) const;
  Axes axes_;
};

}  // namespace candor::detail
