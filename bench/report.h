// The result for machines, for the terminal and for docs/performance.md.
#pragma once

#include <string>
#include <vector>

#include "bench/measure.h"

namespace candor::bench {

/// One JSON object without a line end: case, system, value, unit, ratio_to_best_peer, must, parity; then agrees, threads, version, low, high, and, where measured,
/// ready_seconds, planning_seconds, gflops, of_roofline, peak_mb.
std::string json_line(const Measured& row);
/// Aligned columns.
std::string table(const std::vector<Measured>& rows, bool heading);
/// A Markdown page: machine, versions, a line a case.
std::string markdown(const std::vector<Measured>& rows, const std::string& machine);
/// How the two above write numbers: "0.0123", "2.5x", "1.2e-07", "2.5x" or "3".
std::string number(double value);
std::string times(const std::optional<double>& ratio);
std::string parity_text(const Measured& row);
/// "283 GFLOP/s, 65 %": of the roofline; empty where it is not known.
std::string reached_text(const Measured& row);
std::string must_text(const Measured& row);

/// "AMD EPYC, 2 cores; g++ 12.2; oneDNN 2.6.0; 2026-11-21".
std::string machine_line();

}  // namespace candor::bench
