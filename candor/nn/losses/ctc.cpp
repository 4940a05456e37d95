#include "candor/nn/losses/ctc.h"

#include "candor/base/error.h"
#include "candor/nn/losses/build.h"
#include "candor/ops/ctc.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/reduce.h"

namespace candor {

CTC::operator Loss() const {
  const auto values = [name = name](const Tensor& y_true, const Tensor& y_pred) {
    if (y_true.rank() != 2 || y_pred.rank() != 3) {
      fail(ErrorKind::shape, name + ": needs labels [batch, length] and logits [batch, time, classes], got " + to_string(y_true.shape()) + " and " + to_string(y_pred.shape()));
    }
    const Tensor labels = y_true.dtype() == DType::i64 ? y_true : cast(y_true, DType::i32);
    const Tensor lengths = cast(count_nonzero(labels, {1}), DType::i32);
    return SampleLosses{ctc_loss(y_pred, labels, Tensor::full({y_pred.shape(0)}, static_cast<double>(y_pred.shape(1)), DType::i32), lengths)};
  };
  return detail::make_loss("CTC", name, reduction, Config::map(), values);
}

Tensor CTC::operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) const { return Loss(*this)(y_true, y_pred, sample_weight); }

}  // namespace candor
