#include "candor/train/callbacks/swap_ema_weights.h"

#include "candor/base/error.h"

namespace candor {
namespace {

bool keeps_averages(const Config& optimizer) {
  const Config& options = optimizer.at("config");
  if (const Config* inner = options.find("inner_optimizer")) return keeps_averages(*inner);
  return options.get("use_ema", false);
}

/// The newest weights are kept here rather than exchanged with the averages: whatever ends training, Optimizer::finalize() finds the averages in
/// their place.
class Body final : public CallbackBody {
 public:
  explicit Body(bool swap_on_epoch) : swap_on_epoch_(swap_on_epoch) {}

  void on_train_begin(TrainState& state) override {
    newest_.clear();
    if (!keeps_averages(state.optimizer.config()))
      fail(ErrorKind::invalid_argument, "SwapEMAWeights: the optimizer " + state.optimizer.name() + " keeps no averages of the weights; set its use_ema = true");
  }
  void on_epoch_begin(TrainState& state) override { go_back(state); }
  void on_test_begin(TrainState& state) override { go_to_averages(state); }
  void on_test_end(TrainState& state) override { go_back(state); }
  void on_epoch_end(TrainState& state, Scores&) override {
    if (swap_on_epoch_) go_to_averages(state);
  }

  std::string kind() const override { return "SwapEMAWeights"; }
  void save_state(SavedState& state) const override { state.set("newest", newest_); }
  void load_state(const SavedState& state) override { newest_ = state.tensor_list("newest"); }

 private:
  void go_to_averages(const TrainState& state) {
    newest_.clear();
    for (const Variable& v : state.model.parameters()) newest_.push_back(v.tensor().clone());
    state.optimizer.finalize();
  }
  void go_back(const TrainState& state) {
    if (newest_.empty()) return;
    const std::vector<Variable> parameters = state.model.parameters();
    for (std::size_t i = 0; i < parameters.size(); ++i) parameters[i].assign(newest_.at(i));
    newest_.clear();
  }

  bool swap_on_epoch_;
  std::vector<Tensor> newest_;
};

}  // namespace

SwapEMAWeights::operator Callback() const { return Callback(std::make_shared<Body>(swap_on_epoch)); }

}  // namespace candor
