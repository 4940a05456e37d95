#include "candor/candid/score.h"

#include <algorithm>
#include <numeric>

#include "candor/base/error.h"
#include "candor/base/text.h"

namespace candor::candid {
namespace {

void add_classes(Score& score, const Tensor& outputs, const data::Dataset& set) {
  const auto classes = static_cast<std::int64_t>(set.class_names.size());
  if (outputs.rank() != 2 || outputs.shape(0) != set.rows() || outputs.shape(1) != classes) {
    fail(ErrorKind::shape, "score: the model gives " + to_string(outputs.shape()) + " for " + std::to_string(set.rows()) + " rows of " +
                               std::to_string(classes) + " classes");
  }
  if (score.classes.empty()) {
    score.confusion.assign(static_cast<std::size_t>(classes), std::vector<std::int64_t>(static_cast<std::size_t>(classes)));
    for (const std::string& name : set.class_names) score.classes.push_back({name});
  }
  score.n += set.rows();
  const std::vector<float> p = outputs.to_vector();
  const std::vector<std::int32_t> truth = set.targets.to_vector<std::int32_t>();
  for (std::int64_t i = 0; i < set.rows(); ++i) {
    const auto row = p.begin() + i * classes;
    const auto said = static_cast<std::size_t>(std::max_element(row, row + classes) - row), is = static_cast<std::size_t>(truth[static_cast<std::size_t>(i)]);
    ++score.confusion[is][said];
    ++score.classes[is].rows;
    ++score.classes[said].predicted;
    if (is == said) ++score.classes[is].hits;
  }
}

}  // namespace

void Judge::add(const Tensor& outputs, const data::Dataset& piece) {
  if (counts_.task.empty()) counts_.task = piece.is_classification() ? "classification" : "regression";
  if (counts_.task == "classification") {
    add_classes(counts_, outputs, piece);
    return;
  }
  if (outputs.size() != piece.targets.size() || outputs.shape(0) != piece.rows()) {
    fail(ErrorKind::shape, "score: the model gives " + to_string(outputs.shape()) + " for targets " + to_string(piece.targets.shape()));
  }
  const std::vector<float> prediction = outputs.to_vector(), truth = piece.targets.to_vector();
  prediction_.insert(prediction_.end(), prediction.begin(), prediction.end());
  truth_.insert(truth_.end(), truth.begin(), truth.end());
  counts_.n += piece.rows();
}

Score Judge::score(std::uint64_t seed) const {
  Score score = counts_;
  if (score.task == "classification") {
    std::int64_t hits = 0;
    for (const ClassScore& c : score.classes) hits += c.hits;
    score.metric = "accuracy";
    score.value = score.n ? static_cast<double>(hits) / static_cast<double>(score.n) : 0;
    score.interval = wilson(hits, score.n);
    return score;
  }
  score.metric = "r2";
  score.value = r2(truth_, prediction_);
  score.interval = bootstrap_r2(truth_, prediction_, seed);
  score.mean_absolute_error = mean_absolute_error(truth_, prediction_);
  return score;
}

Score judge(const Tensor& outputs, const data::Dataset& set, std::uint64_t seed) {
  Judge all;
  all.add(outputs, set);
  return all.score(seed);
}

}  // namespace candor::candid
