// Puts a model back as it was: what a search tries out leaves no trace.
#pragma once

#include "candor/nn/model.h"
#include "candor/train/snapshot.h"

namespace candor::detail {

/// Keeps weights and optimizer of a compiled model while it lives. `sample` (one row or more of each input) builds what is not built yet.
class Undo {
 public:
  Undo(const Model& model, const Tensor& sample) : model_(model) {
    if (!model.built()) model.predict_on_batch(std::vector<Tensor>{sample});
    const Optimizer& optimizer = model.compile_options().optimizer;
    optimizer.build(model.parameters());
    std::vector<Variable> state = model.variables();
    for (const auto& [name, variable] : optimizer.named_variables()) state.push_back(variable);
    before_.take(state);
  }
  ~Undo() {
    before_.restore();
    model_.reset_metrics();
  }
  Undo(const Undo&) = delete;
  Undo& operator=(const Undo&) = delete;

 private:
  const Model& model_;
  Snapshot before_;
};

}  // namespace candor::detail
