#include "candor/train/callbacks/checkpoint.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "candor/base/error.h"

namespace candor {
namespace {

class Body final : public CallbackBody {
 public:
  explicit Body(const ModelCheckpoint& o) : o_(o), watch_("ModelCheckpoint", o.monitor, o.mode, 0) {
    if (o.filepath.empty()) fail(ErrorKind::invalid_argument, "ModelCheckpoint: filepath is empty");
  }
  void on_train_begin(TrainState& state) override {
    watch_.begin(state);
    if (o_.initial_value_threshold) watch_.set_best(*o_.initial_value_threshold);
  }
  void on_epoch_end(TrainState& state, Scores& scores) override {
    if (o_.save_best_only && !watch_.improved(watch_.value(state, scores))) return;
    state.model.save(detail::checkpoint_path(o_.filepath, state.epoch, scores));
  }
  std::string kind() const override { return "ModelCheckpoint"; }
  void save_state(SavedState& state) const override { watch_.save_state(state); }
  void load_state(const SavedState& state) override { watch_.load_state(state); }

 private:
  ModelCheckpoint o_;
  detail::Watch watch_;
};

}  // namespace

namespace detail {

std::string checkpoint_path(const std::string& pattern, int epoch, const Scores& scores) {
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
    if (name == "epoch") {
      std::snprintf(text, sizeof text, "%0*d", format.empty() ? 1 : std::atoi(format.c_str()), epoch + 1);
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
