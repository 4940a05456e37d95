// Whole programs: what a user waits for, from the start of the process to its end.
#include <cmath>

#include "bench/child.h"
#include "bench/measure.h"
#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/base/threads.h"

namespace candor::bench {
namespace {

constexpr double accuracy_slack = 0.02;  // initial weights and order differ between the programs

// The number after the last "accuracy " in what the program printed; NaN when there is none.
double accuracy_in(const std::string& output) {
  const auto at = output.rfind("accuracy ");
  if (at == std::string::npos) return std::nan("");
  const auto end = output.find_first_of(" \n", at + 9);
  return parse_number(std::string_view(output).substr(at + 9, end == std::string::npos ? end : end - at - 9)).value_or(std::nan(""));
}

struct Program {
  std::string system, version;
  std::vector<std::string> command;
  std::vector<double> seconds = {};
  double accuracy = 0;
};

}  // namespace

std::vector<Measured> measure_process(const Case& c, const Settings& settings) {
  std::vector<Program> programs{{"Candor", "", {settings.programs + "/candor_hello"}}};
  if (!settings.place.python.empty())
    for (const auto& peer : c.peers) programs.push_back({peer, "", {settings.place.python, settings.place.scripts + "/" + peer + ".py"}});
  const int rounds = std::min(settings.rounds, 3);
  for (int round = 0; round < rounds; ++round)
    for (auto& program : programs) {
      if (round > 0 && program.seconds.empty()) continue;
      settings.say(c.name + ": " + program.system);
      const Finished done = run_to_end(program.command);
      if (done.status != 0) {
        settings.say(c.name + ": " + program.system + " left out: exit code " + std::to_string(done.status) + ": " + candor::quoted(done.output.substr(done.output.size() > 200 ? done.output.size() - 200 : 0), 200));
        continue;
      }
      program.seconds.push_back(done.seconds);
      program.accuracy = accuracy_in(done.output);
    }
  double best = 0;
  for (const auto& program : programs)
    if (!program.seconds.empty()) best = std::max(best, program.accuracy);
  std::vector<Measured> rows;
  for (auto& program : programs) {
    if (program.seconds.empty()) continue;
    Measured row;
    row.test = c.name;
    row.system = program.system.rfind("hello_", 0) == 0 ? program.system.substr(6) : program.system;
    row.unit = c.unit;
    row.threads = candor::threads();
    row.value = median(program.seconds);
    row.low = program.seconds.front();
    row.high = program.seconds.back();
    row.parity = best - program.accuracy;
    row.agrees = *row.parity <= accuracy_slack;
    if (row.system == "Candor") row.must = c.must;
    rows.push_back(row);
  }
  set_ratios(rows, false);
  return rows;
}

}  // namespace candor::bench
