#include "candor/candid/baselines/run_baselines.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/candid/baselines/boosting.h"
#include "candor/candid/baselines/classic.h"
#include "candor/candid/baselines/forest.h"
#include "candor/candid/baselines/linear.h"
#include "candor/candid/baselines/tree.h"
#include "candor/tensor/random.h"

namespace candor::candid {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::int64_t picture_side = 16;

// The training rows that a method learns from, as it wants them.
struct Fitted {
  Matrix x;
  std::vector<std::int32_t> labels;
  Matrix values;  // [rows, targets]
  std::vector<double> column(std::int64_t k) const {
    std::vector<double> y(static_cast<std::size_t>(values.rows));
    for (std::int64_t i = 0; i < values.rows; ++i) y[static_cast<std::size_t>(i)] = values.at(i, k);
    return y;
  }
};

class Run {
 public:
  Run(const data::Dataset& train, const data::Dataset& test, const BaselineOptions& options) : options_(options), train_set_(train), test_set_(test), begin_(Clock::now()) {
    classes_ = train.is_classification() ? static_cast<int>(train.class_names.size()) : 0;
    // Most rows that any method takes, so that a large set is not turned into f64 as a whole.
    const std::int64_t columns = std::max<std::int64_t>(1, std::min(train.features.size() / train.rows(), train.features.rank() == 4 ? picture_side * picture_side * train.features.shape(3) : train.features.size()));
    const std::int64_t most = rows_for(3e7 / static_cast<double>(columns), train.rows());
    train_.x = matrix_of(train, sample(train.rows(), most), train.features.rank() == 4 ? picture_side : 0);
    test_ = matrix_of(test, {}, train.features.rank() == 4 ? picture_side : 0);
    scaling_ = Scaling::fit(train_.x);
    scaled_ = scaling_.apply(train_.x);
    scaled_test_ = scaling_.apply(test_);
    const std::vector<std::int64_t> rows = sample(train.rows(), most);
    const Tensor targets = data::take_rows(train.targets, rows);
    if (classes_) train_.labels = targets.to_vector<std::int32_t>();
    else train_.values = matrix_of(targets);
    outputs_ = classes_ == 2 ? 1 : std::max<std::int64_t>(1, classes_ ? classes_ : train_.values.columns);
  }

  // Runs one unless time is up. `work`: fitting it takes about rows * work steps of a nanosecond or so, of which it may use `share`.
  template <class Answer>
  void add(const std::string& name, const std::string& what, double work, double share, Answer answer) {
    if (!options_.only.empty() && std::find(options_.only.begin(), options_.only.end(), name) == options_.only.end()) return;
    const double passed = std::chrono::duration<double>(Clock::now() - begin_).count();
    if (passed > options_.seconds && !done.scores.empty()) {
      done.notes.push_back(name + ": not run, the " + std::to_string(static_cast<int>(options_.seconds)) + " s for baselines were used up");
      return;
    }
    const Clock::time_point start = Clock::now();
    const std::int64_t rows = rows_for(share * options_.seconds * 1e9 / std::max(work, 1e-9), scaled_.rows);
    const Matrix out = answer(rows);
    BaselineScore score;
    score.name = name;
    score.what = what;
    if (rows < train_set_.rows()) score.what += (what.empty() ? "" : "; ") + std::string("fitted on ") + with_thousands(rows) + " of " + with_thousands(train_set_.rows()) + " rows";
    const Tensor prediction = shaped(out);
    rate(score, prediction);
    score.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    done.scores.push_back(std::move(score));
    done.predictions.push_back(prediction);
  }

  // The first `rows` of the sample: it is in random order whenever it is smaller than the set.
  Fitted part(std::int64_t rows, bool scaled = true) const {
    const Matrix& from = scaled ? scaled_ : train_.x;
    Fitted fitted;
    fitted.x = {rows, from.columns, {from.values.begin(), from.values.begin() + rows * from.columns}};
    if (classes_) fitted.labels.assign(train_.labels.begin(), train_.labels.begin() + rows);
    else fitted.values = {rows, train_.values.columns, {train_.values.values.begin(), train_.values.values.begin() + rows * train_.values.columns}};
    return fitted;
  }

  // A method for one target, done for each.
  template <class One>
  Matrix each_target(const Fitted& fitted, One one) const {
    Matrix out = Matrix::zeros(test_.rows, fitted.values.columns);
    for (std::int64_t k = 0; k < fitted.values.columns; ++k) {
      const Matrix answer = one(fitted.column(k));
      for (std::int64_t i = 0; i < test_.rows; ++i) out.at(i, k) = answer.at(i, 0);
    }
    return out;
  }

  int classes() const { return classes_; }
  std::int64_t outputs() const { return outputs_; }
  std::int64_t columns() const { return scaled_.columns; }
  std::int64_t training_rows() const { return scaled_.rows; }
  const Matrix& test() const { return test_; }
  const Matrix& scaled_test() const { return scaled_test_; }
  double seconds() const { return options_.seconds; }

  Baselines done;

 private:
  static std::int64_t rows_for(double most, std::int64_t rows) { return std::min(rows, static_cast<std::int64_t>(std::clamp(most, 1000., 1e12))); }

  std::vector<std::int64_t> sample(std::int64_t rows, std::int64_t most) const {
    std::vector<std::int64_t> picked(static_cast<std::size_t>(most));
    const Permutation order(static_cast<std::uint64_t>(rows), RandomStream{options_.seed, 0x6261736c});
    for (std::size_t i = 0; i < picked.size(); ++i) picked[i] = static_cast<std::int64_t>(order.at(i));
    return picked;
  }

  Tensor shaped(const Matrix& out) const {
    std::vector<float> values(out.values.begin(), out.values.end());
    return classes_ ? Tensor::from(values, Shape{out.rows, out.columns}) : Tensor::from(values, test_set_.targets.shape());
  }

  void rate(BaselineScore& score, const Tensor& prediction) const {
    if (classes_) {
      const Score judged = judge(prediction, test_set_, options_.seed);
      score.value = judged.value;
      score.interval = judged.interval;
      return;
    }
    const std::vector<float> truth = test_set_.targets.to_vector(), said = prediction.to_vector();
    score.value = r2(truth, said);
    const int resamples = static_cast<int>(std::clamp(2e7 / static_cast<double>(std::max<std::size_t>(1, truth.size())), 200., 2000.));
    score.interval = bootstrap_r2(truth, said, options_.seed, .95, resamples);
  }

  BaselineOptions options_;
  const data::Dataset &train_set_, &test_set_;
  Clock::time_point begin_;
  int classes_ = 0;
  std::int64_t outputs_ = 1;
  Fitted train_;
  Scaling scaling_;
  Matrix scaled_, test_, scaled_test_;
};

// Steps that boosting takes for each row and for each tree; fewer rounds when the trees alone would take too long.
BoostingOptions boosting_for(const Run& run) {
  BoostingOptions options;
  const double tree = 61. * 254 * 3e-9 * static_cast<double>(run.columns() * run.outputs());
  options.trees = static_cast<int>(std::clamp(.3 * run.seconds() / tree, 10., 100.));
  return options;
}
double boosting_work(const Run& run, const BoostingOptions& options) { return 4. * options.trees * static_cast<double>(run.columns() * run.outputs()); }
std::string boosting_words(const BoostingOptions& options, bool each) {
  return std::to_string(options.trees) + (each ? " rounds" : " trees") + " of " + std::to_string(options.leaves) + " leaves, rate 0.1";
}

void run_classes(Run& run) {
  const int classes = run.classes();
  const double columns = static_cast<double>(run.columns()), outputs = static_cast<double>(run.outputs()), test = static_cast<double>(run.test().rows);
  const Search search{.iterations = 200, .gradient = 1e-6};
  run.add("majority", "always the commonest class", 1, 1, [&](std::int64_t rows) {
    const Fitted fitted = run.part(rows);
    std::vector<double> shares(static_cast<std::size_t>(classes));
    for (const std::int32_t label : fitted.labels) shares[static_cast<std::size_t>(label)] += 1 / static_cast<double>(rows);
    Matrix out = Matrix::zeros(run.test().rows, classes);
    for (std::int64_t i = 0; i < out.rows; ++i) std::copy(shares.begin(), shares.end(), out.row(i).begin());
    return out;
  });
  // Before the others: if time is short, this is the one to compare with.
  const BoostingOptions boosting = boosting_for(run);
  run.add("boosted trees", boosting_words(boosting, classes > 2), boosting_work(run, boosting), .4, [&](std::int64_t rows) {
    const Fitted fitted = run.part(rows, false);
    return BoostedTrees::fit_classes(fitted.x, fitted.labels, classes, boosting).predict(run.test());
  });
  run.add("naive Bayes", "Gaussian", 10 * columns, .1, [&](std::int64_t rows) {
    const Fitted fitted = run.part(rows);
    return NaiveBayes::fit(fitted.x, fitted.labels, classes).probabilities(run.scaled_test());
  });
  run.add("logistic regression", "C = 1", 200 * columns * outputs, .2, [&](std::int64_t rows) {
    const Fitted fitted = run.part(rows);
    return logistic(fitted.x, fitted.labels, classes, 1, search).probabilities(run.scaled_test());
  });
  run.add("tree of depth 3", "Gini", 120 * columns, .2, [&](std::int64_t rows) {
    const Fitted fitted = run.part(rows);
    return Tree::fit_classes(fitted.x, fitted.labels, classes).predict(run.scaled_test());
  });
  run.add("random forest", "100 trees", 8000 * columns, .1, [&](std::int64_t rows) {
    const Fitted fitted = run.part(rows);
    return Forest::fit_classes(fitted.x, fitted.labels, classes).predict(run.scaled_test());
  });
  run.add("5 nearest neighbours", "standardised, Euclidean", test * columns / 2, .4, [&](std::int64_t rows) {
    const Fitted fitted = run.part(rows);
    return vote(nearest(fitted.x, run.scaled_test()), fitted.labels, classes);
  });
  run.add("linear SVM", "squared hinge, one against the rest", 200 * columns * outputs, .15, [&](std::int64_t rows) {
    const Fitted fitted = run.part(rows);
    return linear_svm(fitted.x, fitted.labels, classes, 1, search).probabilities(run.scaled_test());
  });
}

void run_values(Run& run) {
  const double columns = static_cast<double>(run.columns()), outputs = static_cast<double>(run.outputs()), test = static_cast<double>(run.test().rows);
  run.add("mean", "always the mean", 1, 1, [&](std::int64_t rows) {
    const Fitted fitted = run.part(rows);
    return run.each_target(fitted, [&](const std::vector<double>& y) {
      Matrix out = Matrix::zeros(run.test().rows, 1);
      std::fill(out.values.begin(), out.values.end(), std::accumulate(y.begin(), y.end(), 0.) / static_cast<double>(y.size()));
      return out;
    });
  });
  // Before the others: if time is short, this is the one to compare with.
  const BoostingOptions boosting = boosting_for(run);
  run.add("boosted trees", boosting_words(boosting, false), boosting_work(run, boosting), .4, [&](std::int64_t rows) {
    const Fitted fitted = run.part(rows, false);
    return run.each_target(fitted, [&](const std::vector<double>& y) { return BoostedTrees::fit_values(fitted.x, y, boosting).predict(run.test()); });
  });
  run.add("linear regression", "least squares with a penalty of 1 (ridge)", columns * columns * outputs, .25, [&](std::int64_t rows) {
    const Fitted fitted = run.part(rows);
    return run.each_target(fitted, [&](const std::vector<double>& y) { return ridge(fitted.x, y, 1).decision(run.scaled_test()); });
  });
  run.add("tree of depth 3", "squared error", 120 * columns * outputs, .2, [&](std::int64_t rows) {
    const Fitted fitted = run.part(rows);
    return run.each_target(fitted, [&](const std::vector<double>& y) { return Tree::fit_values(fitted.x, y).predict(run.scaled_test()); });
  });
  run.add("random forest", "100 trees", 8000 * columns * outputs, .1, [&](std::int64_t rows) {
    const Fitted fitted = run.part(rows);
    return run.each_target(fitted, [&](const std::vector<double>& y) { return Forest::fit_values(fitted.x, y).predict(run.scaled_test()); });
  });
  run.add("5 nearest neighbours", "standardised, Euclidean", test * columns / 2, .4, [&](std::int64_t rows) {
    const Fitted fitted = run.part(rows);
    const Neighbours neighbours = nearest(fitted.x, run.scaled_test());
    return run.each_target(fitted, [&](const std::vector<double>& y) { return Matrix{run.test().rows, 1, average(neighbours, y)}; });
  });
}

void check(const data::Dataset& train, const data::Dataset& test, const BaselineOptions& options) {
  if (train.rows() < 1 || !train.has_targets()) fail(ErrorKind::invalid_argument, "baselines: the training part has no rows or no targets");
  if (!test.has_targets()) fail(ErrorKind::invalid_argument, "baselines: the test part has no targets");
  if (train.row_shape() != test.row_shape() || train.class_names != test.class_names || train.targets.rank() != test.targets.rank()) {
    fail(ErrorKind::shape, "baselines: the training part has rows " + to_string(train.row_shape()) + " and " + std::to_string(train.class_names.size()) + " classes, the test part " +
                               to_string(test.row_shape()) + " and " + std::to_string(test.class_names.size()));
  }
  const std::vector<std::string> known = {"majority", "mean", "naive Bayes", "logistic regression", "linear regression", "boosted trees", "tree of depth 3", "random forest", "5 nearest neighbours", "linear SVM"};
  for (const std::string& name : options.only) {
    if (std::find(known.begin(), known.end(), name) == known.end()) fail(ErrorKind::invalid_argument, "baselines: there is none called \"" + name + "\"; there are: " + name_list(known, 20));
  }
}

}  // namespace

int Baselines::best() const {
  const auto at = std::max_element(scores.begin(), scores.end(), [](const BaselineScore& a, const BaselineScore& b) { return a.value < b.value; });
  return at == scores.end() ? -1 : static_cast<int>(at - scores.begin());
}

Baselines fit_baselines(const data::Dataset& train, const data::Dataset& test, const BaselineOptions& options) {
  check(train, test, options);
  if (test.rows() < 1 || train.features.size() == 0) return {};
  Run run(train, test, options);
  if (run.classes()) run_classes(run);
  else run_values(run);
  return std::move(run.done);
}

std::vector<BaselineScore> run_baselines(const data::Dataset& train, const data::Dataset& test, const BaselineOptions& options) {
  return fit_baselines(train, test, options).scores;
}

}  // namespace candor::candid
