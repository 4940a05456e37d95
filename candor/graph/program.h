// What runs: a flat list of kernel calls over one arena. Shapes are known, so every offset is fixed before the first run and
// running allocates nothing.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "candor/graph/backend.h"
#include "candor/graph/graph.h"
#include "candor/graph/plan_options.h"

namespace candor {

/// One row of what `candor plan` prints.
struct PlanRow {
  std::string op, path, kernel, note, type;
  std::vector<Declined> declined;
  double flops = 0;
  std::size_t bytes = 0;      ///< read and written
  std::size_t arena_offset = 0, arena_bytes = 0;
  int first = 0, last = 0;    ///< lifetime of the first output in steps
  double seconds = 0;         ///< mean, when profiled
  double began = 0, took = 0; ///< in the last profiled run, seconds since its beginning
};

/// A piece of the arena and the steps (numbers of rows) during which it is kept.
struct MemoryBlock {
  std::size_t offset = 0, bytes = 0;
  int first = 0, last = 0;
  std::string what;           ///< the op that fills it and where that stands
  bool scratch = false;       ///< room for the work of one kernel
};
/// A graph made ready to run: rewritten, a kernel for each node, one arena for all that lies between. Running it takes no memory and no lock.
class Program {
 public:
  /// Rewrites and plans. Keeps the variables and constants of the graph alive.
  Program(std::shared_ptr<const Graph> graph, const PlanOptions& options = {});
  ~Program();
  Program(Program&&) noexcept;
  Program& operator=(Program&&) noexcept;

  /// Runs on row-major buffers, one an argument and one a result (undefined results are skipped with null). Allocates nothing.
  /// Numbers below the smallest normal one (1.2e-38 in f32) are read and written as zero. Not to be called from two threads at once.
  void run(void* const* arguments, void* const* results, const RunState& state = {});
  /// The same with tensors: checks types, allocates results.
  std::vector<Tensor> run(std::span<const Tensor> arguments, const RunState& state = {});

  const std::vector<TensorType>& argument_types() const;
  const std::vector<TensorType>& result_types() const;
  std::size_t arena_bytes() const;
  /// Of all variables that are read or written: weights, and what the optimizer keeps.
  std::size_t variable_bytes() const;
  double flops() const;
  std::vector<PlanRow> rows() const;
  /// Who lies where in the arena, and when.
  std::vector<MemoryBlock> memory() const;
  /// Names of the rewrites that fired, with counts.
  const std::vector<std::pair<std::string, int>>& rewrites() const;
  const Graph& graph() const;  ///< after rewriting
  const std::string& device() const;

 private:
  friend void check_memory(const Program&);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Throws Error (internal) if two values that live at the same time overlap in the arena.
void check_memory(const Program& program);

}  // namespace candor
