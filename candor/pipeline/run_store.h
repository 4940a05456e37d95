// The record of runs: one SQLite file, written by as many programs at a time as there are.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "candor/pipeline/run_entry.h"

namespace candor::pipeline {

/// Where runs are recorded: $CANDOR_RUNS (a file, or a folder for runs.sqlite; "off": nowhere), else $XDG_DATA_HOME/candor/runs.sqlite, else ~/.local/share/candor/runs.sqlite.
/// Empty: nowhere.
std::string runs_path();

/// Stores a run and sets its id. Never throws for what the disk, the file or another program does: returns "", or a sentence on why nothing was recorded.
std::string record_run(const std::string& path, RunEntry& entry);

/// How many different scores besides `value` the record holds for these test rows (a run that was repeated counts once); 0 when it cannot be read. Never throws.
std::int64_t different_scores(const std::string& path, const std::string& test_rows, double value);

/// The newest first. Throws Error: not_found when there is no record yet, corrupt when the file is no record, io, unsupported (no SQLite).
std::vector<RunEntry> list_runs(const std::string& path, std::int64_t limit, const std::string& data = {});
/// These, in this order. Throws as list_runs, and Error (not_found) for an id that is not there.
std::vector<RunEntry> find_runs(const std::string& path, const std::vector<std::int64_t>& ids);

}  // namespace candor::pipeline
