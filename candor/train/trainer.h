// The loop behind Model::fit: an epoch is a list of row numbers, a step one run of a Program.
#pragma once

#include <optional>

#include "candor/base/progress.h"
#include "candor/train/fit.h"
#include "candor/train/judge.h"
#include "candor/train/programs.h"
#include "candor/train/resume.h"
#include "candor/train/snapshot.h"

namespace candor::detail {

class Trainer {
 public:
  /// Checks options and data. Throws as Model::fit does.
  Trainer(const Model& model, const std::vector<Tensor>& x, const std::vector<Tensor>& y, const FitOptions& options);
  History run();

 private:
  struct Result {
    Scores scores;
    std::int64_t steps = 0;
    bool interrupted = false;
  };
  /// How far training has come: all that is not in variables. A resume point holds it.
  struct Position {
    int epoch = 0;
    std::int64_t step = 0, rows = 0;     ///< done in this epoch
    std::vector<double> sums;            ///< of the losses, by row
    std::uint64_t random_step = 0;       ///< RunState::step of this epoch's first step
  };
  /// resume points: trainer_resume.cpp
  void prepare_resume();
  ResumePoint resume_point() const;
  void go_on_from(const SavedState& state);
  void prepare_weights();
  void prepare_steps();
  void order_rows(int epoch);
  Result epoch(int number, Progress& bar);
  /// Runs step `step` of the epoch; its losses are in losses_.
  void run_step(std::int64_t step);
  RunState run_state(std::int64_t step) const { return {options_.seed, at_.random_step + static_cast<std::uint64_t>(step)}; }
  void guard(int epoch, std::int64_t step);
  [[noreturn]] void give_up(int epoch, std::int64_t step, const std::string& what);
  std::string first_not_finite(std::int64_t step);
  bool weights_finite() const;
  std::int64_t steps() const { return (train_rows_ + batch_ - 1) / batch_; }
  std::int64_t step_rows(std::int64_t step) const { return std::min(batch_, train_rows_ - step * batch_); }
  std::vector<TensorType> argument_types(std::int64_t batch) const;

  Model model_;
  FitOptions options_;
  std::string who_;
  std::int64_t rows_ = 0, train_rows_ = 0, batch_ = 0;
  std::vector<Tensor> data_;  ///< inputs, targets, weights of all rows; contiguous
  std::size_t target_count_ = 0;
  Tensor weight_;
  std::shared_ptr<TrainPrograms> programs_;
  Program *full_ = nullptr, *rest_ = nullptr;
  std::optional<Judge> judge_;

  std::vector<std::int64_t> order_;
  std::vector<void*> arguments_, results_;
  std::vector<double> losses_;
  std::vector<DType> loss_types_;
  std::vector<Tensor> kept_;

  Snapshot good_, candidate_;
  bool pending_ = false, has_good_ = false;
  std::int64_t good_step_ = 0, candidate_step_ = 0;  ///< within the epoch; a snapshot of an earlier epoch is replaced at its first step
  std::vector<Variable> state_;
  std::vector<Callback> callbacks_;
  TrainState seen_;
  Position at_;
  History history_;
  Config run_;  ///< what a resume point belongs to; null without one
  std::optional<ResumeWriter> resume_;
};

}  // namespace candor::detail
