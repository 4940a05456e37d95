#include "candor/candid/report/check_report.h"

#include "candor/base/error.h"
#include "candor/candid/plot/markup.h"

namespace candor::candid {
namespace {

void require(bool fits, const std::string& part, const std::string& rule) {
  if (!fits) fail(ErrorKind::corrupt, "report: " + part + ": " + rule);
}

void check_curve(const Curve& c, const std::string& part) {
  const std::size_t n = c.x.size();
  require(c.y.size() == n, part, "x and y of a curve are equally long");
  require(c.low.size() == c.high.size() && (c.low.empty() || c.low.size() == n), part, "an interval has as many points as its curve");
}

void check_curves(const std::vector<Curve>& curves, const std::string& part) {
  for (const Curve& c : curves) check_curve(c, part);
}

void check_histogram(const std::vector<double>& edges, const std::vector<double>& counts, const std::string& part) {
  require((edges.empty() && counts.empty()) || edges.size() == counts.size() + 1, part, "edges of a histogram are one more than its counts");
  for (std::size_t i = 1; i < edges.size(); ++i) require(edges[i - 1] <= edges[i], part, "edges of a histogram rise");
  for (const double c : counts) require(c >= 0, part, "counts are not negative");
}

void check_examples(const std::vector<Example>& examples, const std::string& part) {
  for (const Example& e : examples) {
    require(e.row >= 0, part, "row numbers are not negative");
    require(e.picture.empty() || plot::is_base64(e.picture), part, "pictures are base64");
  }
}

void check_data(const DataOverview& d) {
  require(d.train >= 0 && d.validation >= 0 && d.test >= 0 && d.skipped >= 0, "data", "row counts are not negative");
  for (const ColumnOverview& c : d.columns) {
    require(c.missing >= 0 && c.distinct >= 0, "data.columns", "counts are not negative");
    check_histogram(c.edges, c.counts, "data.columns");
    for (const auto& [word, count] : c.words) require(count >= 0, "data.columns", "counts are not negative");
  }
  require(d.correlation.empty() || d.correlation.size() == d.correlated.size(), "data.correlation", "it has a row for each of its columns");
  for (const auto& row : d.correlation) require(row.size() == d.correlated.size(), "data.correlation", "it is square");
  for (const auto& [name, count] : d.classes) require(count >= 0, "data.classes", "counts are not negative");
  for (const std::string& picture : d.class_pictures) require(picture.empty() || plot::is_base64(picture), "data.class_pictures", "pictures are base64");
}

void check_layer_records(const Report& r) {
  for (const LayerRecord& l : r.layer_records)
    for (const std::vector<double>* v : {&l.gradient_norm, &l.update_ratio, &l.mean, &l.deviation, &l.zeros, &l.at_limit, &l.dead})
      require(v->size() == r.looked_at.size(), "layer_records", "each has a number for every time the layers were looked at");
}

void check_slices(const std::vector<Slice>& slices) {
  for (const Slice& s : slices) require(s.rows >= 0, "slices", "row counts are not negative");
}

void check_score(const Score& s) {
  require(s.n >= 0, "score", "row counts are not negative");
  for (const ClassScore& c : s.classes) {
    require(c.rows >= 0 && c.predicted >= 0 && c.hits >= 0 && c.hits <= c.rows && c.hits <= c.predicted, "score.classes", "hits lie between 0 and the rows, and the predictions");
  }
  require(s.confusion.empty() || s.confusion.size() == s.classes.size(), "score.confusion", "it has a row for each class");
  for (const auto& row : s.confusion) {
    require(row.size() == s.classes.size(), "score.confusion", "it is square");
    for (const std::int64_t count : row) require(count >= 0, "score.confusion", "counts are not negative");
  }
}

void check_map(const DecisionMap& m) {
  constexpr std::int64_t most = 100000;
  require(m.columns >= 0 && m.rows >= 0 && m.columns <= most && m.rows <= most, "map", "columns and rows lie between 0 and 100,000");
  require(m.values.size() == static_cast<std::size_t>(m.columns * m.rows), "map", "it has a value for each cell");
  for (const auto& p : m.points) require(p.size() == 3, "map.points", "a point is x, y and a value");
}

}  // namespace

void check_report(const Report& r) {
  check_data(r.data);
  check_score(r.score);
  for (const LayerOverview& l : r.layers) require(l.parameters >= 0, "layers", "parameters are not negative");
  require(r.parameters >= 0 && r.best_epoch >= 0 && r.networks >= 0 && r.threads >= 0, "report", "counts are not negative");
  check_curves(r.losses, "losses");
  check_curves(r.metrics, "metrics");
  check_curves(r.roc, "roc");
  check_curves(r.precision_recall, "precision_recall");
  check_curves(r.calibration, "calibration");
  check_curves(r.rejection, "rejection");
  check_layer_records(r);
  check_slices(r.slices);
  check_curves(r.forecasts, "forecasts");
  check_curve(r.predicted, "predicted");
  for (const Dependence& d : r.dependences) {
    check_curves(d.curves, "dependences");
    for (const Curve& c : d.curves) require(d.words.empty() || d.words.size() == c.y.size(), "dependences", "a curve over words has a point for each");
  }
  check_histogram(r.residual_edges, r.residual_counts, "residuals");
  check_examples(r.worst, "worst");
  check_examples(r.least_certain, "least_certain");
  if (r.map) check_map(*r.map);
}

}  // namespace candor::candid
