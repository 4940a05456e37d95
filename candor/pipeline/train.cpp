#include "candor/pipeline/train.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>

#include "candor/base/clock.h"
#include "candor/base/error.h"
#include "candor/base/interrupt.h"
#include "candor/base/text.h"
#include "candor/nn/layers/activations.h"
#include "candor/nn/layers/merging.h"
#include "candor/nn/losses.h"
#include "candor/nn/metrics.h"
#include "candor/nn/optimizers/optimizers.h"
#include "candor/ops/activation.h"
#include "candor/pipeline/member_file.h"
#include "candor/pipeline/time_plan.h"
#include "candor/pipeline/tree_member.h"
#include "candor/tensor/random.h"
#include "candor/train/callbacks.h"
#include "candor/train/evaluate.h"

namespace candor::pipeline {
namespace {

using Clock = Function<double()>;  // seconds

constexpr std::int64_t enough_for_temperature = 5000;  // rows of which a few can be left out

/// What is trained, once everything is decided.
struct Plan {
  TrainingDefaults defaults;
  std::int64_t epochs = 0, batch = 0, steps = 0;  // steps of an epoch; 0: all
  double rate = 0;
  int parts = 0;    // the training rows are cut into so many; 0: all are trained on, and none judge
  bool tells_sureness = false;  // the part left out chooses no epoch: it only tells how sure the network may be
  int members = 1;  // of the parts, how many are left out in turn
  data::Augmentation augmentation;
};

// Ends training when the budget is spent: the best epoch so far is kept.
Callback deadline(const Clock& clock, double end) {
  return LambdaCallback{.on_epoch_end = [clock, end](TrainState& state, Scores&) {
    if (clock() > end && state.stop.empty()) state.stop = "the budget is spent";
  }};
}

// Seconds that one network takes, by its arithmetic: a measured time would make the choice of members depend on the machine's mood.
double expected_seconds(const Model& model, std::int64_t rows, std::int64_t epochs, std::int64_t batch) {
  constexpr double flops = 8e10, step = 40e-6;
  const double work = 6 * static_cast<double>(model.count_parameters()) * static_cast<double>(rows);
  return static_cast<double>(epochs) * (work / flops + step * static_cast<double>(rows) / static_cast<double>(batch));
}

Plan make_plan(const Prepared& data, const TrainOptions& o, const Model& model, std::vector<std::string>& choices) {
  Plan plan;
  const std::int64_t rows = data.train.rows();
  plan.defaults = training_defaults(data.train, o.network.model);
  plan.epochs = o.epochs ? o.epochs : plan.defaults.epochs;
  plan.batch = o.batch_size ? o.batch_size : plan.defaults.batch_size;
  plan.rate = o.learning_rate > 0 ? o.learning_rate : plan.defaults.learning_rate;
  plan.augmentation = augmentation_for(data.train, o.augment, o.network.model, choices);
  const bool table = data.train.features.rank() == 2;
  if (o.members > 1) {
    plan.members = o.members;
    plan.parts = std::max(o.members, 5);
  } else if (plan.defaults.validation > 0 && o.members != 1 && table) {
    // Training mostly ends early: half of the epochs are a fair guess.
    const double each = expected_seconds(model, rows, (plan.epochs + 1) / 2, plan.batch);
    plan.parts = 5;
    plan.members = static_cast<int>(std::clamp(o.seconds() / std::max(each, 1e-9), 1.0, 5.0));
  } else if (plan.defaults.validation > 0) {
    plan.parts = static_cast<int>(std::lround(1 / plan.defaults.validation));
  }
  if (plan.parts == 0 && data.train.is_classification() && rows >= enough_for_temperature) {
    plan.parts = static_cast<int>(std::clamp<std::int64_t>(rows / 2000, 10, 50));
    plan.tells_sureness = true;
  }
  if (plan.parts > rows / 2) plan.parts = 0, plan.members = 1, plan.tells_sureness = false;
  if (o.members > 1 && plan.parts == 0)
    fail(ErrorKind::invalid_argument, "--members " + std::to_string(o.members) + ": " + with_thousands(rows) + " training rows are too few for so many parts");
  return plan;
}

void say_plan(const Plan& plan, const TrainOptions& o, const Prepared& data, std::vector<std::string>& choices) {
  const auto asked = [](bool said) { return said ? " (as asked)" : ""; };
  char rate[32];
  std::snprintf(rate, sizeof rate, "%.4g", plan.rate);
  choices.push_back(std::string("Adam with a learning rate of ") + rate + asked(o.learning_rate > 0) + " that falls along a cosine, " + with_thousands(plan.batch) + (plan.batch == 1 ? " row" : " rows") + " a step" +
                    asked(o.batch_size > 0) + ", at most " + with_thousands(plan.epochs) + (plan.epochs == 1 ? " epoch" : " epochs") + asked(o.epochs > 0));
  if (plan.members > 1) {
    choices.push_back(std::to_string(plan.members) + " networks, each of which leaves another part of the training rows out, keeps the epoch that is best there, and is averaged with the others" +
                      (o.members ? " (as asked)" : ": together they are surer than one"));
  } else if (plan.tells_sureness) {
    choices.push_back("one network; one in " + std::to_string(plan.parts) + " of the training rows is not learned from and tells how sure it may be (a temperature for its probabilities)");
  } else if (plan.parts > 0) {
    choices.push_back("one network, and one in " + std::to_string(plan.parts) + " of the training rows to choose its epoch");
  } else {
    choices.push_back(std::string("one network on all training rows") + (data.train.is_classification() ? ": too few to leave some out for a temperature, so its probabilities are as they come (--members 5 fits one)" : ""));
  }
}

void compile_for(const Model& model, const data::Dataset& train, const Plan& plan) {
  const std::int64_t all = (train.rows() + plan.batch - 1) / plan.batch, an_epoch = plan.steps > 0 ? std::min(plan.steps, all) : all;
  const auto steps = static_cast<double>(std::max<std::int64_t>(plan.epochs * an_epoch, 1));
  CosineDecay rate{.initial_learning_rate = plan.rate, .decay_steps = steps, .alpha = 0.01};
  if (plan.defaults.warm_up > 0) {
    rate.warmup_steps = std::round(steps * plan.defaults.warm_up);
    rate.decay_steps = std::max(1.0, steps - rate.warmup_steps);
    rate.warmup_target = plan.rate;
    rate.initial_learning_rate = plan.rate / 20;
  }
  const Optimizer optimizer = plan.defaults.weight_decay > 0 ? Optimizer(AdamW{rate, {.weight_decay = plan.defaults.weight_decay}}) : Optimizer(Adam{rate});
  if (train.is_classification() && train.targets.rank() == 2) {
    model.compile({.loss = CategoricalCrossentropy{.from_logits = true}, .optimizer = optimizer, .metrics = {Accuracy{}}});
  } else if (train.is_classification()) {
    model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = optimizer, .metrics = {Accuracy{}}});
  } else {
    model.compile({.loss = MeanSquaredError{}, .optimizer = optimizer, .metrics = {MeanAbsoluteError{}}});
  }
}

// A column of targets is what a network with one output is compared with.
data::Dataset as_trained(data::Dataset set) {
  if (!set.is_classification() && set.has_targets() && set.targets.rank() == 1) set.targets = set.targets.contiguous().view_reshape({set.rows(), 1});
  return set;
}

// The part of each training row: drawn by class, so that each part has all; whole groups stay together; rows in time stay in order.
std::vector<int> parts_of(const Prepared& data, int parts, std::uint64_t seed) {
  const std::int64_t rows = data.train.rows();
  std::vector<int> part(static_cast<std::size_t>(rows));
  if (data.ordered) {
    for (std::int64_t i = 0; i < rows; ++i) part[static_cast<std::size_t>(i)] = static_cast<int>((rows - 1 - i) * parts / rows);
    return part;
  }
  const Permutation order(static_cast<std::uint64_t>(rows), RandomStream{seed, 0x6D656D62657273});
  std::vector<std::string> names = data.groups;
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  if (static_cast<int>(names.size()) >= parts) {
    for (std::int64_t i = 0; i < rows; ++i) {
      const auto group = std::lower_bound(names.begin(), names.end(), data.groups[static_cast<std::size_t>(i)]) - names.begin();
      part[static_cast<std::size_t>(i)] = static_cast<int>(group % parts);
    }
    return part;
  }
  const std::vector<std::int64_t> labels = data.train.is_classification() ? data.train.targets.to_vector<std::int64_t>() : std::vector<std::int64_t>(static_cast<std::size_t>(rows));
  std::vector<int> next(std::max<std::size_t>(data.train.class_names.size(), 1));
  int shift = 0;
  for (int& n : next) n = shift++ % parts;
  for (std::uint64_t i = 0; i < order.size(); ++i) {
    int& n = next[static_cast<std::size_t>(labels[order.at(i)])];
    part[order.at(i)] = n;
    n = (n + 1) % parts;
  }
  return part;
}

std::vector<std::int64_t> rows_where(const std::vector<int>& part, int which, bool equal) {
  std::vector<std::int64_t> rows;
  for (std::size_t i = 0; i < part.size(); ++i)
    if ((part[i] == which) == equal) rows.push_back(static_cast<std::int64_t>(i));
  return rows;
}

// Several networks as one model: the mean of their probabilities, or of their numbers.
Model averaged(const std::vector<Model>& members, const data::Dataset& train) {
  const Symbol input = Input(train.row_shape(), {.dtype = train.features.dtype()});
  std::vector<Symbol> outputs;
  for (const Model& member : members) {
    const Symbol said = member(input);
    outputs.push_back(train.is_classification() ? Softmax{}(said) : said);
  }
  const Model model{input, Average{}(outputs)};
  if (train.is_classification()) model.compile({.loss = SparseCategoricalCrossentropy{}, .optimizer = Adam{}, .metrics = {Accuracy{}}});
  else model.compile({.loss = MeanSquaredError{}, .optimizer = Adam{}, .metrics = {MeanAbsoluteError{}}});
  return model;
}

Tensor said_of(const Model& model, const data::Dataset& rows) {
  const Tensor outputs = model.predict(rows.features);
  return rows.is_classification() ? softmax(outputs, -1) : outputs;
}

// What a finished member must have in common with the training that takes it up.
std::string fingerprint_of(const Prepared& data, const Plan& plan, const Model& network, std::uint64_t seed) {
  return data.train.digest() + " seed " + std::to_string(seed) + ", " + std::to_string(plan.members) + " of " + std::to_string(plan.parts) + " parts, " + std::to_string(plan.epochs) + " epochs of " +
         std::to_string(plan.batch) + " rows a step, rate " + std::to_string(plan.rate) + ", " + std::to_string(network.count_parameters()) + " weights";
}

using Said = std::vector<std::pair<std::vector<std::int64_t>, Tensor>>;

// What each part's member says of it, put into the order of the rows.
void collect(TrainedModel& result, const Said& said) {
  std::vector<std::pair<std::int64_t, std::pair<std::size_t, std::int64_t>>> places;
  for (std::size_t m = 0; m < said.size(); ++m)
    for (std::size_t i = 0; i < said[m].first.size(); ++i) places.push_back({said[m].first[i], {m, static_cast<std::int64_t>(i)}});
  if (places.empty()) return;
  std::sort(places.begin(), places.end());
  const std::int64_t width = said.front().second.size() / static_cast<std::int64_t>(said.front().first.size());
  std::vector<std::vector<float>> values;
  for (const auto& [rows, outputs] : said) values.push_back(outputs.to_vector());
  std::vector<float> out;
  for (const auto& [row, place] : places) {
    result.judged_rows.push_back(row);
    const auto at = values[place.first].begin() + place.second * width;
    out.insert(out.end(), at, at + width);
  }
  result.judged = Tensor::from(out, Shape{static_cast<std::int64_t>(places.size()), width});
}

// A network in which no hidden layer is found can be used all the same.
candid::TrainingDistance distance_of(const Model& model, const data::Dataset& train) {
  try {
    return candid::TrainingDistance::fit(model, train.features);
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::interrupted || e.kind() == ErrorKind::memory) throw;
    return {};
  }
}

// Boosted trees stand beside the networks of a table, unless something was said of the network that is wanted.
bool wants_trees(const Prepared& data, const TrainOptions& o) {
  if (o.network.model == "trees" || o.network.model == "mixed") {
    if (detail::trees_fit(data.train)) return true;
    fail(ErrorKind::invalid_argument, "--model " + o.network.model + ": boosted trees need a table and one column to predict, and rows of shape " + to_string(data.train.row_shape()) + " came" +
                                          (data.train.target_names.size() > 1 ? " with " + std::to_string(data.train.target_names.size()) + " columns to predict" : "") + "; use --model mlp");
  }
  const bool asked = !o.network.model.empty() || !o.network.layers.empty() || o.network.dropout || o.network.bins || o.epochs > 0 || o.batch_size > 0 || o.learning_rate > 0;
  return !asked && detail::trees_fit(data.train);
}

// What the trees said of the parts that they did not learn from.
Said said_of(const detail::GrownTrees& trees, const std::vector<int>& part) {
  Said said;
  for (std::size_t p = 0; p < trees.said.size(); ++p) said.emplace_back(rows_where(part, static_cast<int>(p), true), trees.said[p]);
  return said;
}

std::string percent_of(double share) { return std::to_string(std::lround(100 * share)) + " %"; }

// Boosted trees alone: no network is trained.
TrainedModel train_trees(const Prepared& data, const TrainOptions& o) {
  TrainedModel result;
  // Five rows in a part, at least, to choose the number of trees by.
  const int parts = data.train.rows() >= 25 ? 5 : 0;
  const std::vector<int> part = parts ? parts_of(data, parts, o.seed) : std::vector<int>{};
  std::optional<detail::GrownTrees> trees = detail::grow_trees(data.train, part, parts, o.seconds() > 0 ? o.seconds() : HUGE_VAL);
  if (!trees)
    fail(ErrorKind::invalid_argument, "--model trees: a budget of " + std::to_string(static_cast<std::int64_t>(o.seconds())) + " s is too short for boosted trees on " + with_thousands(data.train.rows()) +
                                          " rows of " + with_thousands(data.train.row_shape().size()) + " inputs; give more with --budget");
  result.choices.push_back(trees->what + (parts ? ", grown on four fifths of the training rows each, as many as are best on the other fifth" : " on all training rows") + ", as asked");
  if (o.planned) o.planned(trees->model, result.choices);
  result.model = trees->model;
  result.tree_share = 1;
  collect(result, said_of(*trees, part));
  if (!result.judged_rows.empty()) result.uncertainty = candid::measure_uncertainty(result.judged, data.train.take(result.judged_rows));
  return result;
}

// Fewer networks, epochs or steps, where the budget does not bear what was planned: by the time that the first steps of a throw-away network take.
void fit_to_budget(Plan& plan, const Prepared& data, const TrainOptions& o, const NetworkOptions& network, double seconds, const Clock& clock, std::vector<std::string>& choices) {
  const std::int64_t rows = plan.parts > 0 ? data.train.rows() * (plan.parts - 1) / plan.parts : data.train.rows();
  const detail::TimePlan wanted{.members = plan.members, .epochs = plan.epochs, .steps = std::max<std::int64_t>((rows + plan.batch - 1) / plan.batch, 1), .ends_early = plan.parts > 0 && !plan.tells_sureness,
                                .keeps_members = o.members > 0};
  const double start = clock();
  Model tried = make_network(data.train, network);
  const double a_step = detail::measure_step(wanted, seconds, [&](std::int64_t batches) {
    data::Dataset some = data.train.slice(0, std::min(rows, batches * plan.batch));
    if (plan.augmentation.mixes_labels()) some = with_shares(std::move(some));
    compile_for(tried, some, plan);
    // Where other programs take the processors for a moment, steps seem to take many times as long: no more than twice what all threads worked together is believed.
    constexpr double believed = 2;
    const auto worked = [&] { return o.clock ? HUGE_VAL : believed * static_cast<double>(std::clock()) / CLOCKS_PER_SEC; };
    double least = HUGE_VAL, last = clock(), last_worked = worked();
    FitOptions fit;
    fit.epochs = 4;  // the first makes the plan of a step
    fit.batch_size = plan.batch;
    fit.memory = o.memory;
    fit.augmentation = plan.augmentation;
    fit.verbose = 0;
    fit.checks = fit.print_findings = false;
    fit.callbacks = {LambdaCallback{.on_epoch_end = [&](TrainState&, Scores&) {
      const double now = clock(), now_worked = worked();
      least = std::min({least, now - last, o.clock ? HUGE_VAL : now_worked - last_worked});
      last = now, last_worked = now_worked;
    }}};
    try {
      if (tried.fit(as_trained(some), fit).interrupted()) request_interrupt();  // the training that comes sees it, too
    } catch (const Error& e) {
      if (e.kind() != ErrorKind::numeric) throw;
      return 0.;  // training itself says what is wrong
    }
    return least < HUGE_VAL ? least : 0.;
  });
  // What is left out is judged after each epoch: a third of a step's work for each of its rows.
  const double with_judging = a_step * (plan.parts > 0 ? 1 + 1 / (3. * (plan.parts - 1)) : 1);
  const detail::TimePlan fits = detail::within(wanted, seconds - (clock() - start), with_judging);
  if (fits.members == wanted.members && fits.epochs == wanted.epochs && fits.steps == wanted.steps) return;
  char said[200];
  std::snprintf(said, sizeof said, "the budget of %.4g s bears %s%s of %s epochs (a step takes about %.2g ms): the rate falls to its end within them", o.seconds(),
                fits.members < wanted.members ? (std::to_string(fits.members) + (fits.members > 1 ? " networks, and " : " network, and ")).c_str() : "",
                fits.steps < wanted.steps ? ("a part of one (" + with_thousands(fits.steps) + (fits.steps == 1 ? " step)" : " steps)")).c_str() : with_thousands(fits.epochs).c_str(), with_thousands(wanted.epochs).c_str(), 1000 * a_step);
  choices.push_back(said);
  plan.members = fits.members;
  plan.epochs = fits.epochs;
  plan.steps = fits.steps < wanted.steps ? fits.steps : 0;
}

// Trees and networks averaged as is best for the rows that neither learned from.
void mix(TrainedModel& result, const detail::GrownTrees& trees, const std::vector<int>& part, const Prepared& data, std::size_t networks) {
  TrainedModel other;
  collect(other, said_of(trees, part));
  const data::Dataset rows = data.train.take(result.judged_rows);
  const double share = detail::best_share(rows, result.judged, other.judged), alone = detail::loss_of(rows, result.judged), by_trees = detail::loss_of(rows, other.judged);
  const Tensor both = detail::blend(result.judged, other.judged, share);
  char losses[160];
  std::snprintf(losses, sizeof losses, "%s on the rows left out: networks %.4g, trees %.4g, together %.4g", rows.is_classification() ? "log loss" : "mean squared error", alone, by_trees, detail::loss_of(rows, both));
  result.tree_share = share;
  result.trees_weighed = true;
  result.choices.push_back((share > 0 ? percent_of(share) + " of the answer by " + trees.what + ", " + percent_of(1 - share) + " by " + (networks > 1 ? "the networks" : "the network")
                                      : "boosted trees were grown, too, and left out: they did not make the answers better") + " (" + losses + ")");
  if (share <= 0) return;
  result.judged = both;
  result.model = share >= 1 ? trees.model : detail::mixed(result.model, networks == 1, trees.model, share, data.train);
}

}  // namespace

TrainedModel train(const Prepared& data, const TrainOptions& o, Model* partial) {
  const Clock clock = o.clock ? o.clock : Clock(seconds_now);
  const double start = clock();
  const bool with_trees = wants_trees(data, o);
  if (o.network.model == "trees") return train_trees(data, o);
  TrainedModel result;
  set_random_seed(o.seed);
  if (o.network.bins && data.train.features.rank() != 2)
    fail(ErrorKind::invalid_argument, "--bins: quantiles are of the columns of a table, and rows of shape " + to_string(data.train.row_shape()) + " came");
  // What depends on the number of rows is decided once, by all of them.
  NetworkOptions network = o.network;
  if (!network.bins) network.bins = detail::default_bins(data.train.rows());
  Model first = make_network(data.train, network);
  Plan plan = make_plan(data, o, first, result.choices);
  const bool grows = with_trees && plan.parts > 0;
  // First, so that the networks share what time is left.
  constexpr double share_of_time = .25;
  // A resumed training must go on as it was planned, whatever the machine does now.
  if (o.seconds() > 0 && o.epochs == 0 && o.resume.empty()) fit_to_budget(plan, data, o, network, o.seconds() * (grows ? 1 - share_of_time : 1) - (clock() - start), clock, result.choices);
  say_plan(plan, o, data, result.choices);
  result.epochs = plan.epochs;
  result.keeps_best = plan.parts > 0 && !plan.tells_sureness;
  if (grows) result.choices.push_back("boosted trees beside " + std::string(plan.members > 1 ? "the networks" : "the network") + ", weighed by the rows left out (--model mlp: without them)");
  if (o.planned) o.planned(first, result.choices);
  const std::string fingerprint = o.resume.empty() ? "" : fingerprint_of(data, plan, first, o.seed);
  const std::vector<int> part = plan.parts > 0 ? parts_of(data, plan.parts, o.seed) : std::vector<int>{};
  std::optional<detail::GrownTrees> trees;
  if (grows) trees = detail::grow_trees(data.train, part, plan.members, o.seconds() > 0 ? share_of_time * o.seconds() : HUGE_VAL);
  std::vector<Model> members;
  Said said;

  for (int m = 0; m < plan.members; ++m) {
    set_random_seed(o.seed + static_cast<std::uint64_t>(m));
    data::Dataset train = data.train, judge;
    std::vector<std::int64_t> left_out;
    if (plan.parts > 0) {
      left_out = rows_where(part, m, true);
      train = data.train.take(rows_where(part, m, false));
      judge = data.train.take(left_out);
    }
    const Model model = m == 0 && plan.parts == 0 ? first : make_network(train, network);
    if (partial && m == 0) *partial = model;
    const bool shares = plan.augmentation.mixes_labels();
    if (shares) train = with_shares(std::move(train));
    compile_for(model, train, plan);
    FitOptions fit;
    fit.augmentation = plan.augmentation;
    fit.epochs = static_cast<int>(plan.epochs);
    fit.batch_size = plan.batch;
    fit.steps_per_epoch = plan.steps;
    fit.memory = o.memory;
    fit.seed = o.seed + static_cast<std::uint64_t>(m);
    fit.verbose = m == 0 ? o.verbose : 0;
    fit.print_findings = false;  // they stand in the report, and below the score
    fit.resume = o.resume.empty() || m == 0 ? o.resume : o.resume + "." + std::to_string(m + 1);
    fit.resume_every = o.resume_every;
    fit.callbacks = o.callbacks;
    if (judge.rows() > 0) {
      fit.validation_data = shares ? with_shares(judge) : as_trained(judge);
      fit.validation_batch_size = 1024;
      if (!plan.tells_sureness) fit.callbacks.push_back(EarlyStopping{.patience = static_cast<int>(std::max<std::int64_t>(plan.epochs / 6, 8)), .restore_best_weights = true});
    }
    // Each member may take an equal share of what is left. Epochs that were asked for end with a budget that was asked for, too, and with no other.
    if (o.resume.empty() && o.seconds() > 0 && (o.budget || o.epochs == 0)) {
      const double now = clock();
      fit.callbacks.push_back(deadline(clock, now + (start + o.seconds() - now) / (plan.members - m)));
    }
    const bool kept = !o.resume.empty() && plan.members > 1;
    if (kept && detail::load_member(o.resume, m, fingerprint, model, result.histories)) {
      members.push_back(model);
    } else {
      result.histories.push_back(model.fit(as_trained(train), fit));
      members.push_back(model);
      if (kept && !result.histories.back().interrupted()) detail::save_member(o.resume, m, fingerprint, model, result.histories.back());
    }
    if (shares) compile_for(model, data.train, plan);  // judged by class numbers, as every other
    if (judge.rows() > 0) said.emplace_back(left_out, said_of(model, judge));
    result.interrupted = result.histories.back().interrupted();
    if (result.interrupted) break;
  }
  if (result.histories.back().ended() == "the budget is spent")
    result.choices.push_back("training was ended by the budget of " + std::to_string(static_cast<std::int64_t>(o.seconds())) + " s; --budget gives it more");
  result.model = members.size() == 1 ? members.front() : averaged(members, data.train);
  collect(result, said);
  if (trees && !result.interrupted) mix(result, *trees, part, data, members.size());
  if (!result.judged_rows.empty()) result.uncertainty = candid::measure_uncertainty(result.judged, data.train.take(result.judged_rows));
  result.uncertainty.distance = distance_of(result.model, data.train);
  return result;
}

}  // namespace candor::pipeline
