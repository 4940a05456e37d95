#include "candor/train/callbacks/tensor_board.h"

#include <algorithm>
#include <chrono>

#include "candor/base/error.h"
#include "candor/train/event_file.h"

namespace candor {
namespace {

double now() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

class Body final : public CallbackBody {
 public:
  explicit Body(const TensorBoard& o) : o_(o) {
    if (o.log_dir.empty()) fail(ErrorKind::invalid_argument, "TensorBoard: log_dir is empty");
  }
  std::string kind() const override { return "TensorBoard"; }
  void on_train_begin(TrainState& state) override {
    train_.open(o_.log_dir + "/train", now());
    if (state.has_validation) validation_.open(o_.log_dir + "/validation", now());
    steps_ = 0;
  }
  void on_epoch_begin(TrainState& state) override {
    began_ = now();
    first_ = state.optimizer.iterations();
  }
  void on_batch_end(TrainState& state, std::int64_t, double) override {
    if (o_.update_freq.steps() == 0 || ++steps_ < o_.update_freq.steps()) return;
    steps_ = 0;
    const Scores scores = state.so_far();
    for (const auto& [name, value] : scores.items()) train_.scalar("batch_" + name, value, state.optimizer.iterations(), now());
  }
  void on_epoch_end(TrainState& state, Scores& scores) override {
    for (const auto& [name, value] : scores.items()) {
      if (name == "learning_rate") continue;
      if (name.starts_with("val_")) validation_.scalar("epoch_" + name.substr(4), value, state.epoch, now());
      else train_.scalar("epoch_" + name, value, state.epoch, now());
    }
    train_.scalar("epoch_learning_rate", state.optimizer.learning_rate(), state.epoch, now());
    if (o_.write_steps_per_second) train_.scalar("epoch_steps_per_second", static_cast<double>(state.optimizer.iterations() - first_) / std::max(now() - began_, 1e-9), state.epoch, now());
    train_.flush();
    validation_.flush();
  }
  void on_train_end(TrainState&) override {
    train_.flush();
    validation_.flush();
  }

 private:
  TensorBoard o_;
  detail::EventFile train_, validation_;
  std::int64_t steps_ = 0, first_ = 0;
  double began_ = 0;
};

}  // namespace

TensorBoard::operator Callback() const { return Callback(std::make_shared<Body>(*this)); }

}  // namespace candor
