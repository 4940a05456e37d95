#include "candor/pipeline/run_entry.h"

#include <algorithm>
#include <cmath>

#include "candor/base/text.h"
#include "candor/candid/check.h"
#include "candor/candid/result/no_effect.h"

namespace candor::pipeline {
namespace {

Config number(double v) { return std::isfinite(v) ? Config(v) : Config(); }
double number_of(const Config& c) { return c.is_number() ? c.number() : std::nan(""); }

candid::Severity severity_of(const std::string& text) {
  return text == "error" ? candid::Severity::error : text == "warning" ? candid::Severity::warning : candid::Severity::note;
}

}  // namespace

Config RunEntry::config() const {
  Config out = Config::map();
  out.set("started", started).set("seconds", number(seconds)).set("kind", kind).set("command", command).set("version", version);
  out.set("data", data).set("data_digest", data_digest).set("test_rows", test_rows).set("split", split).set("seed", seed);
  Config asked = Config::map(), more = Config::map();
  for (const auto& [name, said] : options) asked.set(name, said);
  for (const auto& [name, score] : scores) more.set(name, number(score));
  out.set("options", asked).set("task", task).set("metric", metric).set("value", number(value));
  out.set("interval", Config(Config::List{number(interval.low), number(interval.high)})).set("rows", rows).set("scores", more).set("seeds", Config::numbers(seeds));
  Config::List list;
  for (const candid::Finding& f : findings) {
    Config one = Config::map();
    list.push_back(one.set("id", f.id).set("severity", to_string(f.severity)).set("message", f.message));
  }
  return out.set("findings", list).set("model", model);
}

RunEntry RunEntry::from_config(const Config& c) {
  RunEntry e;
  for (const auto& [key, part] : {std::pair{"started", &e.started}, {"kind", &e.kind}, {"command", &e.command}, {"version", &e.version}, {"data", &e.data}, {"data_digest", &e.data_digest},
                                  {"test_rows", &e.test_rows}, {"split", &e.split}, {"seed", &e.seed}, {"task", &e.task}, {"metric", &e.metric}, {"model", &e.model}})
    *part = c.get(key, std::string());
  e.seconds = c.get("seconds", 0.0), e.rows = c.get("rows", 0);
  if (const Config* v = c.find("value")) e.value = number_of(*v);
  if (const Config* i = c.find("interval"); i && i->is_list() && i->items().size() == 2) e.interval = {number_of(i->items()[0]), number_of(i->items()[1])};
  if (const Config* o = c.find("options"))
    for (const auto& [name, said] : o->entries()) e.options.emplace_back(name, said.text());
  if (const Config* s = c.find("scores"))
    for (const auto& [name, score] : s->entries()) e.scores.emplace_back(name, number_of(score));
  if (const Config* s = c.find("seeds"))
    for (const Config& one : s->items()) e.seeds.push_back(number_of(one));
  if (const Config* f = c.find("findings"))
    for (const Config& one : f->items()) e.findings.push_back({one.get("id", ""), severity_of(one.get("severity", "")), one.get("message", "")});
  return e;
}

std::vector<RunDifference> differences(const RunEntry& a, const RunEntry& b) {
  std::vector<RunDifference> out;
  const auto look = [&](const std::string& what, const std::string& x, const std::string& y) {
    if (x != y) out.push_back({what, x, y});
  };
  look("what was done", a.kind, b.kind);
  look("version", a.version, b.version);
  if (a.data_digest != b.data_digest) out.push_back({"data", a.data + (a.data == b.data ? " (contents " + a.data_digest.substr(0, 8) + ")" : ""), b.data + (a.data == b.data ? " (contents " + b.data_digest.substr(0, 8) + ")" : "")});
  // Other data or another seed mean other test rows; by themselves they are named.
  if (a.test_rows != b.test_rows && a.data_digest == b.data_digest && a.seed == b.seed) out.push_back({"test rows", a.test_rows.substr(0, 8), b.test_rows.substr(0, 8)});
  look("split", a.split, b.split);
  look("seed", a.seed, b.seed);
  std::vector<std::string> names;
  for (const auto* options : {&a.options, &b.options})
    for (const auto& [name, said] : *options)
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  const auto said_in = [](const RunEntry& e, const std::string& name) {
    for (const auto& [key, said] : e.options)
      if (key == name) return said;
    return std::string("(default)");
  };
  for (const std::string& name : names) look(name, said_in(a, name), said_in(b, name));
  return out;
}

std::vector<Finding> without_effect(const RunEntry& a, const RunEntry& b) {
  std::vector<std::string> names;
  for (const RunDifference& d : differences(a, b))
    if (d.what != "version" && d.what != "what was done") names.push_back(d.what + " (" + d.a + " to " + d.b + ")");
  if (names.empty() || a.metric != b.metric) candid::skip("nothing that is recorded differs");
  const auto numbers = [](const RunEntry& e) {
    std::vector<double> out{e.value, e.interval.low, e.interval.high};
    for (const auto& [name, score] : e.scores) out.push_back(score);
    return out;
  };
  return candid::check_effect(name_list(names, 4), numbers(a), numbers(b));
}

candid::Result result_of(const RunEntry& e) {
  return {"run " + std::to_string(e.id), e.metric, e.value, e.interval, e.rows, e.test_rows, std::max(1, static_cast<int>(e.seeds.size()))};
}

std::vector<std::string> what_changed(const std::vector<RunEntry>& runs) {
  std::vector<std::string> out;
  for (std::size_t i = 1; i < runs.size(); ++i) {
    const std::vector<RunDifference> changed = differences(runs[0], runs[i]);
    const std::string pair = "from run " + std::to_string(runs[0].id) + " to run " + std::to_string(runs[i].id);
    if (changed.empty()) {
      out.push_back(pair + " nothing changed that is recorded");
      continue;
    }
    std::vector<std::string> names;
    for (const RunDifference& d : changed) names.push_back(d.what + " (" + (d.a.empty() ? "none" : d.a) + " to " + (d.b.empty() ? "none" : d.b) + ")");
    if (names.size() == 1) out.push_back(pair + " one thing changed: " + names[0]);
    else out.push_back(pair + " " + std::to_string(names.size()) + " things changed, so that no difference is due to one of them: " + name_list(names, 8));
  }
  return out;
}

}  // namespace candor::pipeline
