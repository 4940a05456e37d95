#include "candor/train/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <numeric>

#include "candor/base/clock.h"
#include "candor/base/interrupt.h"
#include "candor/base/threads.h"
#include "candor/data/batches.h"
#include "candor/ops/elementwise.h"
#include "candor/train/data_row.h"
#include "candor/train/training_mark.h"

namespace candor::detail {
namespace {

/// Steps between two copies of the weights: what has to be run again to find where a loss stopped being finite.
constexpr std::int64_t steps_between_snapshots = 64;


void check_options(const std::string& who, const FitOptions& o) {
  const auto bad = [&](const std::string& what) { fail(ErrorKind::invalid_argument, who + ": " + what); };
  if (o.epochs < 1) bad("epochs must be at least 1, not " + std::to_string(o.epochs));
  if (o.initial_epoch < 0 || o.initial_epoch >= o.epochs) bad("initial_epoch must lie in [0, epochs), not " + std::to_string(o.initial_epoch));
  if (o.memory < 0) bad("memory must not be negative, not " + std::to_string(o.memory));
  if (o.batch_size < 1) bad("batch_size must be at least 1, not " + std::to_string(o.batch_size));
  if (!(o.validation_split >= 0 && o.validation_split < 1)) bad("validation_split must lie in [0, 1), not " + std::to_string(o.validation_split));
  if (o.steps_per_epoch < 0) bad("steps_per_epoch must not be negative, not " + std::to_string(o.steps_per_epoch));
  if (o.validation_steps < 0) bad("validation_steps must not be negative, not " + std::to_string(o.validation_steps));
  if (o.validation_batch_size < 0) bad("validation_batch_size must not be negative, not " + std::to_string(o.validation_batch_size));
  if (o.validation_freq < 1) bad("validation_freq must be at least 1, not " + std::to_string(o.validation_freq));
  if (o.validation_split > 0 && !o.validation_data.empty()) bad("validation_split and validation_data exclude each other");
}

}  // namespace

Trainer::Trainer(const Model& model, const std::vector<Tensor>& x, const std::vector<Tensor>& y, const FitOptions& options)
    : model_(model), options_(options), who_(model.name() + ": fit"), callbacks_(options.callbacks), checks_(who_, options_) {
  model_.compile_options();
  check_options(who_, options_);
  rows_ = check_rows(who_, x, y, options_.sample_weight);
  const auto held_out = static_cast<std::int64_t>(std::floor(static_cast<double>(rows_) * options_.validation_split + 1e-6));
  train_rows_ = rows_ - held_out;
  if (train_rows_ < 1) fail(ErrorKind::invalid_argument, who_ + ": validation_split " + std::to_string(options_.validation_split) + " leaves none of " + std::to_string(rows_) + " rows to train on");
  batch_ = std::min(options_.batch_size, train_rows_);
  for (const Tensor& t : x) data_.push_back(t.contiguous());
  for (const Tensor& t : y) data_.push_back(t.contiguous());
  target_count_ = y.size();
  programs_ = TrainPrograms::of(model_);
  if (x.size() != programs_->inputs()) {
    fail(ErrorKind::invalid_argument, who_ + ": the model has " + std::to_string(programs_->inputs()) + " inputs, " + std::to_string(x.size()) + " were given");
  }
  programs_->trained = {};
  const std::vector<Tensor> given = sample_weights(who_, options_.sample_weight, rows_, programs_->outputs());
  std::vector<Tensor> weights = given;
  if (!options_.class_weight.empty()) {
    const Tensor of_classes = class_weights(who_, options_.class_weight, y);
    if (weights.empty()) weights.push_back(of_classes);
    else weights[0] = weights[0] * cast(fit_weights(who_, "class weights", of_classes, weights[0]), weights[0].dtype());
  }
  weight_count_ = weights.size();
  for (const Tensor& t : weights) data_.push_back(t);
  part_ = part_of(options_.initial_epoch);
  prepare_steps();
  prepare_judge(given, held_out);
  prepare_resume();
}

/// Class weights are of training alone.
void Trainer::prepare_judge(std::span<const Tensor> weights, std::int64_t held_out) {
  const std::int64_t batch = options_.validation_batch_size > 0 ? options_.validation_batch_size : options_.batch_size;
  const auto limited = [&](std::int64_t start, std::int64_t stop) {
    return Rows{start, options_.validation_steps > 0 ? std::min(stop, start + options_.validation_steps * batch) : stop};
  };
  if (!options_.validation_data.empty()) {
    const ValidationData& v = options_.validation_data;
    const std::string who = who_ + ": validation_data";
    const std::int64_t count = check_rows(who, v.x, v.y, v.sample_weight);
    judge_.emplace(*programs_, v.x, v.y, sample_weights(who, v.sample_weight, count, programs_->outputs()), limited(0, count), batch);
  } else if (held_out > 0) {
    const std::span<const Tensor> all(data_);
    judge_.emplace(*programs_, all.first(programs_->inputs()), all.subspan(programs_->inputs(), target_count_), weights, limited(train_rows_, rows_), batch);
  }
}

/// With steps_per_epoch an epoch goes on where the one before ended, and ends with the data.
Trainer::Part Trainer::part_of(int epoch) const {
  if (options_.steps_per_epoch == 0) return {0, batches(), epoch};
  Part part{0, 0, options_.initial_epoch};
  for (int e = options_.initial_epoch;; ++e) {
    part.steps = std::min(options_.steps_per_epoch, batches() - part.first);
    if (e >= epoch) return part;
    part.first += part.steps;
    if (part.first >= batches()) part.first = 0, ++part.pass;
  }
}

std::vector<TensorType> Trainer::argument_types(std::int64_t batch) const {
  std::vector<TensorType> types;
  for (const Tensor& t : data_) types.push_back(batch_data_.empty() ? t.type() : TensorType{t.shape().with(0, batch), t.dtype()});
  types.push_back({Shape{batch}, DType::i64});
  return types;
}

void Trainer::prepare_augmentation() {
  if (options_.augmentation.empty()) return;
  if (programs_->inputs() != 1 || target_count_ != 1)
    fail(ErrorKind::invalid_argument, who_ + ": augmentation is for models of one input and one target, and this has " + std::to_string(programs_->inputs()) + " and " + std::to_string(target_count_));
  options_.augmentation.check(data_[0], data_[1]);
  for (const Tensor& t : data_) batch_data_.push_back(Tensor::empty(t.shape().with(0, batch_), t.dtype()));
  batch_order_.resize(static_cast<std::size_t>(batch_));
  std::iota(batch_order_.begin(), batch_order_.end(), std::int64_t{0});
}

/// A step reads its rows from all the data, by their numbers; with augmentation they are made in memory of their own first.
void Trainer::set_arguments(std::int64_t step) {
  const std::int64_t* const order = step_order(step);
  if (batch_data_.empty()) {
    arguments_.back() = const_cast<std::int64_t*>(order);  // a Program takes all its arguments as void*
    return;
  }
  const auto rows = static_cast<std::size_t>(step_rows(step));
  const double start = seconds_now();
  options_.augmentation.apply(data_[0], data_[1], {order, rows}, options_.seed, static_cast<std::uint64_t>(at_.epoch), batch_data_[0].raw(), batch_data_[1].raw());
  augmentation_seconds_ += seconds_now() - start;
  for (std::size_t i = 2; i < data_.size(); ++i)
    for (std::size_t row = 0; row < rows; ++row) std::memcpy(row_pointer(batch_data_[i], static_cast<std::int64_t>(row)), row_pointer(data_[i], order[row]), data_[i].type().bytes() / static_cast<std::size_t>(rows_));
  if (seen_targets_.defined()) std::memcpy(row_pointer(seen_targets_, (part_.first + step) * batch_), batch_data_[1].raw(), rows * (seen_targets_.type().bytes() / static_cast<std::size_t>(train_rows_)));
}

void Trainer::prepare_steps() {
  prepare_augmentation();
  programs_->set_memory(options_.memory);
  if (train_rows_ >= batch_) full_ = &programs_->train_step(argument_types(batch_), weight_count_);
  if (const std::int64_t rest = train_rows_ % batch_; rest > 0) rest_ = &programs_->train_step(argument_types(rest), weight_count_);
  for (const Tensor& t : batch_data_.empty() ? data_ : batch_data_) arguments_.push_back(t.raw());
  arguments_.push_back(batch_order_.empty() ? nullptr : batch_order_.data());
  const StepResults layout = programs_->results();
  losses_.resize(layout.losses);
  results_.resize(layout.losses + layout.kept_outputs.size());
  for (std::size_t i = 0; i < losses_.size(); ++i) results_[i] = &losses_[i], loss_types_.push_back(full_->result_types()[i].dtype);
  for (std::size_t i = layout.losses; i < results_.size(); ++i) {
    const TensorType& type = full_->result_types()[i];
    kept_.push_back(Tensor::empty(type.shape.with(0, train_rows_), type.dtype));
  }
  if (!batch_data_.empty() && !kept_.empty()) seen_targets_ = Tensor::empty(data_[1].shape().with(0, train_rows_), data_[1].dtype());
  order_.resize(static_cast<std::size_t>(train_rows_));
  std::iota(order_.begin(), order_.end(), std::int64_t{0});
  if (const Rematerialisation& r = programs_->rematerialisation(); r.parts > 0 && options_.verbose > 0) {
    std::fprintf(stderr, "memory: a step takes %.1f MB instead of %.1f; %.0f %% of the forward pass is computed twice\n", static_cast<double>(r.bytes) / 1e6, static_cast<double>(r.without) / 1e6, 100 * r.again);
  }
  state_ = model_.variables();
  for (const auto& [name, variable] : model_.compile_options().optimizer.named_variables()) state_.push_back(variable);
}

void Trainer::order_rows(int pass) {
  if (!options_.shuffle) return;
  const Permutation permutation = data::epoch_order(train_rows_, options_.seed, static_cast<std::uint64_t>(pass));
  constexpr std::int64_t piece = 8192;
  parallel_for((train_rows_ + piece - 1) / piece, [&](std::int64_t p) {
    for (std::int64_t i = p * piece; i < std::min(train_rows_, (p + 1) * piece); ++i) order_[static_cast<std::size_t>(i)] = static_cast<std::int64_t>(permutation.at(static_cast<std::uint64_t>(i)));
  });
}

void Trainer::run_step(std::int64_t step) {
  set_arguments(step);
  for (std::size_t i = 0; i < kept_.size(); ++i) results_[losses_.size() + i] = row_pointer(kept_[i], step * batch_);
  Program& program = step_rows(step) == batch_ ? *full_ : *rest_;
  try {
    program.run(arguments_.data(), results_.data(), run_state(step));
  } catch (Error& error) {
    bool one_each = true;
    for (std::size_t i = 0; i < target_count_; ++i) one_each &= data_[programs_->inputs() + i].size() == rows_;
    add_data_row(error, step_rows(step), one_each, [&](std::int64_t row) { return step_order(step)[row]; });
    throw;
  }
}

void Trainer::guard(int epoch, std::int64_t step) {
  const double loss = read_scalar(&losses_[0], loss_types_[0]);
  if (std::isfinite(loss)) {
    if (pending_) {
      std::swap(good_, candidate_);
      good_step_ = candidate_step_;
      has_good_ = true;
      pending_ = false;
    }
    return;
  }
  give_up(epoch, step, "the loss became " + std::string(std::isnan(loss) ? "nan" : loss > 0 ? "inf" : "-inf"));
}

/// Which weight or layer output is the first that is not finite when step `step` runs with the weights there are now.
std::string Trainer::first_not_finite(std::int64_t step) {
  std::vector<std::string> names;
  Program& program = programs_->finite_step(argument_types(step_rows(step)), weight_count_, names);
  set_arguments(step);
  std::vector<Tensor> flags;
  std::vector<void*> out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    flags.push_back(Tensor::zeros({}, DType::boolean));
    out.push_back(flags.back().raw());
  }
  program.run(arguments_.data(), out.data(), run_state(step));
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!*flags[i].data<bool>()) return names[i];
  }
  return "the loss of the output of " + model_.name() + "/" + programs_->output_names().front();
}

void Trainer::give_up(int epoch, std::int64_t step, const std::string& what) {
  // Back to the last copy, then forward again to the step whose loss was the last finite one: the same steps give the same bits.
  const Snapshot& from = has_good_ ? good_ : candidate_;
  const std::int64_t start = has_good_ ? good_step_ : candidate_step_;
  std::string where;
  from.restore();
  for (std::int64_t s = start; s + 1 < step; ++s) run_step(s);
  Snapshot last_good;
  last_good.take(state_);
  if (start < step) run_step(step - 1);
  where = first_not_finite(std::min(step, steps() - 1));
  last_good.restore();
  const double rate = seen_.optimizer.learning_rate();
  const bool data = where == "the input" || where == "the targets";
  std::string advice;
  if (data) advice = "The data have NaN or infinite values: clean them";
  else advice = "Lower the learning rate (it is " + to_string(Config(rate)) + "), clip the gradients or scale the data";
  fail(ErrorKind::numeric, who_ + ": " + what + " in step " + std::to_string(step + 1) + " of epoch " + std::to_string(epoch + 1) + "; " + where +
                               " is the first that is not finite" + rows_text(std::min(step, steps() - 1), data) + ". The last good weights were restored. " + advice + " (train.nan)");
}

bool Trainer::weights_finite() const {
  for (const Variable& v : state_) {
    if (!is_floating(v.type().dtype)) continue;
    const bool finite = visit_dtype(v.type().dtype, [&](auto zero) {
      using T = decltype(zero);
      if constexpr (std::is_floating_point_v<T>) {
        const T* data = v.tensor().data<T>();
        T sum = 0;  // 0 * x is 0 for every finite x and NaN for the others
        for (std::int64_t i = 0; i < v.shape().size(); ++i) sum += data[i] * T{0};
        return sum == T{0};
      }
      return true;
    });
    if (!finite) return false;
  }
  return true;
}

/// guard(), unless a callback ends training instead: false then.
bool Trainer::guarded(int epoch, std::int64_t step) {
  const bool ends = std::any_of(callbacks_.begin(), callbacks_.end(), [](const Callback& callback) { return callback->ends_at_nan(); });
  if (!ends) {
    guard(epoch, step);
    return true;
  }
  try {
    guard(epoch, step);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::numeric) throw;
    seen_.stop = "TerminateOnNaN: " + std::string(error.what());
    checks_.not_finite(error.what());
    return false;
  }
  return true;
}

Scores Trainer::so_far() const {
  std::vector<double> means = at_.sums;
  for (double& mean : means) mean /= static_cast<double>(std::max<std::int64_t>(at_.rows, 1));
  return collect_scores(*programs_, means, programs_->train_metrics());
}

Trainer::Result Trainer::epoch(int number, Progress& bar) {
  order_rows(part_.pass);
  const std::int64_t first = at_.step;  // not 0: from a resume point
  if (first == 0) {
    for (const OutputMetric& m : programs_->train_metrics()) m.metric.reset();
    at_.sums.assign(losses_.size(), 0);
    at_.rows = 0;
  }
  Result result;
  result.steps = first;
  for (std::int64_t step = first; step < steps(); ++step) {
    const bool copied = step == first || step % steps_between_snapshots == 0;
    if (copied) {
      candidate_.take(state_);
      candidate_step_ = step;
      pending_ = true;
      if (step == first) has_good_ = false;  // one of the epoch before cannot be run forward in this one's order
    }
    for (const Callback& callback : callbacks_) callback->on_batch_begin(seen_, step);
    run_step(step);
    if (!guarded(number, step)) {
      result.ended = true;
      return result;
    }
    if (copied) look_at_layers(step);
    const auto count = static_cast<double>(step_rows(step));
    for (std::size_t i = 0; i < at_.sums.size(); ++i) at_.sums[i] += read_scalar(&losses_[i], loss_types_[i]) * count;
    at_.rows += step_rows(step);
    at_.step = result.steps = step + 1;
    for (const Callback& callback : callbacks_) callback->on_batch_end(seen_, step, read_scalar(&losses_[0], loss_types_[0]));
    if (bar.due()) bar.update(step + 1, "loss " + to_string(Config(static_cast<double>(static_cast<float>(at_.sums[0] / static_cast<double>(at_.rows))))).substr(0, 7));
    if (interrupted()) {
      result.interrupted = true;
      break;
    }
    if (step + 1 < steps()) resume_->after_step([&] { return resume_point(); });
  }
  if (!weights_finite()) give_up(number, result.steps, "the weights are no longer finite");
  if (result.interrupted) resume_->at_stop([&] { return resume_point(); });
  if (!kept_.empty() && !result.interrupted) {
    const std::span<const std::int64_t> order(step_order(0), static_cast<std::size_t>(at_.rows));
    const auto part = [&](std::size_t from, std::size_t count) {
      std::vector<Tensor> rows;
      for (std::size_t i = from; i < from + count; ++i) rows.push_back(data::take_rows(data_[i], order));
      return rows;
    };
    std::vector<Tensor> seen;
    for (const Tensor& t : kept_) seen.push_back(t.view_slice(0, 0, at_.rows));
    std::vector<Tensor> targets = part(programs_->inputs(), target_count_);
    if (seen_targets_.defined()) targets = {seen_targets_.view_slice(0, part_.first * batch_, part_.first * batch_ + at_.rows)};
    count_all(*programs_, programs_->train_metrics(), targets, seen, part(programs_->inputs() + target_count_, weight_count_));
  }
  result.scores = so_far();
  return result;
}

History Trainer::run() {
  const InterruptGuard interrupts;
  const TrainingMark mark(static_cast<ModelBody&>(model_.body()), who_);
  seen_ = {model_, model_.compile_options().optimizer, options_.initial_epoch, options_.epochs, judge_.has_value(), options_.verbose > 0, false, "", [this] { return so_far(); }};
  at_.epoch = options_.initial_epoch;
  at_.random_step = static_cast<std::uint64_t>(seen_.optimizer.calls());
  const std::optional<ResumePoint> point = resume_->read(run_);
  seen_.resumed = point.has_value();
  for (const Callback& callback : callbacks_) callback->on_train_begin(seen_);
  first_step_ = static_cast<std::int64_t>(at_.random_step);
  if (point) go_on_from(point->state);
  begin_checks();
  while (at_.epoch < options_.epochs && (seen_.stop.empty() || at_.step > 0)) {  // an epoch that was begun is ended
    const double start = seconds_now();
    seen_.epoch = at_.epoch;
    part_ = part_of(at_.epoch);
    if (at_.step == 0)
      for (const Callback& callback : callbacks_) callback->on_epoch_begin(seen_);
    const ProgressStyle style = options_.verbose == 0 ? ProgressStyle::quiet : options_.verbose == 2 ? ProgressStyle::lines : ProgressStyle::automatic;
    Progress bar("epoch " + std::to_string(at_.epoch + 1) + "/" + std::to_string(options_.epochs), steps(), style);
    Result result = epoch(at_.epoch, bar);
    if (result.ended) break;
    if (judge_ && !result.interrupted && (at_.epoch + 1) % options_.validation_freq == 0) {
      for (const Callback& callback : callbacks_) callback->on_test_begin(seen_);
      const Scores judged = judge_->run();
      for (const Callback& callback : callbacks_) callback->on_test_end(seen_);
      for (const auto& [name, value] : judged.items()) result.scores.set("val_" + name, value);
    }
    if (!result.interrupted) {
      for (const Callback& callback : callbacks_) callback->on_epoch_end(seen_, result.scores);
    }
    bar.finish(to_string(result.scores));
    history_.add(result.scores, seconds_now() - start);
    if (result.interrupted) {
      seen_.stop = "interrupted";
      break;
    }
    at_.random_step += static_cast<std::uint64_t>(steps());
    at_.step = 0;
    ++at_.epoch;
    if (at_.epoch < options_.epochs && seen_.stop.empty()) resume_->after_epoch([&] { return resume_point(); });
  }
  const bool stopped = seen_.stop == "interrupted";
  if (!seen_.stop.empty()) history_.end(seen_.stop);
  if (stopped) clear_interrupt();
  else resume_->at_end([&] { return resume_point(); });
  if (!stopped) seen_.optimizer.finalize();
  for (const Callback& callback : callbacks_) callback->on_train_end(seen_);
  end_checks();
  if (!stopped) resume_->finished();
  return history_;
}

}  // namespace candor::detail

namespace candor {

ValidationData::ValidationData(const data::Dataset& dataset) : x{dataset.features}, y{dataset.targets} {}
ValidationData::ValidationData(const Tensor& inputs, const Tensor& targets) : x{inputs}, y{targets} {}
ValidationData::ValidationData(std::vector<Tensor> inputs, std::vector<Tensor> targets, SampleWeights weights)
    : x(std::move(inputs)), y(std::move(targets)), sample_weight(std::move(weights)) {}

History Model::fit(const std::vector<Tensor>& x, const std::vector<Tensor>& y, const FitOptions& options) const { return detail::Trainer(*this, x, y, options).run(); }
History Model::fit(const Tensor& x, const Tensor& y, const FitOptions& options) const { return fit(std::vector<Tensor>{x}, std::vector<Tensor>{y}, options); }
History Model::fit(const data::Dataset& dataset, const FitOptions& options) const {
  if (options.augmentation.empty() || dataset.class_names.empty()) return fit(dataset.features, dataset.targets, options);
  FitOptions known = options;
  known.augmentation = options.augmentation.for_classes(dataset.class_names);
  return fit(dataset.features, dataset.targets, known);
}

}  // namespace candor
