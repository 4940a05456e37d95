// What is kept of a run: enough to say what changed between two of them, and whether their scores can be set beside each other.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "candor/candid/finding.h"
#include "candor/candid/interval.h"
#include "candor/candid/report/report.h"
#include "candor/candid/result/ranking.h"
#include "candor/nn/config.h"

namespace candor::pipeline {

/// One run of `candor train`, `tune` or `evaluate`.
struct RunEntry {
  std::int64_t id = 0;                 ///< its number in the record; 0 before it is stored
  std::string started = {};            ///< UTC, ISO 8601
  double seconds = 0;
  std::string kind = {}, command = {}; ///< "train", "tune", "evaluate", "forecast"; what was typed
  std::string version = {};            ///< of the program
  std::string data = {}, data_digest = {}, test_rows = {}, split = {};  ///< test_rows: a digest of the test rows, whatever their order and what is done to them
  std::string seed = {};
  std::vector<std::pair<std::string, std::string>> options = {};        ///< what was asked for beside the defaults
  std::string task = {}, metric = {};
  double value = 0;
  candid::Interval interval = {};
  std::int64_t rows = 0;               ///< tested on
  std::vector<std::pair<std::string, double>> scores = {};              ///< further ones
  std::vector<double> seeds = {};      ///< scores of several seeds, in their order; empty: one
  std::vector<candid::Finding> findings = {};
  std::string model = {};

  Config config() const;
  /// Throws Error (corrupt).
  static RunEntry from_config(const Config& config);
};

/// What differs between two runs: {"seed", "0", "1"}. Times, paths of models and scores are no differences.
struct RunDifference {
  std::string what, a, b;
};
std::vector<RunDifference> differences(const RunEntry& a, const RunEntry& b);

/// result.no-effect of two runs whose settings differ, by all their scores.
std::vector<Finding> without_effect(const RunEntry& a, const RunEntry& b);

/// As result.interval wants it.
candid::Result result_of(const RunEntry& entry);

/// A sentence on what changed between the first and each other: one single thing, or that several did, so that none can be held responsible.
std::vector<std::string> what_changed(const std::vector<RunEntry>& runs);

}  // namespace candor::pipeline
