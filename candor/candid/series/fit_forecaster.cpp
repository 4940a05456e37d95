// How a forecaster comes to be: choices by a validation part in the order of time, then the network for what the linear part leaves over.
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "candor/base/clock.h"
#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/candid/series/direct_linear.h"
#include "candor/candid/series/forecast_network.h"
#include "candor/candid/series/forecaster.h"
#include "candor/nn/losses.h"
#include "candor/nn/mode.h"
#include "candor/nn/optimizers/optimizers.h"
#include "candor/train/callbacks.h"
#include "candor/train/evaluate.h"
#include "candor/train/fit.h"

namespace candor::candid {
namespace {

using data::Series;
using data::Windows;

constexpr double day = 86400;
const std::vector<double> alphas{1e-4, 1e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1};

void check_options(const Series& series, const ForecasterOptions& o) {
  series.column(o.target);
  for (const std::string& name : o.others) series.column(name);
  const auto complain = [](const std::string& what) { fail(ErrorKind::invalid_argument, "forecaster: " + what); };
  if (o.horizon < 1) complain("the horizon must be at least 1 step, and is " + std::to_string(o.horizon));
  if (o.window < 0 || o.season < 0) complain("window and season count steps, and are " + std::to_string(o.window) + " and " + std::to_string(o.season));
  if (!(o.validation > 0 && o.validation < 1)) complain("the share of the validation part must lie between 0 and 1, and is " + std::to_string(o.validation));
  if (o.members < 0 || o.members > 100 || o.width < 2 || o.epochs < 1) complain("members, width or epochs are out of range");
}

// The series as it was known at the border: later values are not there.
Series known_before(const Series& series, double border) {
  Series past = series;
  for (std::vector<double>& column : past.values) {
    for (std::size_t i = 0; i < column.size(); ++i) {
      if (past.times[i] >= border) column[i] = std::numeric_limits<double>::quiet_NaN();
    }
  }
  return past;
}

std::int64_t known_steps(const Series& past, std::size_t column) {
  std::int64_t longest = 0;
  for (const data::SeriesGroup& g : past.groups) {
    std::int64_t n = 0;
    for (std::int64_t i = g.first; i < g.first + g.rows; ++i) n += std::isfinite(past.values[column][static_cast<std::size_t>(i)]);
    longest = std::max(longest, n);
  }
  return longest;
}

std::vector<std::int64_t> window_candidates(const ForecasterOptions& o, std::int64_t season, std::int64_t steps) {
  if (o.window > 0) return {o.window};
  std::set<std::int64_t> lengths{o.horizon, 2 * o.horizon};
  for (const std::int64_t times : {1, 2, 3, 4, 7}) lengths.insert(times * (season > 1 ? season : 4));
  std::vector<std::int64_t> out;
  for (const std::int64_t w : lengths) {
    if (w >= 3 && w <= 336 && w + o.horizon <= steps / 3) out.push_back(w);
  }
  if (out.empty()) out.push_back(std::clamp<std::int64_t>((steps - o.horizon) / 4, 1, 8));
  return out;
}

Windows thinned(const Windows& windows, std::int64_t most) {
  if (windows.size() <= most) return windows;
  std::vector<std::int64_t> kept;
  for (std::int64_t i = 0; i < most; ++i) kept.push_back(i * windows.size() / most);
  return windows.take(kept);
}

/// Inputs and targets of windows.
struct Part {
  Windows windows;
  std::vector<WindowLevel> levels;
  Tensor x, y;
};
Part part_of(const Series& series, const ForecastInputs& in, const Windows& windows) {
  Part part{windows, {}, {}, {}};
  part.x = in.features(series, windows.rows, windows.groups, part.levels);
  part.y = in.targets(series, windows.rows, part.levels);
  return part;
}

/// Mean squared error in the unit of the target, for each group relative to its spread: what choices are made by.
class Judge {
 public:
  Judge(const Series& past, std::size_t column) {
    for (const data::SeriesGroup& g : past.groups) {
      double n = 0, sum = 0, squares = 0;
      for (std::int64_t i = g.first; i < g.first + g.rows; ++i) {
        const double v = past.values[column][static_cast<std::size_t>(i)];
        if (std::isfinite(v)) ++n, sum += v, squares += v * v;
      }
      const double variance = n > 0 ? squares / n - sum / n * (sum / n) : 0;
      variance_.push_back(variance > 0 ? variance : 1);
    }
  }
  double error(const ForecastInputs& in, const Part& part, const std::vector<float>& said) const {
    const std::vector<float> truth = part.y.to_vector();
    double sum = 0;
    for (std::size_t i = 0; i < truth.size(); ++i) {
      const std::size_t row = i / static_cast<std::size_t>(in.horizon);
      const double e = in.value(static_cast<double>(said[i]), part.levels[row]) - in.value(static_cast<double>(truth[i]), part.levels[row]);
      sum += e * e / variance_[static_cast<std::size_t>(part.windows.groups[row])];
    }
    return sum / static_cast<double>(truth.size());
  }

 private:
  std::vector<double> variance_;
};

/// A way to look at the series, with the best penalty for it.
struct Candidate {
  ForecastInputs in;
  double alpha = .01, error = std::numeric_limits<double>::infinity();
};

class Fitting {
 public:
  Fitting(const Series& series, double border, const ForecasterOptions& o) : o_(o), past_(known_before(series, border)), judge_(past_, series.column(o.target)) {}

  Candidate choose(std::vector<std::string>& said) {
    const std::size_t column = past_.column(o_.target);
    const std::vector<double>& values = past_.values[column];
    ForecastInputs in;
    in.horizon = o_.horizon;
    in.target = o_.target;
    in.others = o_.others;
    const std::int64_t steps = known_steps(past_, column);
    in.season = o_.season ? o_.season : std::min(data::find_season(past_, o_.target), std::max<std::int64_t>(steps / 3, 1));
    said.push_back(in.season > 1 ? "a season of " + std::to_string(in.season) + " steps" + (o_.season ? ", as asked" : ": the values repeat so") : "no season: the values do not repeat");
    double first = std::numeric_limits<double>::infinity(), last = -first;
    bool positive = true;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!std::isfinite(values[i])) continue;
      positive = positive && values[i] > 0;
      first = std::min(first, past_.times[i]);
      last = std::max(last, past_.times[i]);
    }
    if (past_.has_dates()) in.calendar = data::Calendar::for_step(past_.step, last - first);
    if (o_.holidays != "auto" && o_.holidays != "none") {
      data::CalendarOptions with = in.calendar.options();
      with.special_days = data::holidays(o_.holidays);
      in.calendar = data::Calendar{with};
      said.push_back("holidays of " + o_.holidays + ", as asked");
    }
    const std::vector<std::int64_t> lengths = window_candidates(o_, in.season, steps);
    in.window = lengths.front();
    border_ = data::split_by_time(all_windows(in), o_.validation).border;
    Candidate best = try_all(in, lengths, positive);
    if (o_.window == 0) {
      std::string tried;
      for (const std::int64_t w : lengths) tried += (tried.empty() ? "" : ", ") + std::to_string(w);
      said.push_back("the last " + std::to_string(best.in.window) + " steps are seen" + (lengths.size() > 1 ? ": the lowest validation error of " + tried : ""));
    }
    if (best.in.logarithm) said.push_back(o_.logarithm ? "logarithms of the values, as asked" : "logarithms of the values: swings grow with the level");
    if (o_.holidays == "auto") find_days(best, last - first, said);
    return best;
  }

  Windows all_windows(const ForecastInputs& in) const {
    std::vector<std::string> seen{in.target};
    seen.insert(seen.end(), in.others.begin(), in.others.end());
    return data::make_windows(past_, {.window = in.window, .horizon = in.horizon, .targets = {in.target}, .inputs = seen});
  }
  data::TimeSplit split(const ForecastInputs& in) const { return data::split_at(all_windows(in), border_); }
  const Series& past() const { return past_; }
  const Judge& judge() const { return judge_; }

 private:
  Candidate try_all(const ForecastInputs& start, const std::vector<std::int64_t>& lengths, bool positive) const {
    Candidate best;
    for (const std::int64_t w : lengths) {
      for (const bool logarithm : {false, true}) {
        if (o_.logarithm ? logarithm != *o_.logarithm : logarithm && !positive) continue;
        ForecastInputs in = start;
        in.window = w;
        in.logarithm = logarithm;
        Candidate candidate = tried(in, w != lengths.front());
        // The simpler way stays unless the other is better by more than a hair.
        if (candidate.error < best.error * .995) best = std::move(candidate);
      }
    }
    return best;
  }

  // `optional`: a window too long to leave anything to learn from is passed over.
  Candidate tried(ForecastInputs in, bool optional) const {
    Candidate out;
    try {
      const data::TimeSplit parts = split(in);
      in.fit(past_, parts.train);
      const Part train = part_of(past_, in, thinned(parts.train, 3000)), validation = part_of(past_, in, thinned(parts.test, 1500));
      const std::vector<DirectLinear> models = DirectLinear::fit(train.x, train.y, in.own(), in.ahead(), alphas);
      for (std::size_t a = 0; a < alphas.size(); ++a) {
        const double error = judge_.error(in, validation, models[a].predict(validation.x).to_vector());
        if (error < out.error) out = {in, alphas[a], error};
      }
    } catch (const Error& e) {
      if (!optional || e.kind() != ErrorKind::invalid_argument) throw;
    }
    return out;
  }

  // Days that the linear part, asked for the next step, is wrong about year after year.
  void find_days(Candidate& best, double seconds, std::vector<std::string>& said) const {
    const bool daily = past_.step.unit == data::TimeStep::Unit::workdays || past_.step == data::TimeStep{data::TimeStep::Unit::seconds, day, 0};
    if (!daily || seconds < 3 * 365 * day) return;
    ForecastInputs next = best.in;
    next.horizon = 1;
    const Windows windows = all_windows(next);
    next.fit(past_, windows);
    const Part part = part_of(past_, next, windows);
    const DirectLinear model = DirectLinear::fit(part.x, part.y, next.own(), next.ahead(), std::vector<double>{best.alpha}).front();
    const std::vector<float> expected = model.predict(part.x).to_vector(), truth = part.y.to_vector();
    std::vector<double> residuals;
    for (std::size_t i = 0; i < truth.size(); ++i) residuals.push_back(static_cast<double>(truth[i]) - static_cast<double>(expected[i]));
    data::CalendarOptions with = best.in.calendar.options();
    with.special_days = data::find_special_days(windows.first, residuals);
    if (with.special_days.empty()) return;
    ForecastInputs in = best.in;
    in.calendar = data::Calendar{with};
    const Candidate candidate = tried(in, false);
    if (!(candidate.error < best.error * .99)) return;
    std::string names;
    for (std::size_t i = 0; i < with.special_days.size() && i < 12; ++i) names += (i ? ", " : "") + to_string(with.special_days[i]);
    said.push_back(std::to_string(with.special_days.size()) + " special days were found in the values: " + names + (with.special_days.size() > 12 ? ", ..." : ""));
    best = candidate;
  }

  const ForecasterOptions& o_;
  Series past_;
  Judge judge_;
  double border_ = 0;
};

std::vector<float> differences(const Tensor& a, const Tensor& b, double divided_by) {
  std::vector<float> out = a.to_vector();
  const std::vector<float> other = b.to_vector();
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<float>((static_cast<double>(out[i]) - static_cast<double>(other[i])) / divided_by);
  return out;
}

double deviation(const std::vector<float>& values) {
  double squares = 0;
  for (const float v : values) squares += static_cast<double>(v) * static_cast<double>(v);
  return std::sqrt(squares / static_cast<double>(values.size()));
}

// Half the width of the interval of each step ahead, by split conformal prediction; with few windows neighbouring steps share theirs.
std::vector<double> conformal(const std::vector<float>& errors, std::int64_t horizon) {
  const auto h = static_cast<std::size_t>(horizon), n = errors.size() / h;
  std::vector<double> out;
  for (std::size_t k = 0; k < h; ++k) {
    std::vector<double> own;
    for (std::size_t reach = 0; own.size() < 40 && reach <= h; ++reach) {
      own.clear();
      for (std::size_t j = k > reach ? k - reach : 0; j <= std::min(h - 1, k + reach); ++j) {
        for (std::size_t i = 0; i < n; ++i) own.push_back(std::abs(static_cast<double>(errors[i * h + j])));
      }
    }
    std::sort(own.begin(), own.end());
    const auto place = static_cast<std::size_t>(std::ceil(static_cast<double>(own.size() + 1) * .95));
    out.push_back(own[std::min(place, own.size()) - 1]);
  }
  return out;
}

}  // namespace

Forecaster Forecaster::fit(const Series& series, double border, const ForecasterOptions& o) {
  check_options(series, o);
  Forecaster f;
  Fitting fitting(series, border, o);
  const Candidate best = fitting.choose(f.choices_);
  f.inputs_ = best.in;
  const ForecastInputs& in = f.inputs_;
  const data::TimeSplit parts = fitting.split(in);
  const std::int64_t most = std::clamp<std::int64_t>(30'000'000 / in.size(), 100, 6000);
  const Part train = part_of(fitting.past(), in, thinned(parts.train, most)), validation = part_of(fitting.past(), in, thinned(parts.test, most / 4));
  const std::vector<double> alpha{best.alpha};
  const DirectLinear linear = DirectLinear::fit(train.x, train.y, in.own(), in.ahead(), alpha).front();
  Tensor said = linear.predict(validation.x);
  const double linear_error = fitting.judge().error(in, validation, said.to_vector());

  // What is left over, in its own unit.
  std::vector<Model> networks;
  double gain = 0;
  if (o.members > 0 && train.windows.size() >= 100) {
    const Tensor on_train = linear.predict(train.x);
    const double unit = std::max(deviation(differences(train.y, on_train, 1)), 1e-12);
    const Tensor rest = Tensor::from(differences(train.y, on_train, unit), train.y.shape()), rest_of_validation = Tensor::from(differences(validation.y, said, unit), said.shape());
    std::vector<float> mean(static_cast<std::size_t>(said.shape(0) * said.shape(1)));
    const double start = seconds_now();
    for (std::int64_t m = 0; m < o.members; ++m) {
      set_random_seed(o.seed * 1000 + static_cast<std::uint64_t>(m));
      const Model network = residual_network(linear, o.width);
      const std::int64_t batch = 64, steps = o.epochs * ((train.windows.size() + batch - 1) / batch);
      network.compile({.loss = MeanSquaredError{}, .optimizer = AdamW{CosineDecay{.initial_learning_rate = o.learning_rate, .decay_steps = static_cast<double>(steps), .alpha = .02}, {.weight_decay = .004}}});
      FitOptions fit;
      fit.epochs = o.epochs;
      fit.batch_size = batch;
      fit.seed = o.seed * 1000 + static_cast<std::uint64_t>(m);
      fit.verbose = o.verbose;
      fit.print_findings = false;  // that nothing is left over to learn is no fault here, and what is chosen says it
      fit.validation_data = ValidationData(validation.x, rest_of_validation);
      fit.callbacks = {EarlyStopping{.patience = 8, .restore_best_weights = true}};
      if (o.budget > 0) {
        const double now = seconds_now(), end = now + (start + o.budget - now) / static_cast<double>(o.members - m);
        fit.callbacks.push_back(LambdaCallback{.on_epoch_end = [end](TrainState& state, Scores&) {
          if (seconds_now() > end && state.stop.empty()) state.stop = "the budget is spent";
        }});
      }
      f.histories_.push_back(network.fit(train.x, rest, fit));
      const std::vector<float> answer = network.predict(validation.x).to_vector();
      for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += answer[i] / static_cast<float>(o.members);
      networks.push_back(network);
      if (f.histories_.back().interrupted()) break;  // who is there is averaged
    }
    const auto trained = static_cast<std::int64_t>(networks.size());
    if (trained < o.members)
      for (float& v : mean) v *= static_cast<float>(o.members) / static_cast<float>(trained);
    // How much of what the networks say is true of days they did not see.
    const std::vector<float> wanted = rest_of_validation.to_vector();
    double both = 0, own = 0;
    for (std::size_t i = 0; i < mean.size(); ++i) {
      both += static_cast<double>(mean[i]) * static_cast<double>(wanted[i]);
      own += static_cast<double>(mean[i]) * static_cast<double>(mean[i]);
    }
    const double share = own > 0 ? std::clamp(both / own, 0.0, 1.0) : 0;
    std::vector<float> together = said.to_vector();
    for (std::size_t i = 0; i < together.size(); ++i) together[i] += static_cast<float>(share * unit * static_cast<double>(mean[i]));
    const double error = fitting.judge().error(in, validation, together);
    char text[160];
    if (error < linear_error * .99) {
      gain = share * unit;
      said = Tensor::from(together, said.shape());
      std::snprintf(text, sizeof text, "%lld small networks for what the linear part leaves over: validation error %.1f %% lower", static_cast<long long>(trained), 100 * (1 - std::sqrt(error / linear_error)));
    } else {
      networks.clear();
      std::snprintf(text, sizeof text, "the linear part alone: networks for what it leaves over did not lower the validation error");
    }
    f.choices_.emplace_back(text);
    if (std::any_of(f.histories_.begin(), f.histories_.end(), [](const History& h) { return h.ended() == "the budget is spent"; })) f.choices_.emplace_back("training was ended by the budget; --budget gives it more");
  } else if (o.members > 0) {
    f.choices_.push_back("the linear part alone: " + std::to_string(train.windows.size()) + " windows are too few for a network");
  }
  f.networks_answer_ = !networks.empty();
  f.distances_ = conformal(differences(validation.y, said, 1), in.horizon);

  // Choices are made; the linear part may learn from the validation part too.
  const Part both = part_of(fitting.past(), in, thinned(fitting.all_windows(in), most));
  f.learned_ = both.windows.size();
  f.model_ = forecast_network(DirectLinear::fit(both.x, both.y, in.own(), in.ahead(), alpha).front(), networks, gain);
  return f;
}

}  // namespace candor::candid
