#include "candor/train/judge.h"

#include <algorithm>

#include "candor/train/data_row.h"

namespace candor::detail {

void* row_pointer(const Tensor& tensor, std::int64_t row) {
  const std::int64_t rows = tensor.shape(0);
  const std::size_t stride = rows > 0 ? tensor.type().bytes() / static_cast<std::size_t>(rows) : 0;
  return static_cast<std::byte*>(tensor.raw()) + stride * static_cast<std::size_t>(row);
}

double read_scalar(const void* data, DType dtype) {
  return visit_dtype(dtype, [&](auto zero) {
    using T = decltype(zero);
    if constexpr (std::is_same_v<T, bf16_t> || std::is_same_v<T, f16_t>) return static_cast<double>(static_cast<float>(*static_cast<const T*>(data)));
    else return static_cast<double>(*static_cast<const T*>(data));
  });
}

Scores collect_scores(const TrainPrograms& programs, const std::vector<double>& losses, const std::vector<OutputMetric>& metrics) {
  Scores scores;
  scores.set("loss", losses.at(0));
  for (std::size_t i = 1; i < losses.size(); ++i) scores.set(programs.output_names()[i - 1] + "_loss", losses[i]);
  for (const OutputMetric& m : metrics) {
    const std::vector<double> numbers = m.metric.results();
    if (numbers.size() == 1) scores.set(m.name, numbers[0]);
    else for (std::size_t i = 0; i < numbers.size(); ++i) scores.set(m.name + "_" + std::to_string(i), numbers[i]);
  }
  return scores;
}

void count_all(const TrainPrograms& programs, const std::vector<OutputMetric>& metrics, const std::vector<Tensor>& targets, const std::vector<Tensor>& kept, std::span<const Tensor> weights) {
  const std::vector<std::size_t> outputs = programs.results().kept_outputs;
  for (const OutputMetric& m : metrics) {
    if (!m.metric.needs_all_predictions()) continue;
    const auto at = static_cast<std::size_t>(std::find(outputs.begin(), outputs.end(), m.output) - outputs.begin());
    m.metric.update(targets[m.output], kept[at], !m.weighted || weights.empty() ? Tensor() : weights.size() == 1 ? weights[0] : weights[m.output]);
  }
}

Judge::Judge(TrainPrograms& programs, std::span<const Tensor> x, std::span<const Tensor> y, std::span<const Tensor> weights, Rows rows, std::int64_t batch_size)
    : programs_(programs), targets_(y.size()), weights_(weights.size()), rows_(rows), batch_(batch_size) {
  for (const Tensor& t : x) all_.push_back(t.contiguous());
  for (const Tensor& t : y) all_.push_back(t.contiguous());
  for (const Tensor& t : weights) all_.push_back(t.contiguous());
}

Scores Judge::run(const std::function<void(std::int64_t)>& progress) {
  const std::vector<OutputMetric>& metrics = programs_.evaluate_metrics();
  for (const OutputMetric& m : metrics) m.metric.reset();
  const StepResults layout = programs_.results();
  std::vector<double> sums(layout.losses, 0);
  std::vector<Tensor> kept;
  std::vector<void*> arguments(all_.size()), results(layout.losses + layout.kept_outputs.size());
  std::vector<double> losses(layout.losses);  // room for an f32 or f64 each
  for (std::int64_t start = rows_.start; start < rows_.stop; start += batch_) {
    const std::int64_t count = std::min(batch_, rows_.stop - start);
    std::vector<TensorType> types;
    for (const Tensor& t : all_) types.push_back({t.shape().with(0, count), t.dtype()});
    Program& program = programs_.evaluate_step(types, weights_);
    if (kept.empty()) {
      for (std::size_t i = layout.losses; i < results.size(); ++i) {
        const TensorType& type = program.result_types()[i];
        kept.push_back(Tensor::empty(type.shape.with(0, rows_.count()), type.dtype));
      }
    }
    for (std::size_t i = 0; i < all_.size(); ++i) arguments[i] = row_pointer(all_[i], start);
    for (std::size_t i = 0; i < losses.size(); ++i) results[i] = &losses[i];
    for (std::size_t i = 0; i < kept.size(); ++i) results[layout.losses + i] = row_pointer(kept[i], start - rows_.start);
    try {
      program.run(arguments.data(), results.data());
    } catch (Error& error) {
      bool one_each = true;
      for (std::size_t i = 0; i < targets_; ++i) one_each &= all_[programs_.inputs() + i].size() == all_[programs_.inputs() + i].shape(0);
      add_data_row(error, count, one_each, [&](std::int64_t row) { return start + row; });
      throw;
    }
    for (std::size_t i = 0; i < losses.size(); ++i) sums[i] += read_scalar(&losses[i], program.result_types()[i].dtype) * static_cast<double>(count);
    if (progress) progress(start + count - rows_.start);
  }
  for (double& sum : sums) sum /= static_cast<double>(std::max<std::int64_t>(rows_.count(), 1));
  if (!kept.empty()) {
    const auto part = [&](const Tensor& t) { return t.view_slice(0, rows_.start, rows_.stop).contiguous(); };
    std::vector<Tensor> targets;
    for (std::size_t i = 0; i < targets_; ++i) targets.push_back(part(all_[programs_.inputs() + i]));
    std::vector<Tensor> weights;
    for (std::size_t i = all_.size() - weights_; i < all_.size(); ++i) weights.push_back(part(all_[i]));
    count_all(programs_, metrics, targets, kept, weights);
  }
  return collect_scores(programs_, sums, metrics);
}

}  // namespace candor::detail
