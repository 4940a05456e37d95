#include "candor/nn/metrics/thresholds.h"

#include "candor/base/error.h"
#include "candor/nn/metrics/confusion.h"

namespace candor {

Thresholds::Thresholds(double one) : values{one} {}
Thresholds::Thresholds(std::initializer_list<double> each) : values(each) {}
Thresholds::Thresholds(std::vector<double> each) : values(std::move(each)) {}
bool Thresholds::operator==(const Thresholds& other) const { return values == other.values; }

namespace {

using detail::Confusion;
using Part = Tensor Confusion::*;

/// What is counted: one part, or a first part over it and a second.
struct Kind {
  const char *kind, *name;
  Part first, second;
  const char* second_name;
  bool higher;
};
constexpr Kind true_positives{"TruePositives", "true_positives", &Confusion::true_positives, nullptr, nullptr, true};
constexpr Kind false_positives{"FalsePositives", "false_positives", &Confusion::false_positives, nullptr, nullptr, false};
constexpr Kind true_negatives{"TrueNegatives", "true_negatives", &Confusion::true_negatives, nullptr, nullptr, true};
constexpr Kind false_negatives{"FalseNegatives", "false_negatives", &Confusion::false_negatives, nullptr, nullptr, false};
constexpr Kind precision{"Precision", "precision", &Confusion::true_positives, &Confusion::false_positives, "false_positives", true};
constexpr Kind recall{"Recall", "recall", &Confusion::true_positives, &Confusion::false_negatives, "false_negatives", true};

class Body final : public detail::MetricBody {
 public:
  Body(const Kind& kind, ThresholdOptions o) : MetricBody(o.name.empty() ? kind.name : o.name), kind_(kind), o_(std::move(o)) {
    for (double t : o_.thresholds.values) {
      if (!(t >= 0 && t <= 1)) fail(ErrorKind::invalid_argument, std::string(kind.kind) + ": thresholds must lie in [0, 1], not " + to_string(Config(t)));
    }
    if (o_.top_k && *o_.top_k < 1) fail(ErrorKind::invalid_argument, std::string(kind.kind) + ": top_k must be at least 1, not " + std::to_string(*o_.top_k));
    if (o_.class_id && *o_.class_id < 0) fail(ErrorKind::invalid_argument, std::string(kind.kind) + ": class_id must not be negative, not " + std::to_string(*o_.class_id));
    const Shape shape{static_cast<std::int64_t>(std::max<std::size_t>(o_.thresholds.values.size(), 1))};
    add_state(kind.second ? "true_positives" : "accumulator", shape);
    if (kind.second) add_state(kind.second_name, shape);
  }
  std::string kind() const override { return kind_.kind; }
  Config options() const override {
    const auto number = [](const std::optional<int>& v) { return v ? Config(*v) : Config(); };
    const std::vector<double>& t = o_.thresholds.values;
    Config c{{"thresholds", t.empty() ? Config() : t.size() == 1 ? Config(t[0]) : Config::numbers(t)}};
    if (kind_.second) c.set("top_k", number(o_.top_k)).set("class_id", number(o_.class_id));
    return c;
  }
  bool higher_is_better() const override { return kind_.higher; }
  std::shared_ptr<MetricBody> fresh() const override {
    auto copy = std::make_shared<Body>(kind_, o_);
    copy->from_logits_ = from_logits_;
    return copy;
  }
  void set_from_logits(bool from_logits) override { from_logits_ = from_logits; }
  void update(const Tensor& y_true, const Tensor& y_pred, const Tensor& weight) override {
    const double usual = o_.top_k ? -1e10 : from_logits_ ? 0.0 : 0.5;  // with top_k all the largest are yes
    const std::vector<double> thresholds = o_.thresholds.values.empty() ? std::vector<double>{usual} : o_.thresholds.values;
    const Confusion counts = detail::count_confusion(name(), {.thresholds = thresholds, .top_k = o_.top_k, .class_id = o_.class_id}, y_true, y_pred, weight);
    add_to(0, counts.*(kind_.first));
    if (kind_.second) add_to(1, counts.*(kind_.second));
  }
  std::vector<double> results() const override {
    std::vector<double> out = counted(0);
    if (!kind_.second) return out;
    const std::vector<double> rest = counted(1);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = detail::divide(out[i], out[i] + rest[i]);
    return out;
  }

 private:
  const Kind& kind_;
  ThresholdOptions o_;
  bool from_logits_ = false;
};

Metric count(const Kind& kind, CountOptions o) { return Metric(std::make_shared<Body>(kind, ThresholdOptions{.thresholds = std::move(o.thresholds), .name = std::move(o.name)})); }

}  // namespace

TruePositives::TruePositives(CountOptions o) : Metric(count(true_positives, std::move(o))) {}
FalsePositives::FalsePositives(CountOptions o) : Metric(count(false_positives, std::move(o))) {}
TrueNegatives::TrueNegatives(CountOptions o) : Metric(count(true_negatives, std::move(o))) {}
FalseNegatives::FalseNegatives(CountOptions o) : Metric(count(false_negatives, std::move(o))) {}
Precision::Precision(ThresholdOptions o) : Metric(std::make_shared<Body>(precision, std::move(o))) {}
Recall::Recall(ThresholdOptions o) : Metric(std::make_shared<Body>(recall, std::move(o))) {}

}  // namespace candor
