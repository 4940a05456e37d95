// The parts of a report by name, once for both directions: what is written is what is read. Internal to report_config.
#pragma once

#include "candor/candid/report/report.h"

namespace candor::candid {

template <class A> void fields(A& a, Curve& c) { a("name", c.name), a("x", c.x), a("y", c.y), a("low", c.low), a("high", c.high); }
template <class A> void fields(A& a, Interval& i) { a("low", i.low), a("high", i.high); }
template <class A> void fields(A& a, ColumnOverview& c) {
  a("name", c.name), a("role", c.role), a("why", c.why), a("treatment", c.treatment), a("missing", c.missing), a("distinct", c.distinct);
  a("mean", c.mean), a("deviation", c.deviation), a("minimum", c.minimum), a("median", c.median), a("maximum", c.maximum);
  a("edges", c.edges), a("counts", c.counts), a("words", c.words);
}
template <class A> void fields(A& a, DataOverview& d) {
  a("source", d.source), a("digest", d.digest), a("kind", d.kind), a("train", d.train), a("validation", d.validation), a("test", d.test), a("skipped", d.skipped);
  a("split", d.split), a("remarks", d.remarks), a("columns", d.columns), a("correlated", d.correlated), a("correlation", d.correlation);
  a("classes", d.classes), a("class_pictures", d.class_pictures);
}
template <class A> void fields(A& a, Example& e) {
  a("row", e.row), a("truth", e.truth), a("prediction", e.prediction), a("confidence", e.confidence), a("loss", e.loss);
  a("cells", e.cells), a("picture", e.picture), a("file", e.file);
}
template <class A> void fields(A& a, Importance& i) { a("name", i.name), a("value", i.value), a("low", i.low), a("high", i.high); }
template <class A> void fields(A& a, Dependence& d) { a("column", d.column), a("words", d.words), a("curves", d.curves); }
template <class A> void fields(A& a, DecisionMap& m) {
  a("x", m.x), a("y", m.y), a("x_low", m.x_low), a("x_high", m.x_high), a("y_low", m.y_low), a("y_high", m.y_high);
  a("columns", m.columns), a("rows", m.rows), a("values", m.values), a("points", m.points);
}
template <class A> void fields(A& a, BaselineScore& b) {
  a("name", b.name), a("what", b.what), a("value", b.value), a("interval", b.interval), a("seconds", b.seconds), a("difference", b.difference);
}
template <class A> void fields(A& a, FurtherScore& s) { a("name", s.name), a("value", s.value), a("interval", s.interval); }
template <class A> void fields(A& a, LayerOverview& l) { a("name", l.name), a("kind", l.kind), a("output", l.output), a("parameters", l.parameters); }
template <class A> void fields(A& a, LayerRecord& l) {
  a("layer", l.layer), a("gradient_norm", l.gradient_norm), a("update_ratio", l.update_ratio), a("mean", l.mean), a("deviation", l.deviation);
  a("zeros", l.zeros), a("at_limit", l.at_limit), a("dead", l.dead);
}
template <class A> void fields(A& a, ClassScore& c) {
  a("name", c.name), a("rows", c.rows), a("predicted", c.predicted), a("hits", c.hits);
  a.share("recall", c.hits, c.rows), a.share("precision", c.hits, c.predicted);
}
template <class A> void fields(A& a, Score& s) {
  a("task", s.task), a("metric", s.metric), a("value", s.value), a("interval", s.interval), a("n", s.n);
  a("classes", s.classes), a("confusion", s.confusion), a("mean_absolute_error", s.mean_absolute_error);
}
template <class A> void fields(A& a, Evidence& e) { a("name", e.name), a("number", e.number), a("text", e.text); }
template <class A> void fields(A& a, Finding& f) { a("id", f.id), a("severity", f.severity), a("message", f.message), a("where", f.where), a("evidence", f.evidence); }
template <class A> void fields(A& a, SilencedFinding& s) { a("finding", s.finding), a("reason", s.reason); }
template <class A> void fields(A& a, SkippedCheck& s) { a("id", s.id), a("why", s.why); }
template <class A> void fields(A& a, Slice& s) {
  a("column", s.column), a("group", s.group), a("kind", s.kind), a("rows", s.rows), a("score", s.score), a("rest", s.rest), a("interval", s.interval), a("p", s.p), a("constant", s.constant);
}
template <class A> void fields(A& a, Report& r) {
  a("title", r.title), a("command", r.command), a("task", r.task), a("started", r.started), a("target", r.target), a("versions", r.versions);
  a("seed", r.seed), a("threads", r.threads), a("seconds", r.seconds), a("timings", r.timings), a("score", r.score), a("more_scores", r.more_scores), a("reach", r.reach);
  a("baselines", r.baselines), a("findings", r.findings), a("data", r.data), a("choices", r.choices), a("layers", r.layers), a("network_svg", r.network_svg);
  a("parameters", r.parameters), a("plan", r.plan), a("losses", r.losses), a("metrics", r.metrics), a("best_epoch", r.best_epoch), a("networks", r.networks), a("layer_records", r.layer_records), a("looked_at", r.looked_at);
  a("roc", r.roc), a("precision_recall", r.precision_recall), a("calibration", r.calibration), a("residual_edges", r.residual_edges), a("residual_counts", r.residual_counts);
  a("predicted", r.predicted), a("worst", r.worst), a("least_certain", r.least_certain), a("importances", r.importances), a("dependences", r.dependences);
  a("map", r.map), a("forecasts", r.forecasts), a("time_axis", r.time_axis), a("card", r.card), a("model", r.model);
  a("temperature", r.temperature), a("rejection", r.rejection), a("slices", r.slices), a("silenced", r.silenced), a("checked", r.checked), a("skipped", r.skipped);
}

}  // namespace candor::candid
