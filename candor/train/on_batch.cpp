#include "candor/train/on_batch.h"

#include "candor/ops/elementwise.h"
#include "candor/train/judge.h"
#include "candor/train/programs.h"

namespace candor {
namespace {

using detail::TrainPrograms;

/// Runs a program on `data` (and, to train, the numbers of its rows) and adds to the tally.
Scores run(TrainPrograms& programs, const std::vector<Tensor>& data, std::size_t weights, std::size_t targets, bool train, RunState state) {
  const std::int64_t rows = data[0].shape(0);
  std::vector<TensorType> types;
  for (const Tensor& t : data) types.push_back(t.type());
  const Tensor order = Tensor::arange(rows, DType::i64);
  if (train) types.push_back(order.type());
  Program& program = train ? programs.train_step(types, weights) : programs.evaluate_step(types, weights);
  std::vector<void*> arguments, results;
  for (const Tensor& t : data) arguments.push_back(t.raw());
  if (train) arguments.push_back(order.raw());
  std::vector<Tensor> values;
  for (const TensorType& type : program.result_types()) {
    values.push_back(Tensor::empty(type.shape, type.dtype));
    results.push_back(values.back().raw());
  }
  program.run(arguments.data(), results.data(), state);
  TrainPrograms::Tally& tally = train ? programs.trained : programs.tested;
  const std::size_t losses = programs.results().losses;
  tally.sums.resize(losses, 0);
  tally.rows += rows;
  std::vector<double> means;
  for (std::size_t i = 0; i < losses; ++i) {
    tally.sums[i] += values[i].item<double>() * static_cast<double>(rows);
    means.push_back(tally.sums[i] / static_cast<double>(tally.rows));
  }
  const std::span<const Tensor> all(data);
  const std::vector<Tensor> y(all.end() - static_cast<std::ptrdiff_t>(weights + targets), all.end() - static_cast<std::ptrdiff_t>(weights));
  const std::vector<detail::OutputMetric>& metrics = train ? programs.train_metrics() : programs.evaluate_metrics();
  detail::count_all(programs, metrics, y, {values.begin() + static_cast<std::ptrdiff_t>(losses), values.end()}, all.last(weights));
  return detail::collect_scores(programs, means, metrics);
}

Scores on_batch(const Model& model, const std::vector<Tensor>& x, const std::vector<Tensor>& y, const BatchOptions& options, bool train) {
  const std::string who = model.name() + (train ? ": train_on_batch" : ": test_on_batch");
  model.compile_options();
  const std::int64_t rows = detail::check_rows(who, x, y, options.sample_weight);
  const auto programs = TrainPrograms::of(model);
  if (x.size() != programs->inputs()) {
    fail(ErrorKind::invalid_argument, who + ": the model has " + std::to_string(programs->inputs()) + " inputs, " + std::to_string(x.size()) + " were given");
  }
  if (!train && !options.class_weight.empty()) fail(ErrorKind::invalid_argument, who + ": class_weight is for training");
  TrainPrograms::Tally& tally = train ? programs->trained : programs->tested;
  if (tally.rows == 0) {
    for (const detail::OutputMetric& m : train ? programs->train_metrics() : programs->evaluate_metrics()) m.metric.reset();
  }
  std::vector<Tensor> data, weights = detail::sample_weights(who, options.sample_weight, rows, programs->outputs());
  if (!options.class_weight.empty()) {
    const Tensor of_classes = detail::class_weights(who, options.class_weight, y);
    if (weights.empty()) weights.push_back(of_classes);
    else weights[0] = weights[0] * cast(detail::fit_weights(who, "class weights", of_classes, weights[0]), weights[0].dtype());
  }
  for (const std::vector<Tensor>* part : {&x, &y, static_cast<const std::vector<Tensor>*>(&weights)}) {
    for (const Tensor& t : *part) data.push_back(t.contiguous());
  }
  const Optimizer& optimizer = model.compile_options().optimizer;
  const auto step = train && optimizer.defined() ? static_cast<std::uint64_t>(optimizer.iterations()) : 0;
  return run(*programs, data, weights.size(), y.size(), train, {0, step});
}

}  // namespace

Scores Model::train_on_batch(const std::vector<Tensor>& x, const std::vector<Tensor>& y, const BatchOptions& options) const { return on_batch(*this, x, y, options, true); }
Scores Model::train_on_batch(const Tensor& x, const Tensor& y) const { return train_on_batch(std::vector<Tensor>{x}, std::vector<Tensor>{y}, {}); }
Scores Model::test_on_batch(const std::vector<Tensor>& x, const std::vector<Tensor>& y, const BatchOptions& options) const { return on_batch(*this, x, y, options, false); }
Scores Model::test_on_batch(const Tensor& x, const Tensor& y) const { return test_on_batch(std::vector<Tensor>{x}, std::vector<Tensor>{y}, {}); }

std::vector<Tensor> Model::predict_on_batch(const std::vector<Tensor>& x) const {
  std::vector<Tensor> in;
  std::vector<TensorType> types;
  detail::check_rows(name() + ": predict_on_batch", x, {});
  for (const Tensor& t : x) in.push_back(t.contiguous()), types.push_back(t.type());
  return TrainPrograms::of(*this)->predict_step(types).run(in);
}

Tensor Model::predict_on_batch(const Tensor& x) const {
  std::vector<Tensor> out = predict_on_batch(std::vector<Tensor>{x});
  if (out.size() != 1) fail(ErrorKind::invalid_argument, name() + ": has " + std::to_string(out.size()) + " outputs; use predict_on_batch with a list of inputs");
  return out.front();
}

void Model::reset_metrics() const {
  const auto programs = TrainPrograms::of(*this);
  programs->trained = {};
  programs->tested = {};
}

}  // namespace candor
