#include "candor/nn/step_cache.h"

#include <set>
#include <string>

#include "candor/base/error.h"
#include "candor/nn/layer_body.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/index.h"
#include "candor/ops/manipulate.h"

namespace candor::detail {
namespace {

thread_local StepCache* current_cache = nullptr;

/// Layers that look at one step, or know what to do with a StepCache.
const std::set<std::string> steps_apart{"Activation", "Add", "Average", "Dense", "Dropout", "ELU", "Embedding", "Functional", "GatedFeedForward", "GroupQueryAttention",
                                        "Identity", "LayerNormalization", "LeakyReLU", "Maximum", "Minimum", "MultiHeadAttention", "Multiply", "PositionEmbedding",
                                        "RMSNormalization", "ReLU", "Rescaling", "ReversibleEmbedding", "Sequential", "SinePositionEncoding", "Subtract",
                                        "TokenAndPositionEmbedding", "TransformerDecoder", "TransformerEncoder"};

/// Of a sequence [batch, steps, features] only the last axis may be taken together.
bool of_last_axis(const Config& options, const char* key) {
  const Config* axis = options.find(key);
  if (!axis || axis->is_null()) return true;
  const auto last = [](std::int64_t a) { return a == -1 || a == 2; };
  if (!axis->is_list()) return last(axis->integer());
  const std::vector<std::int64_t> axes = axis->to_integers();
  return axes.size() == 1 && last(axes[0]);
}

}  // namespace

std::size_t CachedSteps::bytes() const {
  std::size_t total = 0;
  for (const auto& [key, value] : layers) total += key.type().bytes() + value.type().bytes();
  return total;
}

StepCache::StepCache(CachedSteps& steps, const Tensor& start) : steps_(steps), start_(start), before_(current_cache) { current_cache = this; }
StepCache::~StepCache() { current_cache = before_; }
StepCache* StepCache::current() { return current_cache; }

Tensor StepCache::places(std::int64_t count) const { return start_ + Tensor::arange(count, DType::i32); }

std::pair<Tensor, Tensor> StepCache::grown(const Tensor& key, const Tensor& value) {
  if (at_ == steps_.layers.size()) {
    const auto room = [&](const Tensor& x) { return Tensor::zeros({x.shape(0), steps_.capacity, x.shape(2), x.shape(3)}, x.dtype()); };
    const std::string number = std::to_string(at_);
    steps_.layers.emplace_back(Variable(room(key), "cached_keys_" + number, false), Variable(room(value), "cached_values_" + number, false));
  }
  auto& [keys, values] = steps_.layers[at_++];
  const Tensor at = places(key.shape(1));
  keys.assign(scatter_update(keys.value(), at, key, 1));
  values.assign(scatter_update(values.value(), at, value, 1));
  return {keys.value(), values.value()};
}

void require_steps_apart(const Layer& layer) {
  const LayerBody& body = layer.body();
  const std::string kind = body.kind();
  const auto refuse = [&](const std::string& why) {
    fail(ErrorKind::unsupported, "cached decoding: " + (body.name().empty() ? kind : kind + " '" + body.name() + "'") + " " + why + "; without the cache the model can still be used");
  };
  if (!steps_apart.contains(kind)) refuse("is not known to treat each step by what came before it alone");
  const Config options = body.options();
  if ((kind == "LayerNormalization" || kind == "RMSNormalization") && !of_last_axis(options, "axis")) refuse("normalises along more than the features");
  for (const Layer& child : body.children()) require_steps_apart(child);
}

}  // namespace candor::detail
