// What the injection bench runs: sources of sound data, faults that are planted into them, and which id must be found.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "candor/candid/check.h"
#include "candor/data/dataset.h"
#include "candor/data/table/table.h"

namespace candor::bench {

/// Sound data: a table with its target, or pictures with classes. Rows are not parted yet.
struct Source {
  std::string name;
  data::Table table = {};      ///< columns of a table; else empty
  std::string target = {};
  std::string group = {};      ///< the column of persons; one person is in one part alone. Empty: rows are parted one by one
  data::Dataset pictures = {};
  bool is_table() const { return !table.columns.empty(); }
};
/// The sources that this machine has: generators always, files where CANDOR_DATA is set.
std::vector<Source> sources();

/// What one run said; nothing where the fault does not fit the source.
using Findings = std::optional<std::vector<Finding>>;

/// A kind of fault. `run` plants it (the seed says how: where, how much) and lets the checks look.
struct Fault {
  std::string id;    ///< "data.leak": must be among the findings
  std::string name;  ///< "a copy of the target with another name"
  std::function<Findings(const Source&, std::uint64_t seed)> run;
};

/// A sound run: no finding above a note may come.
struct Sound {
  std::string name;
  std::function<Findings(const Source&, std::uint64_t seed)> run;
};

// One list for each moment; a new fault is a line in its list.
std::vector<Fault> data_faults();
std::vector<Fault> model_faults();   ///< of programs: model_faults.cpp
std::vector<Sound> model_runs();
std::vector<Fault> picture_faults();
std::vector<Fault> result_faults();
std::vector<Sound> data_runs();
std::vector<Sound> result_runs();
std::vector<Sound> picture_runs();

}  // namespace candor::bench
