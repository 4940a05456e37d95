// Whole programs: what a user waits for, from the start of the process to its end.
#include <cmath>

#include "bench/child.h"
#include "bench/measure.h"
#include "candor/base/error.h"
#include "candor/base/file.h"
#include "candor/base/text.h"
#include "candor/base/threads.h"

namespace candor::bench {
namespace {

constexpr double accuracy_slack = 0.02;  // initial weights and order differ between the programs

// The number after the last "accuracy " (or another word) in what the program printed; NaN when there is none.
double number_in(const std::string& output, const std::string& word) {
  const auto at = output.rfind(word);
  if (at == std::string::npos) return std::nan("");
  const auto begin = at + word.size(), end = output.find_first_of(" \n", begin);
  return parse_number(std::string_view(output).substr(begin, end == std::string::npos ? end : end - begin)).value_or(std::nan(""));
}

struct Program {
  std::string system, version;
  std::vector<std::string> command;
  std::vector<double> seconds = {};
  double accuracy = 0;
};

}  // namespace

std::vector<Measured> measure_process(const Case& c, const Settings& settings) {
  // Reading a table is timed inside of each program: importing a library is no part of it.
  const bool table = c.name == "csv";
  std::vector<Program> programs{{"Candor", "", {settings.programs + (table ? "/candor_csv" : "/candor_hello")}}};
  if (!settings.place.python.empty())
    for (const auto& peer : c.peers) programs.push_back({peer, "", {settings.place.python, settings.place.scripts + "/" + peer + ".py"}});
  if (table) {
    make_folders(settings.place.work);
    const std::string file = settings.place.work + "/table.csv";
    if (run_to_end({settings.programs + "/candor_csv", "--write", file, std::to_string(c.steps)}).status != 0) fail(ErrorKind::io, "bench: " + file + " cannot be written");
    for (auto& program : programs) program.command.push_back(file);
  }
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
      program.seconds.push_back(table ? number_in(done.output, "seconds ") : done.seconds);
      program.accuracy = number_in(done.output, table ? "mean " : "accuracy ");
    }
  double best = 0;
  for (const auto& program : programs)
    if (!program.seconds.empty()) best = std::max(best, program.accuracy);
  std::vector<Measured> rows;
  for (auto& program : programs) {
    if (program.seconds.empty()) continue;
    Measured row;
    row.test = c.name;
    row.system = program.system == "Candor" ? program.system : program.system.substr(program.system.find('_') + 1);
    row.unit = c.unit;
    row.threads = candor::threads();
    row.value = median(program.seconds);
    row.low = program.seconds.front();
    row.high = program.seconds.back();
    row.parity = best - program.accuracy;
    row.agrees = table ? std::fabs(*row.parity) <= 1e-9 * std::fabs(best) : *row.parity <= accuracy_slack;
    if (row.system == "Candor") row.must = c.must;
    rows.push_back(row);
  }
  set_ratios(rows, false);
  return rows;
}

}  // namespace candor::bench
