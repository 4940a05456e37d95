#include "candor/train/callbacks/early_stopping.h"

#include <cstdio>

#include "candor/base/error.h"
#include "candor/train/watch.h"

namespace candor {
namespace {

class Body final : public CallbackBody {
 public:
  explicit Body(const EarlyStopping& o) : o_(o), watch_("EarlyStopping", o.monitor, o.mode, o.min_delta) {
    if (o.patience < 0) fail(ErrorKind::invalid_argument, "EarlyStopping: patience must not be negative, not " + std::to_string(o.patience));
  }

  void on_train_begin(TrainState& state) override {
    watch_.begin(state);
    wait_ = 0;
    best_epoch_ = 0;
    weights_.clear();
  }

  void on_epoch_end(TrainState& state, Scores& scores) override {
    const double value = watch_.value(state, scores);
    if (state.epoch < o_.start_from_epoch) return;
    if (o_.restore_best_weights && weights_.empty()) keep(state);  // so that there are some when every value is NaN
    ++wait_;
    if (watch_.improved(value)) {
      if (o_.restore_best_weights) keep(state);
      best_epoch_ = state.epoch;
      if (!o_.baseline || watch_.better(value, *o_.baseline)) wait_ = 0;
      return;
    }
    if (wait_ >= o_.patience && state.epoch > 0) {
      if (o_.verbose > 0) std::fprintf(stderr, "epoch %d: early stopping\n", state.epoch + 1);
      state.stop = "EarlyStopping: " + o_.monitor + " was best in epoch " + std::to_string(best_epoch_ + 1);
    }
  }

  void on_train_end(TrainState& state) override {
    if (o_.restore_best_weights && !weights_.empty()) {
      state.model.set_weights(weights_);
      state.kept_epoch = best_epoch_;
    }
  }

  std::string kind() const override { return "EarlyStopping"; }
  void save_state(SavedState& state) const override {
    watch_.save_state(state);
    state.set("wait", wait_).set("best_epoch", best_epoch_).set("weights", weights_);
  }
  void load_state(const SavedState& state) override {
    watch_.load_state(state);
    wait_ = static_cast<int>(state.integer("wait"));
    best_epoch_ = static_cast<int>(state.integer("best_epoch"));
    weights_ = state.tensor_list("weights");
  }

 private:
  void keep(const TrainState& state) {
    weights_ = state.model.weights();
    best_epoch_ = state.epoch;
  }
  EarlyStopping o_;
  detail::Watch watch_;
  int wait_ = 0, best_epoch_ = 0;
  std::vector<Tensor> weights_;
};

}  // namespace

EarlyStopping::operator Callback() const { return Callback(std::make_shared<Body>(*this)); }

}  // namespace candor
