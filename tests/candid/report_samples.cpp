#include "tests/candid/report_samples.h"

#include <cmath>
#include <limits>

#include "tests/candid/sample_picture.h"

namespace candor::testing {
namespace {

using namespace candid;

/// The same numbers on every machine.
struct Draw {
  std::uint64_t state = 7;
  double uniform() {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return static_cast<double>(state >> 11) / 9007199254740992.0;
  }
  double normal() {
    double sum = 0;
    for (int i = 0; i < 12; ++i) sum += uniform();
    return sum - 6;
  }
};

void histogram_of(const std::vector<double>& values, int bars, std::vector<double>& edges, std::vector<double>& counts) {
  double low = values[0], high = values[0];
  for (const double v : values) low = std::min(low, v), high = std::max(high, v);
  for (int i = 0; i <= bars; ++i) edges.push_back(low + (high - low) * i / bars);
  counts.assign(static_cast<std::size_t>(bars), 0);
  for (const double v : values) counts[std::min(static_cast<std::size_t>((v - low) / (high - low) * bars), counts.size() - 1)] += 1;
}

ColumnOverview number_column(Draw& draw, const std::string& name, const std::string& role, double mean, double deviation, std::int64_t missing) {
  std::vector<double> values;
  for (int i = 0; i < 400; ++i) values.push_back(mean + deviation * draw.normal());
  ColumnOverview c{.name = name, .role = role, .why = role == "number" ? "numbers, 312 different" : "as asked", .treatment = "standardised" + std::string(missing ? "; missing cells filled with the median and marked" : ""), .missing = missing, .distinct = 312};
  c.mean = mean, c.deviation = deviation, c.minimum = mean - 3 * deviation, c.median = mean, c.maximum = mean + 3 * deviation;
  histogram_of(values, 24, c.edges, c.counts);
  return c;
}

std::vector<Curve> learning(Draw& draw, int epochs, const std::string& name, double start, double end, double gap) {
  std::vector<Curve> out{{name, {}, {}}, {"val_" + name, {}, {}}};
  for (int e = 1; e <= epochs; ++e) {
    const double fall = std::exp(-3.5 * e / epochs), over = gap * e / epochs;
    out[0].x.push_back(e), out[0].y.push_back(end + (start - end) * fall + .01 * (start - end) * draw.normal());
    out[1].x.push_back(e), out[1].y.push_back(end + (start - end) * fall + over + .02 * (start - end) * draw.normal());
  }
  return out;
}

/// A network whose layers were looked at now and then: relu inside, an answer at the end.
void layers_of(Report& r, Draw& draw, int layers, double epochs) {
  constexpr int looks = 30;
  for (int i = 0; i < looks; ++i) r.looked_at.push_back(epochs * (i + 1) / looks);
  for (int k = 0; k < layers; ++k) {
    LayerRecord l;
    const bool last = k + 1 == layers;
    l.layer = "model/dense" + (k ? "_" + std::to_string(k) : std::string());
    for (int i = 0; i < looks; ++i) {
      const double fall = std::exp(-2.0 * i / looks);
      l.gradient_norm.push_back((.02 + .5 * fall) * std::pow(.6, layers - k) * (1 + .1 * draw.normal()));
      l.update_ratio.push_back(.004 * fall * (1 + .1 * draw.normal()));
      l.mean.push_back(.3 - .05 * k + .02 * draw.normal()), l.deviation.push_back(.8 + .1 * k + .3 * (1 - fall));
      l.zeros.push_back(last ? std::nan("") : .5), l.at_limit.push_back(std::nan("")), l.dead.push_back(last ? std::nan("") : .02 * k * (1 - fall));
    }
    r.layer_records.push_back(std::move(l));
  }
}

void common(Report& r) {
  r.started = "2026-11-21T19:30:00Z";
  r.versions = {{"candor", "0.5.0"}, {"compiler", "GNU 12.2.0"}};
  r.threads = 2;
  r.layers = {{"dense", "Dense", "(None, 128)", 4736}, {"dropout", "Dropout", "(None, 128)", 0}, {"dense_1", "Dense", "(None, 64)", 8256}, {"dense_2", "Dense", "(None, 3)", 195}};
  r.parameters = 13187;
  r.network_svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"160\" height=\"120\"><rect width=\"160\" height=\"120\" fill=\"#fff\"/><rect x=\"30\" y=\"10\" width=\"100\" height=\"40\" fill=\"none\" stroke=\"#263238\"/>"
                  "<text x=\"80\" y=\"35\" text-anchor=\"middle\">Dense</text></svg>";
  r.plan = {"matmul+bias+relu   cpu.fused_matmul   32x36 . 36x128", "softmax            cpu.softmax        32x3"};
  r.choices = {"Two hidden layers of 128 and 64 units: the data have 12,000 rows and 36 inputs.", "Dropout of 0.2: a small table, so the network is kept from learning rows by heart.",
               "Training stops when the validation loss has not fallen for 10 epochs."};
  r.timings = {{"reading", .42}, {"training", 8.1}, {"baselines", 3.7}, {"report", .2}};
  r.card = {{"Where the data came from", "A generator, for this test"}, {"Must not be used for", "decisions about people"}};
  r.model = "models/model.candor";
}

}  // namespace

Report classification_report() {
  Draw draw;
  Report r;
  common(r);
  r.title = "Who buys insurance", r.task = "classification", r.target = "group", r.command = "candor train customers.csv --target group --out models", r.seed = 5, r.seconds = 12.4;
  r.score = {.task = "classification", .metric = "accuracy", .value = .797, .interval = {.781, .812}, .n = 2400, .classes = {}, .confusion = {}};
  r.score.classes = {{"high", 610, 598, 470}, {"low", 980, 1010, 852}, {"middle", 810, 792, 591}};
  r.score.confusion = {{470, 22, 118}, {18, 852, 110}, {110, 136, 564}};
  r.score.classes[2].hits = 564, r.score.classes[2].predicted = 792;
  r.more_scores = {{"balanced accuracy", .787, Interval{.77, .803}}, {"AUC", .921, Interval{.912, .93}}, {"log loss", .482, Interval{.46, .505}}};
  r.baselines = {{"majority", "always “low”", .408, {.389, .428}, .001, Interval{.37, .41}}, {"logistic regression", "regularised", .771, {.754, .787}, .4, Interval{.012, .04}},
                 {"nearest neighbours", "k = 15", .742, {.724, .759}, 1.2, Interval{.036, .075}}, {"boosted trees", "200 trees of depth 4", .789, {.772, .805}, 2.1, Interval{-.004, .02}}};
  r.findings = {{"result.baseline", Severity::warning, "the score 0.797 is not clearly above boosted trees (0.789): the paired difference lies between -0.004 and 0.02; a tree is as good here"},
                {"data.missing", Severity::note, "“income” is empty in 4.2 % of the rows; it was filled with the median and marked"}};
  for (const auto& curve : learning(draw, 40, "loss", 1.1, .42, .06)) r.losses.push_back(curve);
  for (const auto& curve : learning(draw, 40, "accuracy", .4, .81, -.02)) r.metrics.push_back(curve);
  r.best_epoch = 28;
  layers_of(r, draw, 3, 40);
  for (const char* name : {"high", "low", "middle"}) {
    Curve roc{std::string(name) + " (AUC 0.93)", {}, {}}, pr{name, {}, {}}, cal{name, {}, {}, {}, {}};
    const double strength = name[0] == 'h' ? 9 : name[0] == 'l' ? 14 : 5;
    for (int i = 0; i <= 100; ++i) {
      const double x = i / 100.0;
      roc.x.push_back(x), roc.y.push_back((1 - std::exp(-strength * x)) / (1 - std::exp(-strength)));
      pr.x.push_back(x), pr.y.push_back(1 - .5 * std::pow(x, strength / 3));
    }
    for (int i = 0; i < 10; ++i) {
      const double x = .05 + i / 10.0, y = std::min(1.0, std::max(0.0, x + .06 * draw.normal() * .5));
      cal.x.push_back(x), cal.y.push_back(y), cal.low.push_back(std::max(0.0, y - .06)), cal.high.push_back(std::min(1.0, y + .06));
    }
    r.roc.push_back(roc), r.precision_recall.push_back(pr), r.calibration.push_back(cal);
  }
  for (int i = 0; i < 6; ++i) {
    Example e{.row = 137 * i + 11, .truth = i % 2 ? "high" : "middle", .prediction = "low", .confidence = .99 - .02 * i, .loss = 4.1 - .2 * i};
    e.cells = {{"age", "34"}, {"income", "48,200"}, {"region", "north-west"}, {"children", "2"}, {"since", "2019-04-01"}};
    r.worst.push_back(e);
    e.confidence = .35 + .01 * i, e.prediction = i % 2 ? "high" : "low";
    r.least_certain.push_back(e);
  }
  r.importances = {{"income", .142, .128, .156}, {"age", .081, .07, .092}, {"region", .034, .026, .041}, {"children", .012, .006, .018}, {"since", .001, -.003, .005}};
  for (const char* column : {"income", "age"}) {
    Dependence d{column, {}, {}};
    for (const char* name : {"high", "low", "middle"}) {
      Curve c{name, {}, {}};
      for (int i = 0; i <= 20; ++i) c.x.push_back(20 + 3 * i), c.y.push_back(name[0] == 'h' ? .1 + .03 * i : name[0] == 'l' ? .8 - .035 * i : .1 + .005 * i);
      d.curves.push_back(c);
    }
    r.dependences.push_back(d);
  }
  r.dependences.push_back({"region", {"north", "south", "east", "west"}, {{"high", {0, 1, 2, 3}, {.2, .3, .25, .4}}, {"low", {0, 1, 2, 3}, {.5, .4, .45, .3}}, {"middle", {0, 1, 2, 3}, {.3, .3, .3, .3}}}});
  DecisionMap m{.x = "income", .y = "age", .x_low = 10000, .x_high = 90000, .y_low = 18, .y_high = 80, .columns = 60, .rows = 60};
  for (int y = 0; y < 60; ++y)
    for (int x = 0; x < 60; ++x) m.values.push_back(x + y > 75 ? 0 : x > 25 + 8 * std::sin(y / 8.0) ? 2 : 1);
  for (int i = 0; i < 200; ++i) {
    const double x = draw.uniform(), y = draw.uniform();
    m.points.push_back({10000 + 80000 * x, 18 + 62 * y, x + y > 1.25 ? 0.0 : x > .42 ? 2.0 : 1.0});
  }
  r.map = m;
  r.data = {.source = "customers.csv", .digest = "fp64:9f3a6c0d12e4b577", .kind = "csv", .train = 8640, .validation = 960, .test = 2400, .skipped = 3};
  r.data.split = "at random by class, seed 5; 20 % to test on, and of the rest 10 % to watch the training by";
  r.data.remarks = {"Cells are parted by semicolons, and numbers have decimal commas.", "3 rows without a target were left out."};
  r.data.columns = {number_column(draw, "age", "number", 44, 9, 0), number_column(draw, "income", "number", 48200, 11000, 504)};
  r.data.columns.push_back({.name = "region", .role = "category", .why = "4 different words", .treatment = "one input for each word", .distinct = 7, .words = {{"north", 5100}, {"south", 3900}, {"east", 1500}, {"west", 1100}, {"abroad", 400}}});
  ColumnOverview since = number_column(draw, "since", "date", 17800, 500, 0);
  since.treatment = "days since the first, month and weekday on circles", since.why = "dates as 2019-04-01";
  r.data.columns.push_back(since);
  r.data.columns.push_back({.name = "customer", .role = "id", .why = "every cell different and counted up", .treatment = "left out", .distinct = 12000});
  r.data.columns.push_back({.name = "group", .role = "target", .why = "as asked", .distinct = 3, .words = {{"low", 4900}, {"middle", 4050}, {"high", 3050}}});
  r.data.correlated = {"age", "income", "since", "children"};
  r.data.correlation = {{1, .43, -.62, .08}, {.43, 1, -.2, .02}, {-.62, -.2, 1, -.05}, {.08, .02, -.05, 1}};
  r.data.classes = {{"high", 2196}, {"low", 3528}, {"middle", 2916}};
  return r;
}

Report regression_report() {
  Draw draw;
  Report r = classification_report();
  r.title = "", r.task = "regression", r.target = "price", r.command = "candor train houses.csv --target price", r.seconds = 4.2;
  r.score = {.task = "regression", .metric = "r2", .value = .934, .interval = {.921, .945}, .n = 800, .classes = {}, .confusion = {}, .mean_absolute_error = 14210};
  r.more_scores = {{"RMSE", 19800, Interval{18700, 21000}}, {"MAE", 14210, Interval{13300, 15100}}};
  r.reach = 41000;
  r.baselines = {{"mean", "always 312,000", -.001, {-.004, 0}, .001}, {"linear regression", "ridge", .811, {.79, .83}, .1}, {"boosted trees", "300 trees of depth 4", .917, {.902, .93}, 3.4}};
  r.findings.clear(), r.roc.clear(), r.precision_recall.clear(), r.calibration.clear(), r.data.classes.clear(), r.metrics.clear();
  r.losses = learning(draw, 120, "loss", 1.05, .01, .01);
  std::vector<double> errors;
  for (int i = 0; i < 800; ++i) {
    const double truth = 312000 + 95000 * draw.normal(), error = 19000 * draw.normal();
    r.predicted.x.push_back(truth), r.predicted.y.push_back(truth + error), errors.push_back(error);
  }
  histogram_of(errors, 30, r.residual_edges, r.residual_counts);
  for (auto* list : {&r.worst, &r.least_certain})
    for (Example& e : *list) e.truth = "412,000", e.prediction = "298,500", e.confidence = 113500;
  r.dependences = {{"area", {}, {{"price", {40, 60, 80, 100, 140, 180, 220}, {180000, 220000, 262000, 300000, 371000, 420000, 455000}, {172000, 214000, 257000, 295000, 364000, 409000, 436000}, {188000, 226000, 267000, 305000, 378000, 431000, 474000}}}},
                   {"garden", {"yes", "no"}, {{"price", {0, 1}, {331000, 304000}, {328000, 301000}, {334000, 307000}}}}};
  for (double& v : r.map->values) v = 200000 + 1000 * static_cast<double>(&v - r.map->values.data()) / 36;
  for (auto& p : r.map->points) p[2] = 200000 + 100000 * draw.uniform();
  r.data.columns.back() = number_column(draw, "price", "target", 312000, 95000, 0);
  r.data.source = "houses.csv";
  return r;
}

Report pictures_report() {
  Draw draw;
  Report r;
  common(r);
  r.title = "Which digit", r.task = "classification", r.target = "", r.command = "candor train digits --model cnn", r.seconds = 58;
  r.data = {.source = "digits/", .digest = "fp64:11d3c0aa54be", .kind = "images", .train = 54000, .validation = 6000, .test = 10000};
  r.score = {.task = "classification", .metric = "accuracy", .value = .9912, .interval = {.9892, .9929}, .n = 10000, .classes = {}, .confusion = {}};
  for (int i = 0; i < 10; ++i) {
    auto& row = r.score.confusion.emplace_back();
    for (int j = 0; j < 10; ++j) row.push_back(i == j ? 985 + i : static_cast<std::int64_t>(3 * draw.uniform()));
  }
  for (std::size_t i = 0; i < 10; ++i) {
    ClassScore c{std::to_string(i), 0, 0, r.score.confusion[i][i]};
    for (std::size_t j = 0; j < 10; ++j) c.rows += r.score.confusion[i][j], c.predicted += r.score.confusion[j][i];
    r.score.classes.push_back(c);
    r.data.classes.emplace_back(std::to_string(i), 5400);
    r.data.class_pictures.push_back(sample_picture);
  }
  r.baselines = {{"majority", "always “1”", .1135, {.107, .12}, .01}, {"logistic regression", "on pixels", .918, {.912, .923}, 12}, {"nearest neighbours", "k = 5, on pixels", .968, {.964, .971}, 40}};
  r.losses = learning(draw, 12, "loss", 1.8, .02, .02);
  r.metrics = learning(draw, 12, "accuracy", .3, .992, -.004);
  layers_of(r, draw, 21, 12);
  for (int i = 0; i < 8; ++i) {
    r.worst.push_back({.row = 300 * i, .truth = "4", .prediction = "9", .confidence = .98, .loss = 5, .picture = sample_picture, .file = "test/4/00" + std::to_string(i) + ".png"});
    r.least_certain.push_back({.row = 300 * i, .truth = "3", .prediction = i % 3 ? "3" : "5", .confidence = .41, .loss = 1, .picture = sample_picture, .file = ""});
  }
  return r;
}

Report series_report() {
  Draw draw;
  Report r;
  common(r);
  r.task = "regression", r.target = "visitors", r.command = "candor train visitors.csv --forecast 28", r.seconds = 21;
  r.data = {.source = "visitors.csv", .digest = "fp64:aa01", .kind = "series", .train = 1200, .validation = 100, .test = 140, .split = "by time: the last 140 days are the test"};
  r.score = {.task = "regression", .metric = "mase", .value = .83, .interval = {.78, .89}, .n = 140, .classes = {}, .confusion = {}};
  r.baselines = {{"last value", "", 1.42, {1.31, 1.55}, .001}, {"seasonal naive", "the same day a week ago", 1.02, {.95, 1.1}, .001}, {"Holt-Winters", "a season of 7 days", .91, {.85, .98}, .3}, {"linear on lags", "the last 28 days", .88, {.82, .95}, .1}};
  r.time_axis = true;
  Curve truth{"truth", {}, {}}, model{"model", {}, {}, {}, {}}, naive{"seasonal naive", {}, {}};
  for (int i = 0; i < 140; ++i) {
    const double t = 1.70e9 + 86400.0 * i, y = 420 + 90 * std::sin(i * 6.2832 / 7) + .8 * i + 18 * draw.normal(), said = y + 16 * draw.normal();
    truth.x.push_back(t), truth.y.push_back(y);
    model.x.push_back(t), model.y.push_back(said), model.low.push_back(said - 45), model.high.push_back(said + 45);
    if (i >= 7) naive.x.push_back(t), naive.y.push_back(truth.y[static_cast<std::size_t>(i - 7)]);
  }
  r.forecasts = {truth, model, naive};
  r.losses = learning(draw, 30, "loss", .9, .2, .05);
  return r;
}

Report hostile_report() {
  const std::string bad = "<script>document.title='run'</script>\"'&</style>]]>\xff\xfe\x01" + std::string(1, '\0') + "--><img src=x onerror=document.title='run'>\xE2\x80\xAE";
  Report r = classification_report();
  r.title = r.command = r.task = r.started = r.target = bad;
  r.task = "classification";
  for (ClassScore& c : r.score.classes) c.name = bad;
  for (BaselineScore& b : r.baselines) b.name = b.what = bad;
  for (Finding& f : r.findings) f.id = f.message = bad;
  for (ColumnOverview& c : r.data.columns) {
    c.name = c.role = c.why = c.treatment = bad;
    for (auto& [word, count] : c.words) word = bad;
  }
  for (auto& [name, count] : r.data.classes) name = bad;
  for (std::string& name : r.data.correlated) name = bad;
  for (auto* curves : {&r.losses, &r.metrics, &r.roc, &r.precision_recall, &r.calibration})
    for (Curve& c : *curves) c.name = bad;
  for (Dependence& d : r.dependences) {
    d.column = bad;
    for (Curve& c : d.curves) c.name = bad;
    for (std::string& word : d.words) word = bad;
  }
  for (auto* list : {&r.worst, &r.least_certain})
    for (Example& e : *list) {
      e.truth = e.prediction = e.file = bad;
      e.picture = "\"><script>document.title='run'</script>";
      e.cells = {{bad, bad}};
    }
  for (Importance& i : r.importances) i.name = bad;
  for (LayerOverview& l : r.layers) l.name = l.kind = l.output = bad;
  for (LayerRecord& l : r.layer_records) l.layer = bad;
  r.map->x = r.map->y = bad;
  r.network_svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"document.title='run'\"><script>document.title='run'</script></svg>";
  r.data.source = r.data.digest = r.data.split = r.model = bad;
  r.data.remarks = r.choices = r.plan = {bad};
  r.versions = r.card = {{bad, bad}};
  r.timings = {{bad, 1}};
  r.more_scores = {{bad, 1, std::nullopt}};
  return r;
}

Report huge_report() {
  Draw draw;
  Report r = classification_report();
  const std::string longest(5000, 'w');
  r.data.columns.assign(1000, number_column(draw, longest, "number", 0, 1, 3));
  r.data.correlated.assign(1000, "column");
  r.data.correlation.assign(1000, std::vector<double>(1000, .5));
  r.score.classes.clear(), r.score.confusion.assign(1000, std::vector<std::int64_t>(1000, 1)), r.data.classes.clear();
  for (int i = 0; i < 1000; ++i) {
    const std::string name = "class " + std::to_string(i) + longest;
    r.score.classes.push_back({name, 1000, 1000, 1}), r.data.classes.emplace_back(name, 10);
    r.roc.push_back({name, {0, .5, 1}, {0, .7, 1}});
    r.importances.push_back({name, draw.uniform(), 0, 1}), r.baselines.push_back({name, longest, draw.uniform(), {0, 1}, 1});
    r.findings.push_back({"data.few", Severity::note, longest}), r.plan.push_back(longest), r.choices.push_back(longest);
    r.layers.push_back({name, longest, longest, 3});
    if (i < 50) r.worst.push_back(r.worst[0]), r.worst.back().cells.assign(100, {longest, longest});
    r.dependences.push_back(r.dependences[0]), r.metrics.push_back({"metric " + std::to_string(i), {1, 2}, {1, 2}});
  }
  Curve line{longest, {}, {}};
  for (int i = 0; i < 1'000'000; ++i) line.x.push_back(i), line.y.push_back(draw.normal());
  line.y[500'000] = 1e3;  // a peak that must be seen
  r.looked_at.assign(10'000, 1);
  for (LayerRecord& l : r.layer_records)
    for (std::vector<double>* v : {&l.gradient_norm, &l.update_ratio, &l.mean, &l.deviation, &l.zeros, &l.at_limit, &l.dead}) v->assign(10'000, .5);
  r.layer_records.assign(1000, r.layer_records[0]);
  r.losses = {line}, r.forecasts = {line, line}, r.predicted = line, r.calibration = {line};
  r.map = DecisionMap{.x = "x", .y = "y", .columns = 1000, .rows = 1000};
  for (int i = 0; i < 1'000'000; ++i) r.map->values.push_back(std::floor(3 * draw.uniform()));
  r.map->points.assign(100'000, {.5, .5, 1});
  r.residual_edges.clear(), r.residual_counts.assign(100'000, 1);
  for (int i = 0; i <= 100'000; ++i) r.residual_edges.push_back(i);
  r.network_svg.assign(3'000'000, ' ');
  return r;
}

}  // namespace candor::testing
