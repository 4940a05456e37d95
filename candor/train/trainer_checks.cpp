// What fit says unasked: where the Trainer calls on the checks.
#include <algorithm>
#include <cmath>
#include <thread>

#include "candor/base/threads.h"
#include "candor/train/checks/guarded.h"
#include "candor/train/checks/speed.h"
#include "candor/train/trainer.h"

namespace candor::detail {

void Trainer::begin_checks() {
  if (!checks_.on()) return;
  const std::vector<Variable> parameters = model_.parameters();
  for (const Variable& p : parameters)
    parameter_slots_.push_back(static_cast<std::size_t>(std::find_if(state_.begin(), state_.end(), [&](const Variable& v) { return v.same(p); }) - state_.begin()));
  before_step_.resize(parameters.size());
  const auto inputs = static_cast<std::ptrdiff_t>(programs_->inputs()), targets = static_cast<std::ptrdiff_t>(target_count_);
  ModelUnderCheck m{model_, {data_.begin(), data_.begin() + inputs}, {data_.begin() + inputs, data_.begin() + inputs + targets}, train_rows_, batch_};
  if (!options_.validation_data.empty()) {
    m.other_y = options_.validation_data.y;
    for (const Tensor& t : options_.validation_data.x) m.other_x.push_back(t.contiguous());
  } else if (options_.validation_split > 0 && train_rows_ < rows_) {
    for (const Tensor& t : m.x) m.other_x.push_back(t.view_slice(0, train_rows_, rows_));
    for (const Tensor& t : m.y) m.other_y.push_back(t.view_slice(0, train_rows_, rows_));
  }
  m.shuffled = options_.shuffle;
  const std::int64_t each = options_.steps_per_epoch > 0 ? std::min(options_.steps_per_epoch, batches()) : batches();
  checks_.begin(*programs_, m, weight_count_ > 0, each * (options_.epochs - options_.initial_epoch));
}

/// Behind a step before which the weights were copied, and whose losses are in losses_.
void Trainer::look_at_layers(std::int64_t step) {
  if (!checks_.on()) return;
  const std::int64_t number = static_cast<std::int64_t>(at_.random_step) + step - first_step_;
  if (number == 0 && seen_.optimizer.calls() <= 1 && !seen_.resumed) {
    std::vector<double> losses;
    for (std::size_t i = 0; i < losses_.size(); ++i) losses.push_back(read_scalar(&losses_[i], loss_types_[i]));
    checks_.first_losses(losses, step_rows(step));
  }
  if (!checks_.due(number) || step_rows(step) != batch_) return;
  // guard() has just taken the copy made before this step as the last good one.
  for (std::size_t i = 0; i < parameter_slots_.size(); ++i) before_step_[i] = good_.values()[parameter_slots_[i]];
  if (look_types_.empty()) look_types_ = argument_types(batch_);
  checks_.look(look_types_, weight_count_, arguments_.data(), run_state(step), batch_, before_step_, number, static_cast<double>(at_.epoch) + static_cast<double>(step) / static_cast<double>(std::max<std::int64_t>(steps(), 1)));
}

void Trainer::end_checks() {
  if (!checks_.on()) return;
  Curves curves = curves_of(history_);
  curves.val_rows = judge_ ? judge_->rows() : 0;
  curves.steps = static_cast<std::int64_t>(at_.random_step) - first_step_;
  curves.kept_epoch = seen_.kept_epoch;
  curves.ended_early = !seen_.stop.empty();
  CheckNotes slow;
  detail::guarded(slow, "train.slow", [&](CheckNotes& notes) {
    double seconds = 0, flops = 0, plain = 0;
    for (const double s : history_.seconds()) seconds += s;
    if (seconds < 2) return;
    std::string op;
    for (const PlanRow& row : full_->rows()) {
      flops += row.flops;
      if (row.kernel.rfind("reference", 0) == 0) plain += row.flops, op = op.empty() ? row.op : op;
    }
    check_speed({seconds, augmentation_seconds_, flops > 0 ? plain / flops : 0, op, threads(), static_cast<int>(std::thread::hardware_concurrency())}, notes);
  });
  checks_.add(std::move(slow));
  checks_.end(history_, std::move(curves), [&](std::int64_t rows, const std::string& of) {
    const std::span<const Tensor> all(data_);
    Judge again(*programs_, all.first(programs_->inputs()), all.subspan(programs_->inputs(), target_count_), {}, {0, rows}, 256);
    return again.run()[of];
  });
}

namespace {

bool finite_row(const Tensor& t, std::int64_t row) {
  return visit_dtype(t.dtype(), [&](auto zero) {
    using T = decltype(zero);
    if constexpr (std::is_floating_point_v<T>) {
      const auto* values = static_cast<const T*>(row_pointer(t, row));
      return std::all_of(values, values + t.size() / t.shape(0), [](T v) { return std::isfinite(v); });
    }
    return true;
  });
}

}  // namespace

std::string Trainer::rows_text(std::int64_t step, bool bad_alone) const {
  constexpr std::size_t most = 8;
  std::vector<std::int64_t> rows(step_order(step), step_order(step) + step_rows(step));
  if (bad_alone) {
    const std::size_t given = programs_->inputs() + target_count_;
    std::erase_if(rows, [&](std::int64_t row) { return std::all_of(data_.begin(), data_.begin() + static_cast<std::ptrdiff_t>(given), [&](const Tensor& t) { return finite_row(t, row); }); });
  }
  if (rows.empty()) return "";
  std::sort(rows.begin(), rows.end());
  std::string out = std::string(bad_alone ? ", in row" : "; the batch has the row") + (rows.size() == 1 ? " " : "s ");
  for (std::size_t i = 0; i < std::min(rows.size(), most); ++i) out += (i ? ", " : "") + std::to_string(rows[i]);
  return out + (rows.size() > most ? ", ... (" + std::to_string(rows.size()) + " in all)" : "");
}

}  // namespace candor::detail
