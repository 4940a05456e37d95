// What training and evaluation report.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "candor/base/finding.h"
#include "candor/base/shared.h"

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

/// What training showed of one layer, at those steps that were looked at (History::looked_at). NaN where there is nothing to say.
struct LayerRecord {
  std::string layer = {};                   ///< its path: "sequential/dense_1"
  std::vector<double> gradient_norm = {};   ///< Euclidean norm of the loss's gradient with respect to its weights
  std::vector<double> update_ratio = {};    ///< norm of the step's change of its kernels by the norm of the kernels: 1e-3 is common
  std::vector<double> mean = {}, deviation = {};  ///< of what it gives
  std::vector<double> zeros = {};           ///< share of zeros in what it gives
  std::vector<double> at_limit = {};        ///< share of what it gives that lies at a limit of its activation (sigmoid, tanh)
  std::vector<double> dead = {};            ///< share of its units that were zero, or at their limit, for every row of the batch
};

/// The numbers of each epoch: history["val_loss"]. A value: what is added to a copy is not added to the other.
class History {
 public:
  /// One number an epoch, NaN for an epoch without one. Throws Error (not_found) that lists the names. A view of this History; of one that
  /// is about to go, as in model.fit(...)["loss"], a vector of its own.
  const std::vector<double>& operator[](std::string_view name) const&;
  std::vector<double> operator[](std::string_view name) &&;
  const std::vector<Scores>& epochs() const;
  const std::vector<double>& seconds() const;
  /// Why training ended: "finished", "interrupted", or what a callback said.
  const std::string& ended() const;
  bool interrupted() const;
  /// What the checks say of model and training, model.* first; FitOptions::checks and silence decide. docs/checks has a page on each id.
  const std::vector<Finding>& findings() const;
  /// Checks that came to no verdict, and why.
  const std::vector<SkippedCheck>& skipped() const;
  /// The layers in the order in which they are called, and when they were looked at, in epochs from 0: 0.5 is the middle of the first. Empty
  /// for trainings of fewer than 64 steps.
  const std::vector<LayerRecord>& layers() const;
  const std::vector<double>& looked_at() const;

  void add(Finding finding);
  void add(SkippedCheck skipped);
  void set_layers(std::vector<LayerRecord> layers, std::vector<double> looked_at);
  void add(Scores scores, double seconds);
  void end(std::string why);

 private:
  struct State;
  State& own();  ///< to be written to: this History's alone
  Shared<State> state_;
};

}  // namespace candor
