#include "bench/measure.h"

#include <algorithm>

#include "bench/child.h"
#include "bench/in_turns.h"
#include "bench/reference.h"
#include "candor/base/clock.h"
#include "candor/base/error.h"
#include "candor/base/threads.h"
#include "candor/train/profile/profile.h"

namespace candor::bench {
namespace {

struct Entrant {
  std::unique_ptr<System> system;
  std::vector<double> values, seconds;
  double first = 0;  // the repetition that warms up
  bool done = false;  // its first measured repetition stays the only one
};

constexpr double far_behind = 10;

// A peer with all threads and with one, in turns after a repetition each that warms up; the slower is ended. One that is far behind `own` is measured once.
Entrant best_of_threads(const Case& c, const Settings& settings, const std::string& peer, double own) {
  const auto started = [&](int threads) {
    Entrant e;
    e.system = start_peer(settings.place, c, peer, threads);
    e.first = c.value(e.system->run());
    return e;
  };
  std::vector<Entrant> ways;
  ways.push_back(started(candor::threads()));
  const double once = c.value(ways[0].system->run());
  if (c.higher_is_better() ? once * far_behind < own : once > far_behind * own) {
    ways[0].values.push_back(once);
    ways[0].done = true;
    return std::move(ways[0]);
  }
  if (candor::threads() > 1) ways.push_back(started(1));
  const std::size_t fastest = ways.size() == 1 ? 0 : fastest_in_turns(ways.size(), [&](std::size_t way) { return ways[way].system->run(); });
  return std::move(ways[fastest]);
}

Measured row_of(const Case& c, Entrant& e, const Truth& truth) {
  Measured row;
  row.test = c.name;
  row.system = e.system->name;
  row.version = e.system->version;
  row.threads = e.system->threads;
  row.unit = c.unit;
  row.value = median(e.values);
  row.low = e.values.front();
  row.high = e.values.back();
  row.slowest = c.higher_is_better() ? std::min(row.low, e.first) : std::max(row.high, e.first);
  row.ready = e.system->ready;
  row.peak = e.system->peak_megabytes();
  row.planning = e.system->compile_seconds;
  if (const Program* program = e.system->program(); program && !e.seconds.empty()) {
    const double call = median(e.seconds) / static_cast<double>(c.kind == "train" ? c.steps : c.calls);
    const Roofline& roofline = machine_roofline();
    double least = 0;
    for (const PlanRow& kernel : program->rows())
      if (kernel.kernel != "alias") least += least_time(kernel, roofline, program->arena_bytes() + program->variable_bytes()).seconds;
    row.rate = program->flops() / call;
    row.of_roofline = least / call;
  }
  if (!truth.values.empty()) {
    row.parity = deviation(truth, e.system->parity, c.kind == "train");
    row.agrees = disagreement(truth, e.system->parity, c.kind == "train") <= 1;
  }
  return row;
}

}  // namespace

const Roofline& machine_roofline() {
  static Roofline best;
  const Roofline now = backend("cpu").measure_roofline();
  best.flops_per_second = std::max(best.flops_per_second, now.flops_per_second);
  best.bf16_flops_per_second = std::max(best.bf16_flops_per_second, now.bf16_flops_per_second);
  if (best.levels.empty()) best.levels = now.levels;
  for (std::size_t i = 0; i < now.levels.size(); ++i) best.levels[i].bytes_per_second = std::max(best.levels[i].bytes_per_second, now.levels[i].bytes_per_second);
  return best;
}

double median(std::vector<double>& values) {
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

void set_ratios(std::vector<Measured>& rows, bool higher_is_better) {
  const Measured* best = nullptr;
  for (const auto& row : rows)
    if (row.system != "Candor" && row.agrees && (!best || (higher_is_better ? row.value > best->value : row.value < best->value))) best = &row;
  if (!best) return;
  const double value = best->value;
  for (auto& row : rows) row.ratio = higher_is_better ? row.value / value : value / row.value;
}

std::vector<Measured> measure_case(const Case& c, const Settings& settings) {
  Inputs inputs = make_inputs(c);
  const std::string folder = settings.place.work + "/" + c.name;
  const bool large = !c.gpt.form.empty() || !c.vision.net.empty();
  if (large || !settings.place.python.empty()) write_folder(c, inputs, folder);
  if (large) {  // the peers read them from there, too
    inputs.weights.clear();
    inputs.weights_file = folder + "/weights.f32";
  }
  const bool training = c.kind == "train";
  std::vector<Entrant> entrants;
  settings.say(c.name + ": Candor");
  begin_peak();
  const double start = seconds_now();
  entrants.emplace_back().system = training ? candor_training(c, inputs) : candor_inference(c, inputs);
  entrants[0].system->ready = seconds_now() - start;
  entrants[0].first = c.value(entrants[0].system->run());
  const double own = c.value(entrants[0].system->run());
  entrants[0].system->peak = peak_megabytes();
  if (!settings.place.python.empty()) {
    for (const auto& peer : c.peers) {
      settings.say(c.name + ": " + peer);
      try {
        entrants.push_back(best_of_threads(c, settings, peer, own));
      } catch (const Error& e) {
        settings.say(c.name + ": left out: " + e.message());
      }
    }
  }
  settings.say(c.name + ": " + std::to_string(settings.rounds) + " rounds");
  for (int round = 0; round < settings.rounds; ++round)
    for (auto& e : entrants)
      if (!e.done) {
        e.seconds.push_back(e.system->run());
        e.values.push_back(c.value(e.seconds.back()));
      }

  Truth truth = training ? training_truth(c, inputs) : inference_truth(c, inputs);
  if (truth.values.empty() && entrants.size() > 1) {  // without fixtures: the first peer's curve
    truth.values = entrants[1].system->parity;
    truth.tolerances.assign(truth.values.size(), c.narrow() ? 0.05 : 2e-5);  // weights of 16 or 8 bits
    for (std::size_t i = 2; !c.gpt.width && !c.recurrent.units && training && i < truth.values.size(); ++i) truth.tolerances[i] = 0.05;  // near-ties of ReLU and max pooling flip
    // The first loss is that of the same weights; a step through dozens of normalisations makes rounding grow.
    for (std::size_t i = 1; !c.vision.net.empty() && training && i < truth.values.size(); ++i) truth.tolerances[i] = std::max(truth.tolerances[i], 5e-3);
  }
  std::vector<Measured> rows;
  for (auto& e : entrants) rows.push_back(row_of(c, e, truth));
  rows[0].must = c.must;
  set_ratios(rows, c.higher_is_better());
  return rows;
}

}  // namespace candor::bench
