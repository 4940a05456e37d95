#include "candor/train/callbacks/csv_logger.h"

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "candor/base/error.h"

namespace candor {
namespace {

class Body final : public CallbackBody {
 public:
  explicit Body(const CSVLogger& o) : o_(o) {}
  void on_train_begin(TrainState& state) override {
    file_.close();
    file_.clear();
    bool has_lines = false;
    const bool append = o_.append || state.resumed;
    if (append) has_lines = std::ifstream(o_.filename).peek() != std::ifstream::traits_type::eof();
    file_.open(o_.filename, append ? std::ios::app : std::ios::trunc);
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

  std::string kind() const override { return "CSVLogger"; }
  void save_state(SavedState& state) const override {
    std::error_code error;
    const auto bytes = std::filesystem::file_size(o_.filename, error);
    state.set("bytes", error ? std::int64_t{0} : static_cast<std::int64_t>(bytes));
  }
  /// Lines of epochs after the resume point are written again.
  void load_state(const SavedState& state) override {
    file_.close();
    const auto bytes = static_cast<std::uintmax_t>(state.integer("bytes"));
    std::error_code error;
    if (std::filesystem::file_size(o_.filename, error) > bytes && !error) std::filesystem::resize_file(o_.filename, bytes, error);
    file_.open(o_.filename, std::ios::app);
    header_ = bytes == 0;
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
