#include "candor/train/callbacks/checkpoint.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "candor/base/error.h"
#include "candor/train/watch.h"

namespace candor {
namespace {

class Body final : public CallbackBody {
 public:
  explicit Body(const ModelCheckpoint& o) : o_(o), watch_("ModelCheckpoint", o.monitor, o.mode, 0) {
    if (o.filepath.empty()) fail(ErrorKind::invalid_argument, "ModelCheckpoint: filepath is empty");
  }
  void on_train_begin(TrainState& state) override {
    watch_.begin(state);
    steps_ = 0;
    if (o_.initial_value_threshold) watch_.set_best(*o_.initial_value_threshold);
  }
  void on_batch_end(TrainState& state, std::int64_t step, double) override {
    if (o_.save_freq.steps() == 0 || ++steps_ < o_.save_freq.steps()) return;
    steps_ = 0;
    save(state, state.so_far(), step + 1);
  }
  void on_epoch_end(TrainState& state, Scores& scores) override {
    if (o_.save_freq.steps() == 0) save(state, scores, 0);
  }
  std::string kind() const override { return "ModelCheckpoint"; }
  void save_state(SavedState& state) const override {
    watch_.save_state(state);
    state.set("steps", steps_);
  }
  void load_state(const SavedState& state) override {
    watch_.load_state(state);
    steps_ = state.integer("steps");
  }

 private:
  void save(const TrainState& state, const Scores& scores, std::int64_t batch) {
    if (o_.save_best_only && !watch_.improved(watch_.value(state, scores))) return;
    const std::string path = detail::checkpoint_path(o_.filepath, state.epoch, scores, batch);
    if (o_.save_weights_only) state.model.save_weights(path);
    else state.model.save(path);
    if (o_.verbose > 0) std::fprintf(stderr, "epoch %d: saved %s\n", state.epoch + 1, path.c_str());
  }

  ModelCheckpoint o_;
  detail::Watch watch_;
  std::int64_t steps_ = 0;  ///< since the last file
};

}  // namespace

namespace detail {

std::string checkpoint_path(const std::string& pattern, int epoch, const Scores& scores, std::int64_t batch) {
  std::string out;
  for (std::size_t i = 0; i < pattern.size();) {
    const std::size_t close = pattern[i] == '{' ? pattern.find('}', i) : std::string::npos;
    if (close == std::string::npos) {
      out += pattern[i++];
      continue;
    }
    const std::string field = pattern.substr(i + 1, close - i - 1);
    const std::size_t colon = field.find(':');
    const std::string name = field.substr(0, colon), format = colon == std::string::npos ? "" : field.substr(colon + 1);
    char text[64];
    if (name == "epoch" || (name == "batch" && batch > 0)) {
      const int width = format.empty() ? 1 : std::min(std::atoi(format.c_str()), 20);
      std::snprintf(text, sizeof text, "%0*lld", width, static_cast<long long>(name == "epoch" ? epoch + 1 : batch));
    } else if (const double* value = scores.find(name)) {
      const std::size_t dot = format.find('.');
      std::snprintf(text, sizeof text, "%.*f", dot == std::string::npos ? 4 : std::min(std::atoi(format.c_str() + dot + 1), 12), *value);
    } else {
      fail(ErrorKind::invalid_argument, "ModelCheckpoint: filepath '" + pattern + "' has a field '" + name + "' that is no score; there are epoch and " + to_string(scores));
    }
    out += text;
    i = close + 1;
  }
  return out;
}

}  // namespace detail

ModelCheckpoint::operator Callback() const { return Callback(std::make_shared<Body>(*this)); }

}  // namespace candor
