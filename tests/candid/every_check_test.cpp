// Every id of the catalogue is said where its fault is, and is not said beside it. A check without its two lines here fails the test.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>

#include "candor/candid/check_baselines.h"
#include "candor/candid/check_model.h"
#include "candor/candid/data/checks.h"
#include "candor/candid/result/bayes.h"
#include "candor/candid/result/calibration.h"
#include "candor/candid/result/export.h"
#include "candor/candid/result/matrix.h"
#include "candor/candid/result/metric.h"
#include "candor/candid/result/no_effect.h"
#include "candor/candid/result/ranking.h"
#include "candor/candid/result/slices.h"
#include "candor/candid/result/test_reused.h"
#include "candor/candid/result/too_good.h"
#include "candor/candid/series/assess_forecast.h"
#include "candor/candid/uncertainty/training_distance.h"
#include "candor/candor.h"
#include "candor/data/table/read_table.h"
#include "candor/nn/layer_body.h"
#include "candor/tensor/random.h"
#include "candor/train/checks/curves.h"
#include "candor/train/checks/speed.h"

namespace candor::candid {
namespace {

using Said = std::vector<Finding>;
using Both = std::function<Said(bool fault)>;  // the same with the fault and without

// Tables: four columns that say something of a class, row by row.

struct Cell {
  double a, b, c;
  std::string kind;
};
using Change = std::function<std::string(int row, const Cell& cell)>;

/// Rows `from` to `to` as CSV; `third` replaces the cell of the third column, `last` the class, `name` the third column's name.
std::string table(int from, int to, const Change& third = {}, const Change& last = {}, const std::string& name = "height", const Change& added = {}) {
  std::string out = "length,width," + name + (added ? ",added" : "") + ",kind\n";
  for (int i = from; i < to; ++i) {
    const RandomStream draw{static_cast<std::uint64_t>(i), 5};
    const bool plum = draw.below(0, 2) == 1;
    const double middle = plum ? 6.5 : 3;
    const Cell cell{middle + draw.normal(1), 20 + 3 * middle + 4 * draw.normal(2), 170 + 6 * draw.normal(3), plum ? "plum" : "pear"};
    out += std::to_string(cell.a) + "," + std::to_string(cell.b) + "," + (third ? third(i, cell) : std::to_string(cell.c)) + (added ? "," + added(i, cell) : "") + "," + (last ? last(i, cell) : cell.kind) + "\n";
  }
  return out;
}

Said look(const std::string& train, const std::string& other = {}, PartKind kind = PartKind::test, const std::string& target = "kind", std::int64_t most = 200000) {
  std::vector<NamedTable> tables;
  tables.push_back({PartKind::train, "train.csv", data::parse_table(train, {.header = data::Header::yes}, "train.csv")});
  if (!other.empty()) tables.push_back({kind, "other.csv", data::parse_table(other, {.header = data::Header::yes}, "other.csv")});
  data::SchemaOptions options;
  options.targets = {target};
  return check_subject(table_subject(std::move(tables), options, most)).findings;
}

std::string days(bool shuffled, bool train) {
  std::string out = "date,noise,load\n";
  double level = 0;
  const RandomStream draw{3, 3};
  for (int i = 0; i < 800; ++i) {
    level = .95 * level + draw.normal(static_cast<std::uint64_t>(i));
    char day[24];
    std::snprintf(day, sizeof day, "%d-%02d-%02d", 2000 + i / 336, 1 + i / 28 % 12, 1 + i % 28);
    if ((shuffled ? i * 7919 % 10 < 7 : i < 560) == train) out += std::string(day) + "," + std::to_string(draw.normal(static_cast<std::uint64_t>(5000 + i))) + "," + std::to_string(level) + "\n";
  }
  return out;
}

/// Blobs in 120 pictures of two classes, and darker copies of half of them under the same or the other label.
Said pictures(bool flipped) {
  constexpr std::int64_t side = 32;
  std::vector<std::uint8_t> all;
  std::vector<std::int32_t> labels;
  for (std::uint64_t i = 0; i < 120; ++i) {
    const RandomStream draw{i, 9};
    std::vector<double> p(side * side, 40);
    for (std::uint64_t blob = 0; blob < 7; ++blob) {
      const auto share = [&](std::uint64_t k) { return static_cast<double>(draw.below(10 * blob + k, 1000)) / 1000; };
      const double x = side * share(0), y = side * share(1), size = 2 + 4 * share(2), light = 60 + 120 * share(3);
      for (std::int64_t r = 0; r < side; ++r)
        for (std::int64_t c = 0; c < side; ++c) p[static_cast<std::size_t>(r * side + c)] += light * std::exp(-((r - y) * (r - y) + (c - x) * (c - x)) / (2 * size * size));
    }
    const auto label = static_cast<std::int32_t>(i % 2);
    for (const double v : p) all.push_back(static_cast<std::uint8_t>(std::min(v, 255.0)));
    labels.push_back(label);
    if (i % 4 > 1) continue;
    for (const double v : p) all.push_back(static_cast<std::uint8_t>(.75 * std::min(v, 255.0)));
    labels.push_back(flipped ? 1 - label : label);
  }
  data::Dataset set = data::from_arrays(Tensor::from(all, Shape{static_cast<std::int64_t>(labels.size()), side, side, 1}), Tensor::from(labels));
  set.class_names = {"front left", "front right"};
  return check_subject(set_subject({{PartKind::train, "pictures", set}})).findings;
}

// Programs: points around four centres.

struct Points {
  Tensor x, classes, yes;
};
Points points(std::int64_t n, double wrong = 0) {
  std::vector<float> x, yes;
  std::vector<std::int32_t> classes;
  for (std::int64_t i = 0; i < n; ++i) {
    const RandomStream draw{static_cast<std::uint64_t>(i), 7};
    auto k = static_cast<std::int32_t>(draw.below(0, 4));
    x.push_back(static_cast<float>((k % 2 ? 1 : -1) + .4 * draw.normal(1))), x.push_back(static_cast<float>((k / 2 ? 1 : -1) + .4 * draw.normal(2)));
    if (static_cast<double>(draw.below(3, 1000)) < 1000 * wrong) k ^= 1;
    classes.push_back(k), yes.push_back(k == 0 || k == 3 ? 1.f : 0.f);
  }
  return {Tensor::from(x, Shape{n, 2}), Tensor::from(classes, Shape{n}), Tensor::from(yes, Shape{n, 1})};
}

const Loss& logits() {
  static const Loss loss = SparseCategoricalCrossentropy{.from_logits = true};
  return loss;
}

Said model(const std::vector<Layer>& layers, const Loss& loss, const Tensor& x, const Tensor& y, bool memorise = false, double rate = .01) {
  set_random_seed(1);
  const Sequential net(layers);
  net.compile({.loss = loss, .optimizer = Adam{rate}});
  return candid::check_model(net, x, y, {.memorise = memorise}).findings;
}

Said fit(const std::vector<Layer>& layers, double rate = .003, double scale = 1, double wrong = 0, int epochs = 20) {
  set_random_seed(1);
  const Points p = points(640, wrong), judged = points(2000);
  const Sequential net(layers);
  net.compile({.loss = logits(), .optimizer = Adam{rate}, .metrics = {Accuracy{}}});
  FitOptions o;
  o.epochs = epochs, o.batch_size = 32, o.verbose = 0;
  if (wrong > 0) o.validation_data = {judged.x, judged.classes};
  try {
    return net.fit(p.x * Tensor::full({}, scale), p.classes, o).findings();
  } catch (const Error& e) {
    return {{"train.nan", Severity::error, e.what()}};
  }
}
std::vector<Layer> body(const Dense& first = Dense{32, {.activation = relu}}) { return {first, Dense{4}}; }

/// A layer that hands dropout another mode than it was given.
class Mistaken final : public candor::detail::SimpleLayerBody {
 public:
  Mistaken() : SimpleLayerBody("mistaken"), inner_(.5) {}
  std::string kind() const override { return "Mistaken"; }
  std::vector<Layer> children() const override { return {inner_}; }

 protected:
  Tensor apply_one(const Tensor& x, Mode) override { return inner_(x, training); }

 private:
  Dropout inner_;
};

Said curves(std::vector<double> loss, std::vector<double> val = {}, double guess = 1.386) {
  candor::detail::Curves c;
  c.loss = std::move(loss), c.val_loss = std::move(val);
  c.rows = 1000, c.val_rows = 500, c.steps = 1000;
  c.guess.known = c.guess.classes = true, c.guess.untrained = c.guess.constant = guess;
  CheckNotes notes;
  check_curves(c, notes);
  return notes.findings;
}
std::vector<double> falling(int n, double to = .2) {
  std::vector<double> out;
  for (int i = 0; i < n; ++i) out.push_back(to + 1.1 * std::exp(-.5 * i));
  return out;
}

// Results.

Said ran(const char* id, const std::function<Said()>& check) {
  Checkup out;
  run_check(out, id, check);
  return out.findings;
}
Score accuracy(double value, std::int64_t n) {
  Score s;
  s.task = "classification", s.metric = "accuracy", s.n = n;
  s.value = std::round(value * static_cast<double>(n)) / static_cast<double>(n);
  s.interval = wilson(std::llround(value * static_cast<double>(n)), n);
  return s;
}
Said calibration(bool sure) {
  std::vector<float> p;
  std::vector<std::int32_t> truth;
  double right = 0;
  for (std::uint64_t i = 0; i < 600; ++i) {
    const RandomStream draw{i, 4};
    const bool hit = draw.below(0, 100) < 75;
    right += hit / 600.0;
    p.push_back(sure ? .99f : .75f), p.push_back(sure ? .01f : .25f), truth.push_back(hit ? 0 : 1);
  }
  const Tensor said = Tensor::from(p, Shape{600, 2});
  return check_calibration(calibration_error(said, truth), 600, sure ? .99 : .75, right, Temperature{});
}
Said slices(bool broken) {
  std::vector<float> p;
  std::vector<std::int32_t> truth, region;
  for (std::uint64_t i = 0; i < 600; ++i) {
    const RandomStream draw{i, 6};
    const auto k = static_cast<std::int32_t>(draw.below(0, 2)), r = static_cast<std::int32_t>(draw.below(1, 4));
    const bool right = draw.below(2, 100) < 85;
    p.push_back((right ? k : 1 - k) ? .1f : .9f), p.push_back(1 - p.back());
    truth.push_back(broken && r == 3 ? static_cast<std::int32_t>(draw.below(3, 2)) : k), region.push_back(r);
  }
  const data::Dataset set = data::from_arrays(Tensor::from(p, Shape{600, 2}), Tensor::from(truth));
  data::Table cells;
  cells.columns = {{.name = "region", .kind = data::Column::Kind::text, .codes = region, .words = {"north", "south", "east", "west"}}};
  const Tensor said = Tensor::from(p, Shape{600, 2});
  return check_slices(slice_tests(said, set, cells, {"region"}), judge(said, set, 0));
}
Said ranking(bool near) {
  const Score a = accuracy(.8, near ? 100 : 2000), b = accuracy(near ? .82 : .6, near ? 100 : 2000);
  return check_ranking(std::vector<Result>{{"a", "accuracy", a.value, a.interval, a.n, "rows", 5}, {"b", "accuracy", b.value, b.interval, b.n, "rows", 5}});
}

const std::map<std::string, Both>& both_sides() {
  static const Change old_cell = [](int, const Cell& c) { return std::to_string(c.c); };
  static const std::map<std::string, Both> all{
    {"data.duplicate-rows", [](bool f) { return look(table(0, 500), f ? table(480, 700) : table(600, 800)); }},
    {"data.leak", [](bool f) { return look(table(0, 500, f ? [](int, const Cell& c) { return std::string(c.kind == "plum" ? "7" : "9"); } : old_cell)); }},
    {"data.label-conflict", [](bool f) { return look(table(0, 800, {}, [f](int i, const Cell& c) { return f && i % 8 == 0 ? (c.kind == "plum" ? "pear" : "plum") : c.kind; })); }},
    {"data.label-name-swap", [](bool f) { return look(table(0, 500), table(600, 800, {}, [f](int, const Cell& c) { return f ? (c.kind == "plum" ? "pear" : "plum") : c.kind; })); }},
    {"data.censored", [](bool f) { return look(table(0, 500, [f](int, const Cell& c) { return std::to_string(f ? std::min(c.c, 174.0) : c.c); }), {}, PartKind::test, "height"); }},
    {"data.imbalance", [](bool f) { return look(table(0, 900, {}, [f](int i, const Cell&) { return i % (f ? 60 : 2) ? "pear" : "plum"; })); }},
    {"data.few", [](bool f) { return look(table(0, 900, {}, [f](int i, const Cell&) { return i % (f ? 200 : 20) ? "pear" : "plum"; })); }},
    {"data.scale", [](bool f) { return look(table(0, 500), table(600, 800, [f](int, const Cell& c) { return std::to_string(f ? (c.c - 170) / 6 : c.c); })); }},
    {"data.missing", [](bool f) { return look(table(0, 500, [f](int i, const Cell& c) { return f && i % 20 == 0 ? "-999" : std::to_string(c.c); })); }},
    {"data.constant", [](bool f) { return look(table(0, 300, f ? [](int, const Cell&) { return std::string("4"); } : old_cell)); }},
    {"data.outliers", [](bool f) { return look(table(0, 500, [f](int i, const Cell& c) { return f && i == 100 ? "17000" : std::to_string(c.c); })); }},
    {"data.types", [](bool f) { return look(table(0, 500, [f](int, const Cell& c) { return std::to_string(c.c) + (f ? " cm" : ""); })); }},
    {"data.time-split", [](bool f) { return look(days(f, true), days(f, false), PartKind::test, "load"); }},
    {"data.group-split", [](bool f) {
       const auto patients = [](int from) { return [from](int i, const Cell&) { return std::to_string(from + i % 40); }; };
       return look(table(0, 400, patients(100), {}, "patient_id"), table(600, 720, patients(f ? 100 : 500), {}, "patient_id"));
     }},
    {"data.flip-label", [](bool f) { return pictures(f); }},
    {"data.skipped", [](bool f) { return look(table(0, 500), {}, PartKind::test, "kind", f ? 200 : 500); }},
    {"serve.schema", [](bool f) { return look(table(0, 500), table(600, 800, {}, {}, f ? "Height" : "height"), PartKind::served); }},
    {"serve.range", [](bool f) { return look(table(0, 500), table(600, 800, [f](int i, const Cell& c) { return f && i % 10 == 0 ? "400" : std::to_string(c.c); }), PartKind::served); }},
    {"serve.drift", [](bool f) { return look(table(0, 500), table(600, 800, [f](int, const Cell& c) { return std::to_string(c.c + (f ? 6 : 0)); }), PartKind::served); }},
    {"serve.extrapolate", [](bool f) { return check_extrapolation(f ? std::vector<double>(20, 4) : std::vector<double>(20, 1.2)); }},

    {"model.loss-activation", [](bool f) { return model({Dense{8, {.activation = relu}}, f ? Dense{4} : Dense{4, {.activation = softmax}}}, SparseCategoricalCrossentropy{}, points(200).x, points(200).classes); }},
    {"model.loss-shape", [](bool f) {
       const Points p = points(200);
       return model({Dense{8, {.activation = relu}}, Dense{1}}, MeanSquaredError{}, p.x, f ? Tensor::zeros({200, 3}) : p.yes);
     }},
    {"model.linear-stack", [](bool f) { return model(f ? std::vector<Layer>{Dense{8}, Dense{4}} : std::vector<Layer>{Dense{8}, ReLU{}, Dense{4}}, logits(), points(200).x, points(200).classes); }},
    {"model.norm-order", [](bool f) { return model(f ? std::vector<Layer>{Dense{8, {.activation = relu}}, BatchNormalization{}, Dense{4}} : std::vector<Layer>{Dense{8, {.use_bias = false}}, BatchNormalization{}, ReLU{}, Dense{4}}, logits(), points(200).x, points(200).classes); }},
    {"model.output-size", [](bool f) { return model({Dense{8, {.activation = relu}}, Dense{f ? 3 : 4}}, logits(), points(200).x, points(200).classes); }},
    {"model.dead-end", [](bool f) {
       const Dense first{16, {.activation = relu}};
       if (f) first.set_trainable(false);
       return model({first, Dense{4}}, logits(), points(200).x, points(200).classes);
     }},
    {"model.capacity", [](bool f) { return model({Dense{f ? 4000 : 8, {.activation = relu}}, Dense{4}}, logits(), points(100).x, points(100).classes); }},
    {"model.shape-advice", [](bool f) {
       std::vector<float> x;
       for (std::uint64_t i = 0; i < 1000; ++i) x.push_back(static_cast<float>(f ? RandomStream{i, 1}.normal(0) : std::sin(.6 * static_cast<double>(i % 10) + .37 * static_cast<double>(i / 10))));
       return model({SimpleRNN{4}, Dense{1}}, MeanSquaredError{}, Tensor::from(x, Shape{100, 10, 1}), Tensor::zeros({100, 1}));
     }},
    {"model.overfit-one-batch", [](bool f) { return model(body(), logits(), points(200).x, points(200).classes, true, f ? 1e-9 : .01); }},

    {"train.initial-loss", [](bool f) { return fit(body(), .003, f ? 300 : 1, 0, 2); }},
    {"train.nan", [](bool f) { return fit(body(), .003, f ? std::nan("") : 1, 0, 2); }},
    {"train.gradients", [](bool f) {
       std::vector<Layer> deep;
       for (int i = 0; i < 12; ++i) deep.push_back(f ? Dense{16, {.activation = sigmoid}} : Dense{16, {.activation = relu}});
       deep.push_back(Dense{4});
       return fit(deep, .001);
     }},
    {"train.dead-units", [](bool f) { return fit(body(Dense{32, {.activation = relu, .bias_initializer = Constant{f ? -10.0 : 0.0}}})); }},
    {"train.saturated", [](bool f) { return fit(body(Dense{32, {.activation = tanh, .kernel_initializer = RandomNormal{.stddev = f ? 30000 : .3}}}), .001); }},
    {"train.update-ratio", [](bool f) { return fit(body(), f ? 1e-7 : .003); }},
    {"train.plateau", [](bool f) { return curves(f ? std::vector<double>(10, 1.386) : falling(10)); }},
    {"train.diverge", [](bool f) { return curves(f ? std::vector<double>{1.4, 2, 5, 9, 20, 40, 60} : falling(7)); }},
    {"train.spike", [](bool f) {
       std::vector<double> loss = falling(12);
       if (f) loss[8] = 1.2;
       return curves(loss);
     }},
    {"train.overfit", [](bool f) {
       std::vector<double> val = falling(20, .4);
       for (std::size_t i = 6; f && i < 20; ++i) val[i] += .12 * static_cast<double>(i - 5);
       return curves(falling(20, .01), val);
     }},
    {"train.underfit", [](bool f) { return curves(f ? std::vector<double>{1.9, 1.6, 1.5, 1.45, 1.41} : falling(5)); }},
    {"train.not-long-enough", [](bool f) { return curves(f ? std::vector<double>{1.3, 1.1, .9, .7, .5} : falling(30)); }},
    {"train.impossible", [](bool f) { return fit(body(), .003, 1, f ? .3 : 1e-9); }},
    {"train.mode", [](bool f) { return model({Dense{16, {.activation = relu}}, f ? Layer(std::make_shared<Mistaken>()) : Layer(Dropout{.5}), Dense{4}}, logits(), points(200).x, points(200).classes); }},
    {"train.slow", [](bool f) {
       CheckNotes notes;
       candor::detail::check_speed({.seconds = 4, .augmentation = f ? 3.0 : 1.0}, notes);
       std::erase_if(notes.findings, [](const Finding& n) { return n.message.find("without optimisation") != std::string::npos; });  // a build for finding faults is one
       return notes.findings;
     }},

    {"result.baseline", [](bool f) {
       BaselineScore guess{"majority", "", .5, {.45, .55}, 0, Interval{.2, .3}}, trees{"boosted trees", "", f ? .85 : .6, {}, 0, f ? Interval{-.08, -.02} : Interval{.1, .2}};
       return check_result(accuracy(.8, 400), {guess, trees});
     }},
    {"result.interval", [](bool f) { return ranking(f); }},
    {"result.too-good", [](bool f) { return check_too_good(accuracy(f ? .995 : .9, 2000), {}, {}, {}, {"data.leak"}, {}); }},
    {"result.test-reused", [](bool f) { return check_test_use({.rows = 300, .as_validation = f ? 300 : 0, .chose_epoch = f}); }},
    {"result.metric", [](bool f) { return ran("result.metric", [f] { return check_averaged("R2", f ? .66 : .905, .905, std::vector<double>{.71, .61}); }); }},
    {"result.slices", [](bool f) { return slices(f); }},
    {"result.calibration", [](bool f) { return calibration(f); }},
    {"result.matrix", [](bool f) { return check_matrix("accuracy", f ? .71 : .687, f ? 2 : 3, {{84, 12, 10}, {14, 61, 18}, {16, 24, 61}}); }},
    {"result.export", [](bool f) {
       const Tensor a = Tensor::from(std::vector<float>{.9f, .1f}), b = Tensor::from(std::vector<float>{.4f, .6f});
       return check_export(a, f ? b : a.clone(), "net.candor");
     }},
    {"result.bayes", [](bool f) { return check_bayes(accuracy(f ? .93 : .8, 300), "insurance_risk (seed 0)"); }},
    {"result.no-effect", [](bool f) { return check_effect("dropout (0 to .5)", std::vector<double>{.812345678, .4567891}, std::vector<double>{.812345678, f ? .4567891 : .4567892}); }},
    {"result.coverage", [](bool f) { return check_coverage(f ? .7 : .94); }},
  };
  return all;
}

// Said from outside, where a person stops a program: tests/cli/failures_test.cpp.
const char* const needs_a_signal = "train.interrupted";

std::string list(const Said& said) {
  std::string out;
  for (const Finding& f : said) out += to_string(f.severity) + " " + f.id + ": " + f.message + "\n";
  return out;
}

TEST(EveryCheck, SpeaksOfItsFaultAndNotBesideIt) {
  for (const CheckInfo& info : all_checks()) {
    const std::string id(info.id);
    if (id == needs_a_signal) continue;
    const auto found = both_sides().find(id);
    ASSERT_NE(found, both_sides().end()) << id << " has no positive and no negative test";
    const auto says = [&](const Said& all) { return std::any_of(all.begin(), all.end(), [&](const Finding& f) { return f.id == id; }); };
    const Said with = found->second(true), without = found->second(false);
    EXPECT_TRUE(says(with)) << id << " is not said where its fault is:\n" << list(with);
    EXPECT_FALSE(says(without)) << id << " is said without its fault:\n" << list(without);
    for (const Finding& f : with) EXPECT_NE(find_check(f.id), nullptr) << f.id << " is not in the catalogue";
  }
  for (const auto& [id, both] : both_sides()) EXPECT_NE(find_check(id), nullptr) << id;
}

/// The words of a text, and its numbers: digits with points and commas between.
std::pair<std::string, std::vector<double>> words_and_numbers(const std::string& text) {
  std::pair<std::string, std::vector<double>> out;
  for (std::size_t i = 0; i < text.size();) {
    if (std::isdigit(static_cast<unsigned char>(text[i])) == 0) {
      out.first += text[i++];
      continue;
    }
    std::string digits;
    for (; i < text.size() && (std::isdigit(static_cast<unsigned char>(text[i])) != 0 || ((text[i] == '.' || text[i] == ',') && i + 1 < text.size() && std::isdigit(static_cast<unsigned char>(text[i + 1])) != 0)); ++i)
      if (text[i] != ',') digits += text[i];
    out.first += '#';
    out.second.push_back(std::strtod(digits.c_str(), nullptr));
  }
  return out;
}

/// The same words, and numbers a fifth apart at most: other processors round in other places, and what is trained grows from there.
bool much_the_same(const std::string& a, const std::string& b) {
  const auto [words, numbers] = words_and_numbers(a);
  const auto [others, there] = words_and_numbers(b);
  if (words != others || numbers.size() != there.size()) return false;
  for (std::size_t i = 0; i < numbers.size(); ++i)
    if (std::abs(numbers[i] - there[i]) > .2 * std::max(numbers[i], there[i])) return false;
  return true;
}

std::string in_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Pages with a command show what `candor check` prints. The others show what is said in the example above, so that a changed message changes its page; CANDOR_WRITE_PAGES=1 writes them.
TEST(EveryCheck, PagesShowWhatIsSaid) {
  const bool writes = std::getenv("CANDOR_WRITE_PAGES") != nullptr;
  for (const auto& [id, both] : both_sides()) {
    const std::filesystem::path path = std::filesystem::path(CANDOR_SOURCE_DIR) / "docs/checks" / (id + ".md");
    std::string page = in_file(path);
    if (page.find("\n$ candor ") != std::string::npos) continue;
    std::string said;
    for (const Finding& f : both(true))
      if (f.id == id) said += to_string(f.severity) + " " + f.id + ": " + f.message + (f.where.empty() ? "" : " [" + f.where + "]") + "\n";
    const std::string fence = "```text\n";
    const std::size_t from = page.find(fence), to = from == std::string::npos ? from : page.find("```", from + fence.size());
    ASSERT_NE(to, std::string::npos) << id << ": its page shows no output";
    const std::string shown = page.substr(from + fence.size(), to - from - fence.size());
    if (!writes || much_the_same(shown, said)) {
      EXPECT_TRUE(much_the_same(shown, said)) << id << "\nthe page shows\n" << shown << "and said is\n" << said;
      continue;
    }
    page.replace(from + fence.size(), shown.size(), said);
    std::ofstream(path, std::ios::binary) << page;
  }
}

}  // namespace
}  // namespace candor::candid
