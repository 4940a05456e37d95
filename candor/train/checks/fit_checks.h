// What fit asks unasked: the model before the first step, the first loss, the layers now and then, the curves at the end.
#pragma once

#include <optional>
#include <span>

#include "candor/train/checks/check_model.h"
#include "candor/train/checks/curves.h"
#include "candor/train/checks/layer_statistics.h"
#include "candor/train/fit.h"
#include "candor/train/programs.h"

namespace candor::detail {

class FitChecks {
 public:
  /// Throws Error (invalid_argument) for an id in `silence` that there is not.
  FitChecks(const std::string& who, const FitOptions& options);

  bool on() const { return on_; }
  /// The model and its targets, once after each compile. `weighted`: samples have weights, so that the loss cannot be set beside guessing.
  /// `total` steps will come.
  void begin(TrainPrograms& programs, const ModelUnderCheck& model, bool weighted, std::int64_t total);
  /// The losses of the very first step of a model: the total, then those of the outputs when there are several.
  void first_losses(std::span<const double> losses, std::int64_t rows);
  /// Whether the layers are to be looked at behind step `step` of the training, counted from 0.
  bool due(std::int64_t step) const { return on_ && step >= next_; }
  /// Looks at the layers with the arguments of the step that has just run; `before` are the weights in front of it, as Model::parameters().
  void look(std::span<const TensorType> types, std::size_t weights, void* const* arguments, const RunState& state, std::int64_t rows, std::span<const Tensor> before, std::int64_t step, double epoch);
  /// What a training that ended at a loss that is not finite says.
  void not_finite(const std::string& message);
  /// What others found, to be told at the end.
  void add(CheckNotes&& notes) { keep(std::move(notes), false); }
  /// All findings into `history`, the worst five printed.
  void end(History& history, Curves curves, const Function<double(std::int64_t rows, const std::string& of)>& judged_again);

 private:
  void keep(CheckNotes&& notes, bool model);
  void print();

  const FitOptions& options_;
  bool on_, weighted_ = false;
  bool one_layer_ = false;                // one linear layer is all that learns
  std::size_t printed_ = 0, told_ = 0;    // lines; findings that were gone through for them
  CheckNotes notes_;
  TrainPrograms* programs_ = nullptr;
  std::vector<Guess> guesses_;
  Guess other_guess_ = {};                // of the validation rows
  double penalty_ = 0, first_ = 0;
  std::int64_t next_ = 0, gap_ = 0, rows_ = 0;
  LayerStatistics* statistics_ = nullptr;  // of programs_
  std::size_t samples_ = 0;
  std::vector<double> looked_at_;
};

}  // namespace candor::detail
