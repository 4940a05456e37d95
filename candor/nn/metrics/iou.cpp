#include "candor/nn/metrics/iou.h"

#include <algorithm>
#include <numeric>

#include "candor/base/error.h"
#include "candor/nn/losses/build.h"
#include "candor/nn/metrics/metric_body.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/index.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

constexpr double epsilon = detail::loss_epsilon;

struct Settings {
  const char *kind, *name;
  int classes;
  std::vector<int> targets;
  IoUOptions o = {};
  std::optional<double> threshold = {};
};

class Body final : public detail::MetricBody {
 public:
  explicit Body(Settings s) : MetricBody(s.o.name.empty() ? s.name : s.o.name), s_(std::move(s)) {
    const auto bad = [&](const std::string& what) { fail(ErrorKind::invalid_argument, std::string(s_.kind) + ": " + what); };
    if (s_.classes < 1) bad("num_classes must be at least 1, not " + std::to_string(s_.classes));
    if (s_.targets.empty()) bad("target_class_ids is empty");
    for (int id : s_.targets) {
      if (id < 0 || id >= s_.classes) bad("target_class_ids has " + std::to_string(id) + ", which is outside [0, " + std::to_string(s_.classes) + ")");
    }
    add_state("total_confusion_matrix", {s_.classes, s_.classes});
  }
  std::string kind() const override { return s_.kind; }
  Config options() const override {
    Config c = Config::map();
    const std::string kind = s_.kind;
    const Config targets = Config::integers({s_.targets.begin(), s_.targets.end()});
    if (kind == "BinaryIoU") return c.set("target_class_ids", targets).set("threshold", *s_.threshold);
    c.set("num_classes", s_.classes);
    if (kind == "IoU" || kind == "OneHotIoU") c.set("target_class_ids", targets);
    c.set("ignore_class", s_.o.ignore_class ? Config(*s_.o.ignore_class) : Config());
    if (kind == "IoU" || kind == "MeanIoU") c.set("sparse_y_true", s_.o.sparse_y_true);
    return c.set("sparse_y_pred", s_.o.sparse_y_pred).set("axis", s_.o.axis);
  }
  std::shared_ptr<MetricBody> fresh() const override { return std::make_shared<Body>(s_); }

  void update(const Tensor& y_true, const Tensor& y_pred, const Tensor& weight) override {
    Tensor t = s_.o.sparse_y_true ? y_true : argmax(y_true, s_.o.axis);
    Tensor p = s_.threshold ? greater_equal(y_pred, Tensor::full({}, *s_.threshold, y_pred.dtype())) : s_.o.sparse_y_pred ? y_pred : argmax(y_pred, s_.o.axis);
    if (t.size() != p.size() || t.rank() < 1 || p.rank() < 1 || t.shape(0) != p.shape(0)) {
      fail(ErrorKind::shape, name() + ": targets " + to_string(y_true.shape()) + " and predictions " + to_string(y_pred.shape()) + " do not fit");
    }
    const auto number = [](double v) { return Tensor::full({}, v, DType::i64); };
    Tensor w = Tensor::full(t.shape(), 1, DType::f64);
    if (weight.defined()) w = w * detail::fit_weights(name(), "sample weights", weight, w);
    const Shape flat{t.size()};
    t = reshape(cast(t, DType::i64), flat), p = reshape(cast(p, DType::i64), flat), w = trunc(reshape(w, flat));
    const auto inside = [&](const Tensor& x) { return logical_and(greater_equal(x, number(0)), less(x, number(s_.classes))); };
    Tensor counts = logical_and(inside(t), inside(p));
    if (s_.o.ignore_class) counts = logical_and(counts, not_equal(t, number(*s_.o.ignore_class)));
    const Tensor cell = where(counts, t * number(s_.classes) + p, number(0));
    const Tensor matrix = segment_sum(where(counts, w, Tensor::zeros({}, DType::f64)), cell, static_cast<std::int64_t>(s_.classes) * s_.classes);
    add_to(0, reshape(matrix, Shape{s_.classes, s_.classes}));
  }

  std::vector<double> results() const override {
    const std::vector<double> matrix = counted(0);
    const auto n = static_cast<std::size_t>(s_.classes);
    double sum = 0, occur = 0;
    for (int id : s_.targets) {
      const auto c = static_cast<std::size_t>(id);
      double row = 0, column = 0;
      for (std::size_t i = 0; i < n; ++i) row += matrix[c * n + i], column += matrix[i * n + c];
      const double hit = matrix[c * n + c], all = row + column - hit;
      if (!(all > 1e-9)) continue;
      sum += hit / (all + epsilon);
      occur += 1;
    }
    return {sum / (occur + epsilon)};
  }

 private:
  Settings s_;
};

Metric make(Settings s) { return Metric(std::make_shared<Body>(std::move(s))); }
std::vector<int> all_classes(int n) {
  std::vector<int> ids(static_cast<std::size_t>(std::max(n, 0)));
  std::iota(ids.begin(), ids.end(), 0);
  return ids;
}
IoUOptions one_hot_options(OneHotIoUOptions o) {
  return {.name = std::move(o.name), .ignore_class = o.ignore_class, .sparse_y_true = false, .sparse_y_pred = o.sparse_y_pred, .axis = o.axis};
}

}  // namespace

IoU::IoU(int n, std::vector<int> ids, IoUOptions o) : Metric(make({"IoU", "io_u", n, std::move(ids), std::move(o)})) {}
MeanIoU::MeanIoU(int n, IoUOptions o) : Metric(make({"MeanIoU", "mean_io_u", n, all_classes(n), std::move(o)})) {}
BinaryIoU::BinaryIoU(BinaryIoUOptions o) : Metric(make({"BinaryIoU", "binary_io_u", 2, std::move(o.target_class_ids), {.name = std::move(o.name)}, o.threshold})) {}
OneHotIoU::OneHotIoU(int n, std::vector<int> ids, OneHotIoUOptions o) : Metric(make({"OneHotIoU", "one_hot_io_u", n, std::move(ids), one_hot_options(std::move(o))})) {}
OneHotMeanIoU::OneHotMeanIoU(int n, OneHotIoUOptions o) : Metric(make({"OneHotMeanIoU", "one_hot_mean_io_u", n, all_classes(n), one_hot_options(std::move(o))})) {}

}  // namespace candor
