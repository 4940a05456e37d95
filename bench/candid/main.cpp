// candor_candid, `./dev bench --candid`: plants faults into sound data and counts what the checks catch, miss and imagine.
#include <algorithm>
#include <cstdio>
#include <map>

#include "bench/candid/registry.h"
#include "candor/base/error.h"
#include "candor/base/log.h"

namespace {

using namespace candor;
using namespace candor::bench;

struct Row {
  std::int64_t kinds = 0, planted = 0, caught = 0, false_alarms = 0;
  std::map<std::string, int> missed;
};

std::string percent(std::int64_t part, std::int64_t whole) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f %%", whole ? 100.0 * static_cast<double>(part) / static_cast<double>(whole) : 0.0);
  return text;
}

int bench_main(int argc, char** argv) {
  std::uint64_t seeds = 3, first = 1;
  std::string only;
  bool verbose = false, faults_alone = false, sound_alone = false;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--seeds" && i + 1 < argc) seeds = std::strtoull(argv[++i], nullptr, 10);
    else if (word == "--first" && i + 1 < argc) first = std::strtoull(argv[++i], nullptr, 10);
    else if (word == "--verbose") verbose = true;
    else if (word == "--faults") faults_alone = true;
    else if (word == "--sound") sound_alone = true;
    else if (word == "--help") return std::puts("./dev bench --candid [--seeds N] [--first SEED] [--verbose] [--faults | --sound] [ID]   plants faults into sound data and counts what is caught; --faults and --sound leave the other half out"), 0;
    else only = word;
  }
  std::vector<Fault> faults = data_faults();
  for (Fault& f : picture_faults()) faults.push_back(std::move(f));
  for (Fault& f : model_faults()) faults.push_back(std::move(f));
  for (Fault& f : result_faults()) faults.push_back(std::move(f));
  std::vector<Sound> runs = data_runs();
  for (Sound& s : picture_runs()) runs.push_back(std::move(s));
  for (Sound& s : model_runs()) runs.push_back(std::move(s));
  for (Sound& s : result_runs()) runs.push_back(std::move(s));
  const std::vector<Source> all = sources();
  std::map<std::string, Row> rows;
  std::int64_t kinds = 0, planted = 0, caught = 0, sound = 0, quiet = 0;
  for (const Fault& fault : faults) {
    if (sound_alone || (!only.empty() && fault.id != only)) continue;
    Row& row = rows[fault.id];
    ++row.kinds, ++kinds;
    for (const Source& source : all)
      for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
        const Findings said = fault.run(source, seed);
        if (!said) continue;
        ++row.planted, ++planted;
        const bool hit = std::any_of(said->begin(), said->end(), [&](const Finding& f) { return f.id == fault.id; });
        row.caught += hit, caught += hit;
        if (hit) continue;
        ++row.missed[fault.name];
        if (!verbose) continue;
        std::printf("missed %s: %s in %s, seed %d\n", fault.id.c_str(), fault.name.c_str(), source.name.c_str(), static_cast<int>(seed));
        for (const Finding& f : *said) std::printf("  said in its place: %s %s: %.160s\n", to_string(f.severity).c_str(), f.id.c_str(), f.message.c_str());
        std::fflush(stdout);
      }
  }
  // As many sound runs as there are kinds of faults and seeds: other seeds give other parts.
  const std::uint64_t sound_seeds = only.empty() ? std::max<std::uint64_t>(seeds, static_cast<std::uint64_t>(planted) / std::max<std::uint64_t>(1, 3 * all.size())) : seeds;
  if (faults_alone) runs.clear();
  for (const Sound& run : runs)
    for (const Source& source : all)
      for (std::uint64_t seed = 1000 + first; seed < 1000 + first + sound_seeds; ++seed) {
        const Findings said = run.run(source, seed);
        if (!said) continue;
        ++sound;
        bool clean = true;
        for (const Finding& f : *said) {
          if (f.severity == Severity::note) continue;
          ++rows[f.id].false_alarms;
          clean = false;
          if (verbose) std::printf("false alarm %s %s: %s, %s, seed %d: %s\n", to_string(f.severity).c_str(), f.id.c_str(), run.name.c_str(), source.name.c_str(), static_cast<int>(seed), f.message.c_str()), std::fflush(stdout);
        }
        quiet += clean;
      }
  std::printf("| check | kinds of fault | planted | caught | missed | false alarms |\n|---|---|---|---|---|---|\n");
  for (const auto& [id, row] : rows) {
    std::string missed;
    for (const auto& [name, n] : row.missed) missed += (missed.empty() ? ": " : "; ") + name + " (" + std::to_string(n) + ")";
    std::printf("| `%s` | %lld | %lld | %s | %lld%s | %lld |\n", id.c_str(), static_cast<long long>(row.kinds), static_cast<long long>(row.planted), percent(row.caught, row.planted).c_str(), static_cast<long long>(row.planted - row.caught), missed.c_str(),
                static_cast<long long>(row.false_alarms));
  }
  std::printf("\n%lld kinds of fault, %zu data sets: **%s of %lld planted faults caught** with the right id; **%s of %lld sound runs** without a finding above a note.\n", static_cast<long long>(kinds), all.size(), percent(caught, planted).c_str(),
              static_cast<long long>(planted), percent(quiet, sound).c_str(), static_cast<long long>(sound));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    candor::set_log_level(candor::LogLevel::error);
    return bench_main(argc, argv);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "candor_candid: %s\n", e.what());
    return 1;
  }
}
