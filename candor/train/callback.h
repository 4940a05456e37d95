// What runs between the epochs and steps of training.
#pragma once

#include <string>

#include "candor/base/function.h"
#include "candor/base/pointers.h"
#include "candor/nn/model.h"
#include "candor/train/history.h"
#include "candor/train/saved_state.h"

namespace candor {
struct ResumePolicy;  // resume_point.h

/// What a callback sees and may change.
struct TrainState {
  Model model;
  Optimizer optimizer;
  int epoch = 0;   ///< from 0
  int epochs = 0;
  bool has_validation = false;
  bool verbose = false;  ///< callbacks may print lines
  bool resumed = false;  ///< training goes on from a resume point: files are continued, not begun anew
  std::string stop;      ///< set to the reason to end training after this epoch
  Function<Scores()> so_far = {};  ///< loss and metrics of this epoch's steps until now; takes a moment to work out
  int kept_epoch = -1;  ///< set by a callback that puts back the weights of an epoch, counted from 0, when training ends
};

/// Base of callbacks with a state; hand it over as Callback(std::make_shared<Mine>()).
class CallbackBody {
 public:
  virtual ~CallbackBody() = default;
  virtual void on_train_begin(TrainState& state) { (void)state; }
  virtual void on_epoch_begin(TrainState& state) { (void)state; }
  virtual void on_batch_begin(TrainState& state, std::int64_t step) { (void)state, (void)step; }
  /// After each step; `loss` is that of the batch. state.so_far() has the running scores, which Keras calls logs.
  virtual void on_batch_end(TrainState& state, std::int64_t step, double loss) { (void)state, (void)step, (void)loss; }
  /// Around the model's judgement by validation data at the end of an epoch.
  virtual void on_test_begin(TrainState& state) { (void)state; }
  virtual void on_test_end(TrainState& state) { (void)state; }
  /// `scores` has the epoch's loss and metrics, those of validation with "val_" before the name; a callback may add to it.
  virtual void on_epoch_end(TrainState& state, Scores& scores) { (void)state, (void)scores; }
  virtual void on_train_end(TrainState& state) { (void)state; }

  /// The class, as a resume point lists it; empty: it need not be there when training goes on.
  virtual std::string kind() const { return {}; }
  /// What the callback knows between two steps, for a resume point, and back. load_state comes after on_train_begin; on_epoch_begin is not
  /// called again for an epoch that is continued.
  virtual void save_state(SavedState& state) const { (void)state; }
  virtual void load_state(const SavedState& state) { (void)state; }
  /// Ends training at a loss that is not finite, where fit else throws.
  virtual bool ends_at_nan() const { return false; }
  /// Resume points that fit is to write.
  virtual std::vector<ResumePolicy> resume_policies() const;
};

/// A handle; copies share state.
class Callback {
 public:
  explicit Callback(std::shared_ptr<CallbackBody> body);
  CallbackBody* operator->() const { return body_.get(); }

 private:
  std::shared_ptr<CallbackBody> body_;
};

/// Functions as a callback, by Keras's names; those that are empty are skipped.
struct LambdaCallback {
  Function<void(TrainState&)> on_epoch_begin = {};
  Function<void(TrainState&, Scores&)> on_epoch_end = {};
  Function<void(TrainState&)> on_train_begin = {}, on_train_end = {};
  Function<void(TrainState&, std::int64_t step)> on_train_batch_begin = {};
  Function<void(TrainState&, std::int64_t step, double loss)> on_train_batch_end = {};
  operator Callback() const;
};

}  // namespace candor
