#include "bench/report.h"

#include <cmath>
#include <cstdio>
#include <ctime>
#include <fstream>

#include <nlohmann/json.hpp>

#include "candor/base/threads.h"
#include "candor/graph/backend.h"

namespace candor::bench {

std::string number(double value) {
  char text[32];
  if (std::abs(value) >= 1000) std::snprintf(text, sizeof text, "%.0f", value);
  else std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

std::string times(const std::optional<double>& ratio) { return ratio ? number(*ratio) + "x" : ""; }

std::string parity_text(const Measured& row) {
  if (!row.parity) return row.agrees ? "" : "differs";
  char text[48];
  std::snprintf(text, sizeof text, "%.1e%s", *row.parity, row.agrees ? "" : " differs");
  return text;
}

std::string reached_text(const Measured& row) {
  if (row.rate <= 0) return "";
  char text[64];
  std::snprintf(text, sizeof text, "%.0f GFLOP/s, %.0f %%", row.rate / 1e9, 100 * row.of_roofline);
  return text;
}

std::string must_text(const Measured& row) {
  if (!row.must) return "";
  return row.absolute ? "<= " + number(*row.must) : number(*row.must) + "x";
}

namespace {

nlohmann::json finite(const std::optional<double>& value) { return value && std::isfinite(*value) ? nlohmann::json(*value) : nlohmann::json(); }

}  // namespace

std::string json_line(const Measured& row) {
  nlohmann::ordered_json j;
  j["case"] = row.test;
  j["system"] = row.system;
  j["value"] = row.value;
  j["unit"] = row.unit;
  j["ratio_to_best_peer"] = finite(row.ratio);
  j["must"] = finite(row.must);
  j["parity"] = finite(row.parity);
  j["agrees"] = row.agrees;
  j["threads"] = row.threads;
  j["version"] = row.version;
  j["low"] = row.low;
  j["high"] = row.high;
  if (row.slowest > 0) j["slowest"] = row.slowest;
  if (row.ready > 0) j["ready_seconds"] = row.ready;
  if (row.planning > 0) j["planning_seconds"] = row.planning;
  if (row.rate > 0) j["gflops"] = row.rate / 1e9;
  if (row.of_roofline > 0) j["of_roofline"] = row.of_roofline;
  if (row.peak > 0) j["peak_mb"] = row.peak;
  return j.dump();
}

std::string table(const std::vector<Measured>& rows, bool heading) {
  char line[256];
  std::snprintf(line, sizeof line, "%-12s %-22s %10s %-9s %8s %7s %7s  %-10s %-15s %s\n", "case", "system", "value", "unit", "ratio", "threads", "must", "parity", "", "of roofline");
  std::string text = heading ? line : "", last;
  for (const auto& row : rows) {
    const char* verdict = !row.judged() ? "" : !row.agrees ? "does not count" : row.passed() ? "ok" : "MISSED";
    std::snprintf(line, sizeof line, "%-12s %-22s %10s %-9s %8s %7s %7s  %-10s %-15s %s\n", row.test == last ? "" : row.test.c_str(), row.system.c_str(), number(row.value).c_str(),
                  row.unit.c_str(), times(row.ratio).c_str(), row.threads ? std::to_string(row.threads).c_str() : "", must_text(row).c_str(), parity_text(row).c_str(), verdict, reached_text(row).c_str());
    text += line;
    last = row.test;
  }
  return text;
}

std::string machine_line() {
  std::ifstream info("/proc/cpuinfo");
  std::string line, model = "unknown processor";
  while (std::getline(info, line))
    if (line.rfind("model name", 0) == 0) {
      model = line.substr(line.find(':') + 2);
      break;
    }
  char date[32];
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::strftime(date, sizeof date, "%Y-%m-%d", &parts);
  return model + " (" + std::to_string(threads()) + " threads; " + backend("cpu").describe() + "; g++ " + __VERSION__ + "), " + date;
}

}  // namespace candor::bench
