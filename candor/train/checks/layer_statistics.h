// What a step shows of each layer: gradients, outputs, units. A Program of its own, made of the same forward and backward pass without the updates, that
// runs now and then behind a step: it writes no weight, so that training gives the same bits with and without it.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "candor/graph/program.h"
#include "candor/nn/model.h"
#include "candor/train/history.h"

namespace candor::detail {

/// How a unit can be of no use.
enum class Limit { none, zero, one, both };  ///< none; relu: always 0; sigmoid: always at 0 or 1; tanh: always at -1 or 1

/// What is looked at of one layer.
struct LayerProbe {
  std::string path, kind;
  Limit limit = Limit::none;
  bool output = false;                 ///< it gives the model's answer: being sure there is no fault
  std::vector<std::size_t> weights = {};  ///< its parameters, as numbers of Model::parameters()
  std::int64_t units = 0;              ///< 0: units are not told apart
  std::vector<int> alive_at = {};      ///< for each unit the last sample at which some row moved it; -1: none
};

class LayerStatistics {
 public:
  /// `step` computes the loss of a batch as training does, without metrics and updates; it is traced with the types of a step's arguments.
  LayerStatistics(const Model& model, const TensorFunction& step, std::span<const TensorType> arguments);

  /// Runs on the arguments of a step. `rows` are those of the batch.
  void run(void* const* arguments, const RunState& state, std::int64_t rows);
  /// How far the latest step moved each parameter from `before`, in the order of Model::parameters(): what update_ratio is made of.
  void moved(std::span<const Tensor> before);

  const std::vector<TensorType>& types() const { return types_; }
  const std::vector<LayerProbe>& probes() const { return probes_; }
  const std::vector<LayerRecord>& records() const { return records_; }
  const std::vector<Variable>& parameters() const { return parameters_; }
  /// Names of layers that shall drop something in training and do not.
  const std::vector<std::string>& idle() const { return idle_; }
  int samples() const { return samples_; }
  std::int64_t rows() const { return rows_; }
  /// Forgets what was seen: another training begins. At most `samples` will come.
  void begin(std::size_t samples);

 private:
  struct Slots {
    int mean = -1, square = -1, zeros = -1, at_limit = -1, units = -1;  // results
  };
  void take(std::size_t layer);

  std::vector<TensorType> types_;
  std::vector<Variable> parameters_;
  std::vector<LayerProbe> probes_;
  std::vector<Slots> slots_;
  std::vector<LayerRecord> records_;
  std::vector<std::string> idle_;
  std::vector<Tensor> values_;
  std::vector<void*> results_;
  std::unique_ptr<Program> program_;
  int samples_ = 0;
  std::int64_t rows_ = 0;
};

}  // namespace candor::detail
