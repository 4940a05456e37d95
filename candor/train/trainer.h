// The loop behind Model::fit: an epoch is a list of row numbers, a step one run of a Program.
#pragma once

#include <optional>

#include "candor/base/progress.h"
#include "candor/train/checks/fit_checks.h"
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
    bool ended = false;  ///< at a loss that is not finite; the epoch is not told of
  };
  /// The batches of an epoch: `steps` of pass `pass` through the data, from batch `first` on.
  struct Part {
    std::int64_t first = 0, steps = 0;
    int pass = 0;
  };
  Part part_of(int epoch) const;
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
  void prepare_augmentation();
  /// Points the arguments of the next run at what step `step` reads.
  void set_arguments(std::int64_t step);
  void prepare_judge(std::span<const Tensor> weights, std::int64_t held_out);
  void order_rows(int pass);
  Result epoch(int number, Progress& bar);
  /// Runs step `step` of the epoch; its losses are in losses_.
  void run_step(std::int64_t step);
  RunState run_state(std::int64_t step) const { return {options_.seed, at_.random_step + static_cast<std::uint64_t>(step)}; }
  /// Checks that see the model, a step, the whole training: train/checks/.
  void begin_checks();
  void look_at_layers(std::int64_t step);
  void end_checks();
  void guard(int epoch, std::int64_t step);
  bool guarded(int epoch, std::int64_t step);
  [[noreturn]] void give_up(int epoch, std::int64_t step, const std::string& what);
  std::string first_not_finite(std::int64_t step);
  /// The rows of a step's batch, or those of them whose numbers are not finite.
  std::string rows_text(std::int64_t step, bool bad_alone) const;
  bool weights_finite() const;
  std::int64_t batches() const { return (train_rows_ + batch_ - 1) / batch_; }
  std::int64_t steps() const { return part_.steps; }
  /// The row numbers of a step of this epoch, and how many there are.
  const std::int64_t* step_order(std::int64_t step) const { return order_.data() + (part_.first + step) * batch_; }
  std::int64_t step_rows(std::int64_t step) const { return std::min(batch_, train_rows_ - (part_.first + step) * batch_); }
  /// Loss and metrics of the epoch so far.
  Scores so_far() const;
  std::vector<TensorType> argument_types(std::int64_t batch) const;

  Model model_;
  FitOptions options_;
  std::string who_;
  std::int64_t rows_ = 0, train_rows_ = 0, batch_ = 0;
  std::vector<Tensor> data_;  ///< inputs, targets, weights of all rows; contiguous
  std::size_t target_count_ = 0;
  std::size_t weight_count_ = 0;
  std::shared_ptr<TrainPrograms> programs_;
  Program *full_ = nullptr, *rest_ = nullptr;
  std::optional<Judge> judge_;
  std::vector<Tensor> batch_data_;         ///< with augmentation: what a step reads, in place of data_
  std::vector<std::int64_t> batch_order_;  ///< 0, 1, 2 ...: its rows
  Tensor seen_targets_;                    ///< with augmentation that changes labels: the targets of this epoch in the order they were seen

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
  Part part_;
  History history_;
  FitChecks checks_;
  std::vector<std::size_t> parameter_slots_;  ///< of Model::parameters() in state_
  std::vector<TensorType> look_types_;
  double augmentation_seconds_ = 0;
  std::int64_t first_step_ = 0;               ///< RunState::step of the first step of this training
  std::vector<Tensor> before_step_;           ///< the weights before a step whose layers are looked at
  Config run_;  ///< what a resume point belongs to; null without one
  std::optional<ResumeWriter> resume_;
};

}  // namespace candor::detail
