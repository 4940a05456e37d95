// What a layer is called with beside its inputs.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "candor/nn/config.h"
#include "candor/nn/mode.h"
#include "candor/nn/symbol.h"

namespace candor {

/// Further arguments of a call, by Keras's names. Masks are not among them: they travel on the tensors (Tensor::with_mask).
struct CallOptions {
  Mode mode = inference;
  /// "attention_mask", ...; an argument that is a list has one entry for each part: {"initial_state", h}, {"initial_state", c}.
  std::vector<std::pair<std::string, Tensor>> tensors{};
  /// The others: {{"use_causal_mask", true}}.
  Config options{};
};

/// The same where the layer is applied to placeholders.
struct SymbolCallOptions {
  std::vector<std::pair<std::string, Symbol>> tensors{};
  Config options{};
};

/// Adds a scalar to what the running training step makes small; for layers of one's own. Where nothing collects (predict), it does nothing.
/// Throws Error (shape) when `loss` is not a scalar.
void add_loss(const Tensor& loss);

namespace detail {

/// Gathers what add_loss is given on this thread while it lives; the innermost one gets it.
class LossCollector {
 public:
  LossCollector();
  ~LossCollector();
  LossCollector(const LossCollector&) = delete;
  LossCollector& operator=(const LossCollector&) = delete;
  const std::vector<Tensor>& losses() const { return losses_; }
  /// Their sum; undefined when there are none.
  Tensor total() const;

 private:
  friend void candor::add_loss(const Tensor& loss);
  std::vector<Tensor> losses_;
  LossCollector* before_;
};

}  // namespace detail
}  // namespace candor
