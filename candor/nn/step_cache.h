// How layers learn that a model goes step by step: while a StepCache lives, attention keeps keys and values, and places count from its start.
#pragma once

#include <utility>
#include <vector>

#include "candor/graph/trace.h"
#include "candor/nn/layer.h"

namespace candor::detail {

/// Keys and values of all attention layers of a model, one pair a call of such a layer, in their order.
struct CachedSteps {
  std::int64_t capacity = 0;  ///< steps
  std::vector<std::pair<Variable, Variable>> layers{};
  std::size_t bytes() const;
};

class StepCache {
 public:
  /// For one trace of a model whose steps follow `start` others; a symbolic i32 scalar.
  StepCache(CachedSteps& steps, const Tensor& start);
  ~StepCache();
  StepCache(const StepCache&) = delete;
  StepCache& operator=(const StepCache&) = delete;
  /// That of the calling thread; null: none.
  static StepCache* current();

  const Tensor& start() const { return start_; }
  std::int64_t capacity() const { return steps_.capacity; }
  /// Places of the next `count` steps: i32 [count].
  Tensor places(std::int64_t count) const;
  /// key and value [batch, T, heads, head] written behind those that came before: all of them, [batch, capacity, heads, head].
  std::pair<Tensor, Tensor> grown(const Tensor& key, const Tensor& value);

 private:
  CachedSteps& steps_;
  Tensor start_;
  std::size_t at_ = 0;
  StepCache* before_;
};

/// Throws Error (unsupported) naming the first layer that may look beyond its own step and keeps nothing of the steps before.
void require_steps_apart(const Layer& model);

}  // namespace candor::detail
