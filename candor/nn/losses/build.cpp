#include "candor/nn/losses/build.h"

#include <algorithm>

#include "candor/base/error.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"

namespace candor::detail {

Tensor loss_number(double value, const Tensor& like) { return Tensor::full({}, value, like.dtype()); }

Tensor mean_of_sample(const Tensor& x, int axis) { return x.rank() > 1 ? mean(x, {axis}) : x; }

Loss make_loss(const char* kind, const std::string& name, Reduction reduction, Config options, Loss::Values values, bool from_logits) {
  options.set("name", name);
  options.set("reduction", to_string(reduction));
  return Loss(name, std::move(values), reduction, {{"class_name", kind}, {"config", options}}, from_logits);
}

void require_option(bool ok, const char* kind, const char* what, double got) {
  if (!ok) fail(ErrorKind::invalid_argument, std::string(kind) + ": " + what + ", not " + to_string(Config(got)));
}

Fitted fit_targets(const std::string& loss, const Tensor& y_true, const Tensor& y_pred) {
  Fitted fit{y_true, y_pred};
  const Shape &t = y_true.shape(), &p = y_pred.shape();
  if (t.rank() + 1 == p.rank() && p[-1] == 1 && t == p.without(-1)) {
    if (t.rank() == 1) fit.t = reshape(y_true, p);
    else fit.p = reshape(y_pred, t);
  } else if (p.rank() + 1 == t.rank() && t[-1] == 1 && p == t.without(-1)) {
    if (p.rank() == 1) fit.p = reshape(y_pred, t);
    else fit.t = reshape(y_true, p);
  }
  require_same_shape(loss, fit.t, fit.p);
  fit.t = targets_like(fit.t, fit.p);
  return fit;
}

Tensor class_numbers(const std::string& loss, const Tensor& y_true, const Tensor& y_pred, int axis) {
  if (y_pred.rank() < 1 || axis < -y_pred.rank() || axis >= y_pred.rank()) {
    fail(ErrorKind::shape, loss + ": predictions " + to_string(y_pred.shape()) + " have no axis " + std::to_string(axis) + " of classes");
  }
  const Shape rows = y_pred.shape().without(axis);
  if (!(y_true.shape() == rows) && !(y_true.rank() == y_pred.rank() && y_true.shape() == y_pred.shape().with(axis, 1))) {
    fail(ErrorKind::shape, loss + ": class numbers " + to_string(y_true.shape()) + " do not fit predictions " + to_string(y_pred.shape()) +
                               "; they need the predictions' shape without the axis of classes");
  }
  if (is_floating(y_true.dtype()) || y_true.dtype() == DType::boolean) {
    fail(ErrorKind::dtype, loss + ": class numbers must be whole numbers, not " + std::string(to_string(y_true.dtype())) +
                               "; cast them to i32, or use CategoricalCrossentropy for probabilities");
  }
  const Tensor whole = y_true.dtype() == DType::i32 || y_true.dtype() == DType::i64 ? y_true : cast(y_true, DType::i32);
  return whole.shape() == rows ? whole : reshape(whole, rows);
}

Tensor axis_last(const Tensor& x, int axis) {
  const int rank = x.rank(), from = axis < 0 ? axis + rank : axis;
  if (from < 0 || from >= rank) fail(ErrorKind::shape, "loss: " + to_string(x.shape()) + " has no axis " + std::to_string(axis));
  if (from == rank - 1) return x;
  std::vector<int> order;
  for (int i = 0; i < rank; ++i) {
    if (i != from) order.push_back(i);
  }
  order.push_back(from);
  return transpose(x, order);
}

}  // namespace candor::detail
