#include "candor/pipeline/assess.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>

#include "candor/base/clock.h"
#include "candor/base/threads.h"
#include "candor/candid/check_baselines.h"
#include "candor/candid/compare.h"
#include "candor/candid/metrics/curves.h"
#include "candor/candid/metrics/resampling.h"
#include "candor/explain/importance.h"
#include "candor/graph/program.h"
#include "candor/graph/trace.h"
#include "candor/nn/layer_body.h"
#include "candor/nn/plot_model.h"
#include "candor/ops/activation.h"
#include "candor/pipeline/check_prepared.h"
#include "candor/pipeline/check_results.h"
#include "candor/pipeline/examples.h"
#include "candor/pipeline/overview.h"
#include "candor/tensor/random.h"
#include "candor/train/evaluate.h"

namespace candor::pipeline {
namespace {

using Clock = std::chrono::steady_clock;

bool gives_logits(const Model& model) { return model.compiled() && model.compile_options().loss.size() > 0 && model.compile_options().loss[0].from_logits(); }

void add_network(candid::Report& r, const Model& model) {
  std::map<std::string, std::string> shapes;
  {
    const candor::detail::LayerObserver observer([&](const candor::detail::LayerBody& layer, const std::string&, std::span<const Tensor> outputs) {
      if (!outputs.empty()) shapes[layer.name()] = to_string(outputs.front().shape().without(0));
    });
    model.output_types();
  }
  for (const Layer& layer : model.layers()) r.layers.push_back({layer.name(), layer.kind(), shapes[layer.name()], layer.count_parameters()});
  r.network_svg = model_to_svg(model, {.show_shapes = true});
  r.parameters = model.count_parameters();

  const TensorType sample = model.input_types().front();
  const Program program(trace([&](std::span<const Tensor> x) { return model.call(x); }, std::vector<TensorType>{{sample.shape.inserted(0, 1), sample.dtype}}), {});
  std::map<std::string, int> kernels;
  for (const PlanRow& row : program.rows()) ++kernels[row.kernel];
  char line[120];
  std::snprintf(line, sizeof line, "one row: %zu kernel calls, %.3g MFLOP, %.3g kB of working memory", program.rows().size(), program.flops() / 1e6, static_cast<double>(program.arena_bytes()) / 1e3);
  r.plan.emplace_back(line);
  for (const auto& [name, count] : kernels) r.plan.push_back(name + ": " + std::to_string(count));
}

void add_history(candid::Report& r, const TrainedModel& trained) {
  if (trained.answering().empty()) return;
  const History& history = trained.answering().front();
  std::map<std::string, candid::Curve> curves;
  for (std::size_t epoch = 0; epoch < history.epochs().size(); ++epoch) {
    for (const auto& [name, value] : history.epochs()[epoch].items()) {
      candid::Curve& curve = curves[name];
      curve.name = name;
      curve.x.push_back(static_cast<double>(epoch + 1));
      curve.y.push_back(value);
    }
  }
  const auto found = curves.find("val_loss");
  if (found != curves.end() && trained.keeps_best) r.best_epoch = std::min_element(found->second.y.begin(), found->second.y.end()) - found->second.y.begin() + 1;
  for (auto& [name, curve] : curves) (name.ends_with("loss") ? r.losses : r.metrics).push_back(std::move(curve));
  r.networks = static_cast<std::int64_t>(trained.answering().size());
  r.layer_records = history.layers();
  r.looked_at = history.looked_at();
}

// Mean of a loss of each row, with the interval that the central limit theorem gives it.
candid::FurtherScore mean_score(std::string name, const std::vector<double>& losses) {
  double sum = 0, squares = 0;
  for (const double x : losses) sum += x;
  const auto n = static_cast<double>(std::max<std::size_t>(losses.size(), 1));
  const double mean = sum / n;
  for (const double x : losses) squares += (x - mean) * (x - mean);
  candid::FurtherScore score{std::move(name), mean, std::nullopt};
  if (losses.size() >= 10) {
    const double reach = candid::normal_quantile(.975) * std::sqrt(squares / (n - 1) / n);
    score.interval = candid::Interval{std::max(mean - reach, 0.0), mean + reach};
  }
  return score;
}

// Percentile bootstrap over the test rows of the mean F1. Rows with the same truth and answer are alike, so cells of the confusion matrix are drawn.
std::optional<candid::Interval> f1_interval(const std::vector<std::vector<std::int64_t>>& confusion, std::uint64_t seed) {
  const std::size_t width = confusion.size();
  std::vector<std::int64_t> up_to;  // rows in the cells so far
  std::int64_t rows = 0;
  for (const auto& line : confusion)
    for (const std::int64_t count : line) up_to.push_back(rows += count);
  if (rows < 10 || width == 0) return std::nullopt;
  const auto resamples = static_cast<std::size_t>(std::clamp(2e7 / static_cast<double>(rows), 200., 2000.));
  std::vector<double> values(resamples);
  parallel_for(static_cast<std::int64_t>(resamples), [&](std::int64_t r) {
    const RandomStream stream = RandomStream{seed, 0x66315F626F6F74}.derived(static_cast<std::uint64_t>(r));
    std::vector<double> truth(width), said(width), both(width);
    for (std::int64_t i = 0; i < rows; ++i) {
      const auto drawn = static_cast<std::int64_t>(stream.below(static_cast<std::uint64_t>(i), static_cast<std::uint64_t>(rows)));
      const auto cell = static_cast<std::size_t>(std::upper_bound(up_to.begin(), up_to.end(), drawn) - up_to.begin());
      ++truth[cell / width], ++said[cell % width];
      if (cell / width == cell % width) ++both[cell / width];
    }
    double sum = 0;
    for (std::size_t c = 0; c < width; ++c) sum += truth[c] + said[c] > 0 ? 2 * both[c] / (truth[c] + said[c]) : 0;
    values[static_cast<std::size_t>(r)] = sum / static_cast<double>(width);
  });
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) { return values[static_cast<std::size_t>(std::lround(share * static_cast<double>(resamples - 1)))]; };
  return candid::Interval{at(.025), at(.975)};
}

void add_class_scores(candid::Report& r, const data::Dataset& test, const Tensor& probabilities) {
  const std::vector<float> p = probabilities.to_vector();
  const std::vector<std::int32_t> truth = test.targets.to_vector<std::int32_t>();
  const std::size_t width = test.class_names.size();
  std::vector<double> loss, brier;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    brier.push_back(0);
    for (std::size_t c = 0; c < width; ++c) {
      const double hit = static_cast<std::size_t>(truth[i]) == c ? 1 : 0, said = static_cast<double>(p[i * width + c]);
      brier.back() += (said - hit) * (said - hit);
    }
    loss.push_back(-std::log(std::max(static_cast<double>(p[i * width + static_cast<std::size_t>(truth[i])]), 1e-12)));
  }
  double f1 = 0;
  for (const candid::ClassScore& c : r.score.classes) f1 += c.rows + c.predicted ? 2.0 * static_cast<double>(c.hits) / static_cast<double>(c.rows + c.predicted) : 0;
  if (width == 2) {
    std::vector<std::int32_t> positive;
    std::vector<double> scores;
    for (std::size_t i = 0; i < truth.size(); ++i) positive.push_back(truth[i]), scores.push_back(static_cast<double>(p[i * 2 + 1]));
    candid::FurtherScore area{"AUC", candid::roc_auc(positive, scores), std::nullopt};
    const auto ones = std::count(positive.begin(), positive.end(), 1);
    if (ones >= 2 && static_cast<std::ptrdiff_t>(positive.size()) - ones >= 2) area.interval = candid::delong(positive, {scores}).logit_interval(0);
    r.more_scores.push_back(area);
  }
  candid::FurtherScore mean_f1{"F1, mean over classes", f1 / static_cast<double>(std::max<std::size_t>(width, 1)), std::nullopt};
  mean_f1.interval = f1_interval(r.score.confusion, r.seed);
  r.more_scores.push_back(mean_f1);
  r.more_scores.push_back(mean_score("log loss", loss));
  r.more_scores.push_back(mean_score("Brier score", brier));
  r.roc = candid::roc_curves(probabilities, test);
  r.precision_recall = candid::precision_recall_curves(probabilities, test);
  r.calibration = candid::calibration_curves(probabilities, test);
}

void add_value_scores(candid::Report& r, const data::Dataset& test, const Tensor& values) {
  const std::vector<float> said = values.to_vector(), truth = test.targets.to_vector();
  std::vector<double> residuals, squares, distances;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    residuals.push_back(static_cast<double>(said[i]) - static_cast<double>(truth[i]));
    squares.push_back(residuals.back() * residuals.back());
    distances.push_back(std::abs(residuals.back()));
  }
  candid::FurtherScore root = mean_score("RMSE", squares);
  root.value = std::sqrt(root.value);
  if (root.interval) root.interval = candid::Interval{std::sqrt(root.interval->low), std::sqrt(root.interval->high)};
  r.more_scores.push_back(root);
  r.more_scores.push_back(mean_score("MAE", distances));
  const auto [low, high] = std::minmax_element(residuals.begin(), residuals.end());
  if (residuals.empty() || !(*high > *low)) return;
  constexpr int bins = 30;
  const double width = (*high - *low) / bins;
  for (int i = 0; i <= bins; ++i) r.residual_edges.push_back(*low + i * width);
  r.residual_counts.assign(bins, 0);
  for (const double x : residuals) ++r.residual_counts[static_cast<std::size_t>(std::clamp(static_cast<int>((x - *low) / width), 0, bins - 1))];
  r.predicted.name = "test rows";
  const std::size_t step = std::max<std::size_t>(1, truth.size() / 1000);
  for (std::size_t i = 0; i < truth.size(); i += step) r.predicted.x.push_back(static_cast<double>(truth[i])), r.predicted.y.push_back(static_cast<double>(said[i]));
}

/// What the explanations ask: raw columns in, answers out.
explain::TableAnswer answer_of(const Prepared& p, const TrainedModel& trained, bool logits) {
  return [&p, model = trained.model, temperature = trained.uncertainty.temperature.value, logits](const data::Table& rows) {
    data::Dataset set = p.train;
    set.features = p.is_table() ? p.recipe->features(rows) : explain::features_of(rows);
    set.targets = Tensor();
    return answers(model, logits, set, temperature);
  };
}

void add_explanations(candid::Report& r, const Prepared& p, const TrainedModel& trained, bool logits, const AssessOptions& o) {
  if (p.test.features.rank() != 2 || p.test.rows() < 20) return;
  const Clock::time_point start = Clock::now();
  const explain::TableAnswer answer = answer_of(p, trained, logits);
  data::Table cells = p.is_table() ? p.test_cells : explain::table_of(p.test);
  std::vector<std::string> columns;
  for (const data::Column& column : cells.columns) {
    const data::ColumnRole* role = p.is_table() ? p.recipe->schema().find(column.name) : nullptr;
    const bool input = !p.is_table() || (role && (role->role == data::Role::number || role->role == data::Role::category || role->role == data::Role::date || role->role == data::Role::text));
    if (input) columns.push_back(column.name);
  }
  // One column after the other until the time is over: of a thousand columns some are shown, and the report says of how many.
  constexpr std::int64_t rows = 1000;
  for (const std::string& column : columns) {
    if (std::chrono::duration<double>(Clock::now() - start).count() > o.explain_seconds) {
      r.choices.push_back("importances of " + std::to_string(r.importances.size()) + " of " + std::to_string(columns.size()) + " columns: the time set for them was over");
      break;
    }
    for (candid::Importance& one : explain::importances(answer, cells, p.test, {.columns = {column}, .repeats = 5, .rows = rows, .seed = o.seed})) r.importances.push_back(std::move(one));
  }
  std::stable_sort(r.importances.begin(), r.importances.end(), [](const auto& a, const auto& b) { return a.value > b.value; });
  std::vector<std::string> top, numbers;
  for (const candid::Importance& one : r.importances) {
    const data::Column* column = cells.find(one.name);
    const data::ColumnRole* role = p.is_table() ? p.recipe->schema().find(one.name) : nullptr;
    if (!column || (role && role->role != data::Role::number && role->role != data::Role::category)) continue;
    if (top.size() < 6) top.push_back(one.name);
    if (column->kind == data::Column::Kind::number && numbers.size() < 2) numbers.push_back(one.name);
  }
  if (!top.empty()) r.dependences = explain::dependences(answer, cells, top, p.test.class_names, {.seed = o.seed});
  if (numbers.size() == 2) r.map = explain::decision_map(answer, cells, p.test, numbers[0], numbers[1]);
}

}  // namespace

Tensor answers(const Model& model, bool logits, const data::Dataset& rows, double temperature) {
  const Tensor outputs = model.predict(rows.features);
  return candid::at_temperature(logits ? softmax(outputs, -1) : outputs, temperature);
}

double conformal_distance(const Prepared& data, const TrainedModel& trained) {
  if (data.train.is_classification() || trained.judged_rows.empty() || data.train.targets.rank() != 1) return std::nan("");
  return candid::conformal_distance(data.train.take(trained.judged_rows).targets.to_vector(), trained.judged.to_vector());
}

candid::Report assess(const Prepared& p, const TrainedModel& trained, const AssessOptions& o) {
  candid::Report r;
  const bool logits = p.train.is_classification() && gives_logits(trained.model);
  const Tensor outputs = answers(trained.model, logits, p.test, trained.uncertainty.temperature.value);
  r.command = o.command;
  r.started = utc_now();
  r.seed = o.seed;
  r.threads = threads();
  r.timings = o.timings;
  r.score = candid::judge(outputs, p.test, o.seed);
  r.task = r.score.task;
  if (p.is_table() && !p.recipe->target_names().empty()) r.target = p.recipe->target_names().front();
  else if (!p.train.target_names.empty()) r.target = p.train.target_names.front();
  r.title = p.train.source.substr(p.train.source.find_last_of('/') == std::string::npos ? 0 : p.train.source.find_last_of('/') + 1);
  r.choices = trained.choices;
  r.data = overview(p);
  // With several networks each row is learned from by most and judged by one: none is set apart.
  r.data.validation = trained.histories.size() != 1 ? 0 : static_cast<std::int64_t>(trained.judged_rows.size());
  add_network(r, trained.model);
  add_history(r, trained);
  if (r.task == "classification") add_class_scores(r, p.test, outputs);
  else if (p.test.targets.rank() == 1) add_value_scores(r, p.test, outputs);
  if (const double distance = conformal_distance(p, trained); std::isfinite(distance)) r.reach = distance;

  const Clock::time_point begin = Clock::now();
  const candid::Baselines simple = candid::fit_baselines(p.train, p.test, {.seconds = o.baseline_seconds, .seed = o.seed});
  r.baselines = simple.scores;
  for (std::size_t i = 0; i < simple.predictions.size(); ++i) r.baselines[i].difference = candid::difference_interval(outputs, simple.predictions[i], p.test, o.seed);
  for (const std::string& note : simple.notes) r.choices.push_back("baselines: " + note);
  r.timings.emplace_back("baselines", std::chrono::duration<double>(Clock::now() - begin).count());

  const Clock::time_point middle = Clock::now();
  add_examples(r, p, outputs);
  add_explanations(r, p, trained, logits, o);
  r.timings.emplace_back("explanations", std::chrono::duration<double>(Clock::now() - middle).count());

  const Clock::time_point looking = Clock::now();
  candid::Checkup data = check_prepared(p);
  r.findings = std::move(data.findings);
  r.checked = std::move(data.checked);
  r.skipped = std::move(data.skipped);
  r.timings.emplace_back("checks on data", std::chrono::duration<double>(Clock::now() - looking).count());
  for (candid::Finding& f : candid::check_result(r.score, r.baselines)) r.findings.push_back(std::move(f));
  check_results(r, p, trained, outputs, o.seed);
  std::stable_sort(r.findings.begin(), r.findings.end(), [](const candid::Finding& a, const candid::Finding& b) { return a.severity > b.severity; });
  return r;
}

}  // namespace candor::pipeline
