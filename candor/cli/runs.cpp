// The record of runs: what was tried, and whether two of its scores say anything about what changed.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/candid/check.h"
#include "candor/candid/result/ranking.h"
#include "candor/cli/record.h"
#include "candor/cli/score.h"
#include "candor/data/table/read_table.h"
#include "candor/pipeline/run_store.h"

namespace candor::cli {
namespace {

using pipeline::RunEntry;

struct RunsFlags {
  std::string action, data;
  std::vector<std::string> ids;
  std::int64_t limit = 20;
};

Json run_json(const RunEntry& r) {
  Json options = Json::object(), scores = Json::object(), seeds = Json::array();
  for (const auto& [name, said] : r.options) options[name] = said;
  for (const auto& [name, score] : r.scores) scores[name] = number(score);
  for (const double s : r.seeds) seeds.push_back(number(s));
  return {{"id", r.id}, {"started", r.started}, {"seconds", number(r.seconds)}, {"kind", r.kind}, {"command", r.command}, {"version", r.version}, {"data", r.data}, {"data_digest", r.data_digest},
          {"test_rows", r.test_rows}, {"split", r.split}, {"seed", r.seed}, {"options", options}, {"task", r.task}, {"metric", r.metric}, {"value", number(r.value)},
          {"interval", {number(r.interval.low), number(r.interval.high)}}, {"n", r.rows}, {"scores", scores}, {"seeds", seeds}, {"findings", findings_json(r.findings)}, {"model", r.model}};
}

std::string score_of(const RunEntry& r) {
  if (!std::isfinite(r.value)) return "no score" + (r.findings.empty() ? std::string() : " (" + r.findings.front().id + ")");
  return r.metric + " " + short_number(r.value) + (r.interval.low < r.interval.high ? " (" + short_number(r.interval.low) + " to " + short_number(r.interval.high) + ", " + with_thousands(r.rows) + " rows)" : "");
}

std::vector<std::int64_t> ids_of(const RunsFlags& o, const std::string& path) {
  std::vector<std::int64_t> ids;
  for (const std::string& text : o.ids) {
    if (text == "last") {
      const auto newest = pipeline::list_runs(path, 1);
      if (newest.empty()) fail(ErrorKind::not_found, path + ": there are no runs yet");
      ids.push_back(newest.front().id);
      continue;
    }
    if (text.empty() || text.size() > 15 || text.find_first_not_of("0123456789") != std::string::npos) bad_option("RUN", "the number of a run (see `candor runs list`) or last is expected, and " + candor::quoted(text) + " came");
    ids.push_back(std::stoll(text));
  }
  return ids;
}

int list(const RunsFlags& o, const Common& common, const std::string& path) {
  const std::vector<RunEntry> runs = pipeline::list_runs(path, o.limit, o.data);
  if (common.json) {
    Json all = Json::array();
    for (const RunEntry& r : runs) all.push_back(run_json(r));
    print_json({{"path", path}, {"runs", all}});
    return 0;
  }
  if (runs.empty()) std::printf("no runs%s in %s\n", o.data.empty() ? "" : " of these data", path.c_str());
  for (const RunEntry& r : runs) std::printf("%5lld  %s  %-8s %s  %s\n", static_cast<long long>(r.id), r.started.c_str(), r.kind.c_str(), score_of(r).c_str(), r.command.c_str());
  return 0;
}

int show(const RunsFlags& o, const Common& common, const std::string& path) {
  for (const RunEntry& r : pipeline::find_runs(path, ids_of(o, path))) {
    if (common.json) {
      print_json(run_json(r));
      continue;
    }
    std::printf("run %lld, %s, %.1f s: %s\n%s\n", static_cast<long long>(r.id), r.started.c_str(), r.seconds, r.command.c_str(), score_of(r).c_str());
    for (const auto& [name, score] : r.scores) std::printf("  %s %s\n", name.c_str(), short_number(score).c_str());
    for (std::size_t i = 0; i < r.seeds.size(); ++i) std::printf("  seed %zu: %s\n", i + 1, short_number(r.seeds[i]).c_str());
    if (r.seeds.size() > 1) {
      const candid::SeedSummary all = candid::summarise_seeds(r.seeds, r.metric, r.rows);
      std::printf("  median %s, 95 %% interval of their mean %s to %s\n", short_number(all.median).c_str(), short_number(all.interval.low).c_str(), short_number(all.interval.high).c_str());
    }
    std::printf("data %s (%s), %s\ntest rows %s, seed %s, version %s, model %s\n", r.data.c_str(), r.data_digest.c_str(), r.split.c_str(), r.test_rows.c_str(), r.seed.c_str(), r.version.c_str(), r.model.c_str());
    for (const auto& [name, said] : r.options) std::printf("  --%s %s\n", name.c_str(), said.c_str());
    for (const candid::Finding& f : r.findings) std::printf("%s %s: %s\n", to_string(f.severity).c_str(), f.id.c_str(), f.message.c_str());
  }
  return 0;
}

int compare(const RunsFlags& o, const Common& common, const std::string& path) {
  if (o.ids.size() < 2) bad_option("RUN", "two or more runs to compare are expected, as `candor runs compare 3 5`");
  const std::vector<RunEntry> runs = pipeline::find_runs(path, ids_of(o, path));
  std::vector<candid::Result> results;
  for (const RunEntry& r : runs) {
    if (!std::isfinite(r.value)) fail(ErrorKind::invalid_argument, "run " + std::to_string(r.id) + " has no score to compare: " + (r.findings.empty() ? "it ended early" : r.findings.front().id + ", " + r.findings.front().message) + "; `candor runs diff` says what was different");
    results.push_back(pipeline::result_of(r));
  }
  candid::Checkup checkup;
  candid::run_check(checkup, "result.interval", [&] { return candid::check_ranking(results); });
  for (std::size_t i = 1; i < runs.size(); ++i) candid::run_check(checkup, "result.no-effect", [&] { return pipeline::without_effect(runs[0], runs[i]); });
  const RunEntry* best = &runs[0];
  for (const RunEntry& r : runs)
    if (r.value > best->value) best = &r;
  std::string verdict = "run " + std::to_string(best->id) + " is best, beyond the others' intervals";
  // What one training of each shows is these rows and this luck with the seed; files that are judged have no seed to change.
  if (std::all_of(runs.begin(), runs.end(), [](const RunEntry& r) { return r.kind == "train" && r.seeds.size() < 2; }))
    verdict = "run " + std::to_string(best->id) + " is ahead, beyond the others' intervals, by one seed each: not ranked; train each with --seeds 5";
  // Several seeds on both sides say more than the intervals of one training each.
  std::optional<candid::PairedSeeds> paired;
  if (runs.size() == 2 && runs[0].seeds.size() >= 2 && runs[0].seeds.size() == runs[1].seeds.size() && runs[0].metric == runs[1].metric && runs[0].test_rows == runs[1].test_rows)
    paired = candid::compare_seeds(runs[0].seeds, runs[1].seeds, runs[0].metric);
  if (paired) {
    // These runs are ranked by their seeds, and nothing may stand beside that and say they are not; rows that differ stay said.
    std::erase_if(checkup.findings, [](const Finding& f) { return f.message.rfind("no difference shown", 0) == 0; });
    verdict = paired->verdict == 0 ? "no difference shown" : "run " + std::to_string(runs[paired->verdict > 0 ? 0 : 1].id) + " is better";
  } else if (checkup.has(candid::Severity::warning)) verdict = checkup.findings.front().message.rfind("not comparable", 0) == 0 ? "not comparable" : "no difference shown";
  const std::vector<std::string> changed = pipeline::what_changed(runs);
  if (common.json) {
    Json all = Json::array();
    for (const RunEntry& r : runs) all.push_back(run_json(r));
    Json out = {{"verdict", verdict}, {"changed", changed}, {"findings", findings_json(checkup.findings)}, {"runs", all}};
    if (paired) out["difference"] = number(paired->difference), out["interval"] = {number(paired->interval.low), number(paired->interval.high)};
    print_json(out);
    return 0;
  }
  std::printf("%s\n", verdict.c_str());
  for (const RunEntry& r : runs) std::printf("run %lld: %s  %s\n", static_cast<long long>(r.id), score_of(r).c_str(), r.command.c_str());
  for (const std::string& sentence : changed) std::printf("%s\n", sentence.c_str());
  if (paired)
    std::printf("over %d paired seeds: medians %s and %s, mean difference %s (95 %% interval %s to %s)\n", paired->seeds, short_number(paired->median_a).c_str(), short_number(paired->median_b).c_str(),
                short_number(paired->difference).c_str(), short_number(paired->interval.low).c_str(), short_number(paired->interval.high).c_str());
  for (const candid::Finding& f : checkup.findings) std::printf("%s %s: %s\n", to_string(f.severity).c_str(), f.id.c_str(), f.message.c_str());
  return 0;
}

int diff(const RunsFlags& o, const Common& common, const std::string& path) {
  if (o.ids.size() != 2) bad_option("RUN", "two runs are expected, as `candor runs diff 3 5`");
  const std::vector<RunEntry> runs = pipeline::find_runs(path, ids_of(o, path));
  const auto changed = pipeline::differences(runs[0], runs[1]);
  if (common.json) {
    Json all = Json::array();
    for (const pipeline::RunDifference& d : changed) all.push_back({{"what", d.what}, {"a", d.a}, {"b", d.b}});
    print_json({{"runs", {runs[0].id, runs[1].id}}, {"differences", all}});
    return 0;
  }
  if (changed.empty()) std::printf("nothing that is recorded differs\n");
  for (const pipeline::RunDifference& d : changed) std::printf("%s\n- %s\n+ %s\n", d.what.c_str(), d.a.c_str(), d.b.c_str());
  return 0;
}

// What was asked for beside the defaults, for the record of runs. DATA, seed and files have places of their own there, and the numbers do not depend on the others.
std::vector<std::pair<std::string, std::string>> asked_of(const CLI::App& command) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const CLI::Option* option : command.get_options()) {
    const std::string name = option->get_single_name();
    const bool aside = option->get_positional() || name == "json" || name == "quiet" || name == "seed" || name == "threads" || name == "out" || name == "help" || name == "no-report" ||
                       name == "no-record" || name == "resume" || name == "resume-every" || name == "silence";
    if (option->count() == 0 || aside) continue;
    std::string words;
    for (const std::string& word : option->results()) words += (words.empty() ? "" : ",") + word;
    out.emplace_back(name, data::without_password(words));
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> said;

}  // namespace

const std::vector<std::pair<std::string, std::string>>& asked() { return said; }
void set_asked(const CLI::App& command) { said = asked_of(command); }

void add_runs(CLI::App& app, Common& common, Run& run) {
  const auto o = std::make_shared<RunsFlags>();
  CLI::App* command = add_command(app, common, "runs", "what was run, with which score, and what changed between two runs", "candor runs compare 3 5");
  command->add_option("ACTION", o->action, "list, show RUN, compare RUN RUN..., diff RUN RUN")->required()->check(CLI::IsMember({"list", "show", "compare", "diff"}));
  command->add_option("RUN", o->ids, "numbers of runs, or last");
  command->add_option("--limit", o->limit, "list: how many, the newest first (default 20)")->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000}));
  command->add_option("--data", o->data, "list: only runs on these data");
  command->callback([o, &common, &run] {
    run = [o, &common] {
      const std::string path = pipeline::runs_path();
      if (o->action == "list") return list(*o, common, path);
      if (o->ids.empty()) bad_option("RUN", "the number of a run is expected; `candor runs list` shows them");
      return o->action == "show" ? show(*o, common, path) : o->action == "compare" ? compare(*o, common, path) : diff(*o, common, path);
    };
  });
}

}  // namespace candor::cli
