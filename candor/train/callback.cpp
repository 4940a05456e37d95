#include "candor/train/callback.h"

#include <cmath>
#include <limits>

#include "candor/base/error.h"
#include "candor/train/resume_point.h"
#include "candor/train/watch.h"

namespace candor {

std::vector<ResumePolicy> CallbackBody::resume_policies() const { return {}; }
Callback::Callback(std::shared_ptr<CallbackBody> body) : body_(std::move(body)) {}

namespace {

class LambdaBody final : public CallbackBody {
 public:
  explicit LambdaBody(LambdaCallback f) : f_(std::move(f)) {}
  void on_epoch_begin(TrainState& state) override {
    if (f_.on_epoch_begin) f_.on_epoch_begin(state);
  }
  void on_batch_end(TrainState& state, std::int64_t step, double loss) override {
    if (f_.on_train_batch_end) f_.on_train_batch_end(state, step, loss);
  }
  void on_batch_begin(TrainState& state, std::int64_t step) override {
    if (f_.on_train_batch_begin) f_.on_train_batch_begin(state, step);
  }
  void on_train_begin(TrainState& state) override {
    if (f_.on_train_begin) f_.on_train_begin(state);
  }
  void on_train_end(TrainState& state) override {
    if (f_.on_train_end) f_.on_train_end(state);
  }
  void on_epoch_end(TrainState& state, Scores& scores) override {
    if (f_.on_epoch_end) f_.on_epoch_end(state, scores);
  }

 private:
  LambdaCallback f_;
};

}  // namespace

LambdaCallback::operator Callback() const { return Callback(std::make_shared<LambdaBody>(*this)); }

namespace detail {

Watch::Watch(std::string callback, std::string monitor, std::string mode, double min_delta)
    : callback_(std::move(callback)), monitor_(std::move(monitor)), mode_(std::move(mode)), min_delta_(std::fabs(min_delta)) {
  if (mode_ != "auto" && mode_ != "min" && mode_ != "max") {
    fail(ErrorKind::invalid_argument, callback_ + ": mode must be auto, min or max, not '" + mode_ + "'");
  }
}

void Watch::begin(const TrainState& state) {
  higher_ = mode_ == "max";
  if (mode_ == "auto") {
    std::string name = monitor_.starts_with("val_") ? monitor_.substr(4) : monitor_;
    const CompileOptions& options = state.model.compile_options();
    for (const MetricList* list : {&options.metrics, &options.weighted_metrics}) {
      for (const Metric& metric : *list) {
        if (name == metric.name() || name.ends_with("_" + metric.name())) higher_ = metric.higher_is_better();
      }
    }
  }
  best_ = worst();
}

double Watch::worst() const { return higher_ ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity(); }

double Watch::value(const TrainState& state, const Scores& scores) const {
  if (const double* found = scores.find(monitor_)) return *found;
  std::string names;
  for (const auto& [name, value] : scores.items()) names += (names.empty() ? "" : ", ") + name;
  const bool lacks_validation = monitor_.starts_with("val_") && !state.has_validation;
  fail(ErrorKind::invalid_argument, callback_ + ": watches '" + monitor_ + "', which is not there; there are " + names +
                                        (lacks_validation ? ". Give fit validation_split or validation_data" : ""));
}

bool Watch::better(double value, double than) const { return higher_ ? value - min_delta_ > than : value + min_delta_ < than; }

bool Watch::improved(double value) {
  if (!better(value, best_)) return false;
  best_ = value;
  return true;
}

}  // namespace detail
}  // namespace candor
