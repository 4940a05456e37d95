#include "candor/candid/score.h"

#include <algorithm>
#include <numeric>

#include "candor/base/error.h"
#include "candor/base/text.h"

namespace candor::candid {
namespace {

Score judge_classes(const Tensor& outputs, const data::Dataset& set) {
  const auto classes = static_cast<std::int64_t>(set.class_names.size());
  if (outputs.rank() != 2 || outputs.shape(0) != set.rows() || outputs.shape(1) != classes) {
    fail(ErrorKind::shape, "score: the model gives " + to_string(outputs.shape()) + " for " + std::to_string(set.rows()) + " rows of " +
                               std::to_string(classes) + " classes");
  }
  Score score;
  score.task = "classification";
  score.metric = "accuracy";
  score.n = set.rows();
  score.confusion.assign(static_cast<std::size_t>(classes), std::vector<std::int64_t>(static_cast<std::size_t>(classes)));
  for (const std::string& name : set.class_names) score.classes.push_back({name});
  const std::vector<float> p = outputs.to_vector();
  const std::vector<std::int32_t> truth = set.targets.to_vector<std::int32_t>();
  std::int64_t hits = 0;
  for (std::int64_t i = 0; i < set.rows(); ++i) {
    const auto row = p.begin() + i * classes;
    const auto said = static_cast<std::size_t>(std::max_element(row, row + classes) - row), is = static_cast<std::size_t>(truth[static_cast<std::size_t>(i)]);
    ++score.confusion[is][said];
    ++score.classes[is].rows;
    ++score.classes[said].predicted;
    if (is == said) ++hits, ++score.classes[is].hits;
  }
  score.value = set.rows() ? static_cast<double>(hits) / static_cast<double>(set.rows()) : 0;
  score.interval = wilson(hits, set.rows());
  return score;
}

Score judge_values(const Tensor& outputs, const data::Dataset& set, std::uint64_t seed) {
  if (outputs.size() != set.targets.size() || outputs.shape(0) != set.rows()) {
    fail(ErrorKind::shape, "score: the model gives " + to_string(outputs.shape()) + " for targets " + to_string(set.targets.shape()));
  }
  const std::vector<float> prediction = outputs.to_vector(), truth = set.targets.to_vector();
  Score score;
  score.task = "regression";
  score.metric = "r2";
  score.n = set.rows();
  score.value = r2(truth, prediction);
  score.interval = bootstrap_r2(truth, prediction, seed);
  score.mean_absolute_error = mean_absolute_error(truth, prediction);
  return score;
}

}  // namespace

Score judge(const Tensor& outputs, const data::Dataset& set, std::uint64_t seed) {
  return set.is_classification() ? judge_classes(outputs, set) : judge_values(outputs, set, seed);
}

}  // namespace candor::candid
