#include "candor/train/evaluate.h"

#include <algorithm>
#include <cmath>

#include "candor/base/error.h"
#include "candor/base/progress.h"
#include "candor/train/data_row.h"
#include "candor/train/judge.h"

namespace candor {
namespace {

using detail::TrainPrograms;

std::string who(const Model& model, const char* call) { return model.name() + ": " + call; }

void require_batch(const std::string& caller, std::int64_t size) {
  if (size < 1) fail(ErrorKind::invalid_argument, caller + ": batch_size must be at least 1, not " + std::to_string(size));
}

}  // namespace

Scores Model::evaluate(const std::vector<Tensor>& x, const std::vector<Tensor>& y, const EvaluateOptions& options) const {
  const std::string caller = who(*this, "evaluate");
  compile_options();
  require_batch(caller, options.batch_size);
  const std::int64_t rows = detail::check_rows(caller, x, y, options.sample_weight);
  const auto programs = TrainPrograms::of(*this);
  Progress bar("evaluate", rows, options.verbose ? ProgressStyle::automatic : ProgressStyle::quiet);
  programs->tested = {};
  detail::Judge judge(*programs, x, y, detail::sample_weights(caller, options.sample_weight, rows, programs->outputs()), {0, rows}, options.batch_size);
  const Scores scores = judge.run([&](std::int64_t done) { bar.update(done); });
  bar.finish(to_string(scores));
  return scores;
}

Scores Model::evaluate(const Tensor& x, const Tensor& y, const EvaluateOptions& options) const { return evaluate(std::vector<Tensor>{x}, std::vector<Tensor>{y}, options); }
Scores Model::evaluate(const Tensor& x, const Tensor& y) const { return evaluate(x, y, EvaluateOptions{}); }
Scores Model::evaluate(const data::Dataset& dataset, const EvaluateOptions& options) const { return evaluate(dataset.features, dataset.targets, options); }
Scores Model::evaluate(const data::Dataset& dataset) const { return evaluate(dataset, EvaluateOptions{}); }

std::vector<Tensor> Model::predict(const std::vector<Tensor>& x, const PredictOptions& options) const {
  const std::string caller = who(*this, "predict");
  require_batch(caller, options.batch_size);
  std::vector<Tensor> in;
  for (const Tensor& t : x) in.push_back(t.defined() ? t.contiguous() : t);
  const std::int64_t rows = detail::check_rows(caller, in, {});
  const auto programs = TrainPrograms::of(*this);
  Progress bar("predict", rows, options.verbose ? ProgressStyle::automatic : ProgressStyle::quiet);
  std::vector<Tensor> out;
  std::vector<void*> arguments(in.size()), results;
  for (std::int64_t start = 0; start < rows; start += options.batch_size) {
    const std::int64_t count = std::min(options.batch_size, rows - start);
    std::vector<TensorType> types;
    for (const Tensor& t : in) types.push_back({t.shape().with(0, count), t.dtype()});
    Program& program = programs->predict_step(types);
    if (out.empty()) {
      for (const TensorType& type : program.result_types()) out.push_back(Tensor::empty(type.shape.with(0, rows), type.dtype));
      results.resize(out.size());
    }
    for (std::size_t i = 0; i < in.size(); ++i) arguments[i] = detail::row_pointer(in[i], start);
    for (std::size_t i = 0; i < out.size(); ++i) results[i] = detail::row_pointer(out[i], start);
    try {
      program.run(arguments.data(), results.data());
    } catch (Error& error) {
      detail::add_data_row(error, count, false, [&](std::int64_t row) { return start + row; });
      throw;
    }
    bar.update(start + count);
  }
  bar.finish();
  return out;
}

Tensor Model::predict(const Tensor& x, const PredictOptions& options) const {
  std::vector<Tensor> out = predict(std::vector<Tensor>{x}, options);
  if (out.size() != 1) fail(ErrorKind::invalid_argument, name() + ": has " + std::to_string(out.size()) + " outputs; use predict with a list of inputs");
  return out.front();
}
Tensor Model::predict(const Tensor& x) const { return predict(x, PredictOptions{}); }
Tensor Model::predict(const data::Dataset& dataset) const { return predict(dataset.features); }

}  // namespace candor
