#include "candor/train/callbacks/learning_rate.h"

#include <algorithm>
#include <cstdio>

#include "candor/base/error.h"
#include "candor/train/watch.h"

namespace candor {
namespace {

class SchedulerBody final : public CallbackBody {
 public:
  explicit SchedulerBody(const LearningRateScheduler& o) : schedule_(o.schedule), verbose_(o.verbose) {
    if (!schedule_) fail(ErrorKind::invalid_argument, "LearningRateScheduler: schedule is empty; give a function of (epoch, rate)");
  }
  void on_epoch_begin(TrainState& state) override {
    state.optimizer.set_learning_rate(schedule_(state.epoch, state.optimizer.learning_rate()));
    if (verbose_ > 0) std::fprintf(stderr, "epoch %d: the learning rate is %g\n", state.epoch + 1, state.optimizer.learning_rate());
  }
  void on_epoch_end(TrainState& state, Scores& scores) override { scores.set("learning_rate", state.optimizer.learning_rate()); }
  std::string kind() const override { return "LearningRateScheduler"; }

 private:
  Function<double(int, double)> schedule_;
  int verbose_;
};

class PlateauBody final : public CallbackBody {
 public:
  explicit PlateauBody(const ReduceLROnPlateau& o) : o_(o), watch_("ReduceLROnPlateau", o.monitor, o.mode, o.min_delta) {
    if (!(o.factor > 0 && o.factor < 1)) fail(ErrorKind::invalid_argument, "ReduceLROnPlateau: factor must lie in (0, 1), not " + std::to_string(o.factor));
    if (o.patience < 0 || o.cooldown < 0) fail(ErrorKind::invalid_argument, "ReduceLROnPlateau: patience and cooldown must not be negative");
  }
  void on_train_begin(TrainState& state) override {
    watch_.begin(state);
    wait_ = cooling_ = 0;
  }
  void on_epoch_end(TrainState& state, Scores& scores) override {
    const double value = watch_.value(state, scores), rate = state.optimizer.learning_rate();
    scores.set("learning_rate", rate);
    if (cooling_ > 0) --cooling_, wait_ = 0;
    if (watch_.improved(value)) {
      wait_ = 0;
    } else if (cooling_ == 0 && ++wait_ >= o_.patience && rate > o_.min_lr) {
      state.optimizer.set_learning_rate(std::max(rate * o_.factor, o_.min_lr));
      if (o_.verbose > 0) std::fprintf(stderr, "epoch %d: the learning rate becomes %g\n", state.epoch + 1, state.optimizer.learning_rate());
      cooling_ = o_.cooldown;
      wait_ = 0;
    }
  }
  std::string kind() const override { return "ReduceLROnPlateau"; }
  void save_state(SavedState& state) const override {
    watch_.save_state(state);
    state.set("wait", wait_).set("cooling", cooling_);
  }
  void load_state(const SavedState& state) override {
    watch_.load_state(state);
    wait_ = static_cast<int>(state.integer("wait"));
    cooling_ = static_cast<int>(state.integer("cooling"));
  }

 private:
  ReduceLROnPlateau o_;
  detail::Watch watch_;
  int wait_ = 0, cooling_ = 0;
};

}  // namespace

LearningRateScheduler::operator Callback() const { return Callback(std::make_shared<SchedulerBody>(*this)); }
ReduceLROnPlateau::operator Callback() const { return Callback(std::make_shared<PlateauBody>(*this)); }

}  // namespace candor
