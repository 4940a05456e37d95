#include "candor/train/callbacks/csv_logger.h"

#include <cstdio>
#include <fstream>

#include "candor/base/error.h"

namespace candor {
namespace {

class Body final : public CallbackBody {
 public:
  explicit Body(const CSVLogger& o) : o_(o) {}
  void on_train_begin(TrainState&) override {
    file_.close();
    file_.clear();
    bool has_lines = false;
    if (o_.append) has_lines = std::ifstream(o_.filename).peek() != std::ifstream::traits_type::eof();
    file_.open(o_.filename, o_.append ? std::ios::app : std::ios::trunc);
    header_ = !has_lines;
    check();
  }
  void on_epoch_end(TrainState& state, Scores& scores) override {
    if (header_) {
      file_ << "epoch";
      for (const auto& [name, value] : scores.items()) file_ << o_.separator << name;
      file_ << '\n';
      header_ = false;
    }
    file_ << state.epoch + 1;
    for (const auto& [name, value] : scores.items()) {
      char text[32];
      std::snprintf(text, sizeof text, "%.9g", value);
      file_ << o_.separator << text;
    }
    file_ << std::endl;
    check();
  }

 private:
  void check() const {
    if (!file_) fail(ErrorKind::io, "CSVLogger: " + o_.filename + " cannot be written");
  }
  CSVLogger o_;
  std::ofstream file_;
  bool header_ = true;
};

}  // namespace

CSVLogger::operator Callback() const { return Callback(std::make_shared<Body>(*this)); }

}  // namespace candor
