// What training and evaluation report.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace candor {

/// Names and numbers in order: {"loss", 0.31}, {"accuracy", 0.91}.
class Scores {
 public:
  using Item = std::pair<std::string, double>;
  Scores() = default;
  explicit Scores(std::vector<Item> items);
  /// The number of that name. Throws Error (not_found) that lists the names.
  double operator[](std::string_view name) const;
  /// Null when there is none.
  const double* find(std::string_view name) const;
  void set(std::string name, double value);
  const std::vector<Item>& items() const { return items_; }

 private:
  std::vector<Item> items_;
};
/// "loss 0.0712, accuracy 0.978".
std::string to_string(const Scores& scores);
std::ostream& operator<<(std::ostream& out, const Scores& scores);

/// The numbers of each epoch: history["val_loss"].
class History {
 public:
  /// One number an epoch, NaN for an epoch without one. Throws Error (not_found) that lists the names. A view of this History; of one that
  /// is about to go, as in model.fit(...)["loss"], a vector of its own.
  const std::vector<double>& operator[](std::string_view name) const&;
  std::vector<double> operator[](std::string_view name) &&;
  const std::vector<Scores>& epochs() const { return epochs_; }
  const std::vector<double>& seconds() const { return seconds_; }
  /// Why training ended: "finished", "interrupted", or what a callback said.
  const std::string& ended() const { return ended_; }
  bool interrupted() const;

  void add(Scores scores, double seconds);
  void end(std::string why);

 private:
  std::vector<Scores> epochs_;
  std::vector<std::pair<std::string, std::vector<double>>> columns_;  // the same numbers by name
  std::vector<double> seconds_;
  std::string ended_ = "finished";
};

}  // namespace candor
