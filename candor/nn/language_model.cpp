#include "candor/nn/language_model.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "candor/base/error.h"
#include "candor/graph/compile.h"
#include "candor/nn/cached_decoder.h"
#include "candor/nn/layers.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/index.h"
#include "candor/tensor/random.h"

namespace candor {
namespace {

[[noreturn]] void bad(const std::string& what) { fail(ErrorKind::invalid_argument, "generate: " + what); }

void check(const GenerateOptions& o) {
  if (o.max_new_tokens < 0) bad("max_new_tokens must not be negative, is " + std::to_string(o.max_new_tokens));
  if (!(o.temperature >= 0) || !std::isfinite(o.temperature)) bad("temperature must be a finite number that is not negative, not " + to_string(Config(o.temperature)));
  if (o.top_k < 0) bad("top_k must not be negative, is " + std::to_string(o.top_k));
  if (!(o.top_p > 0 && o.top_p <= 1)) bad("top_p must lie in (0, 1], not " + to_string(Config(o.top_p)));
}

/// The token whose part of [0, 1) `number` falls into, among those that top_k and top_p leave.
std::int32_t drawn(const std::vector<double>& scores, double number, const GenerateOptions& o) {
  std::vector<std::int32_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) { return scores[static_cast<std::size_t>(a)] > scores[static_cast<std::size_t>(b)]; });
  if (o.temperature == 0) return order.front();
  std::size_t kept = o.top_k > 0 ? std::min(order.size(), static_cast<std::size_t>(o.top_k)) : order.size();
  std::vector<double> share;
  double total = 0;
  for (std::int32_t token : order) {
    share.push_back(std::exp((scores[static_cast<std::size_t>(token)] - scores[static_cast<std::size_t>(order.front())]) / o.temperature));
    total += share.back();
  }
  double sum = 0;
  for (std::size_t i = 0; i < kept; ++i) {
    sum += share[i];
    if (sum >= o.top_p * total) kept = i + 1;
  }
  double left = number * sum;
  for (std::size_t i = 0; i < kept; ++i) {
    if (left < share[i]) return order[i];
    left -= share[i];
  }
  return order[kept - 1];
}

}  // namespace

Model causal_language_model(const CausalLanguageModelOptions& o) {
  const auto require = [](const char* option, std::int64_t value) {
    if (value < 1) fail(ErrorKind::invalid_argument, std::string("causal_language_model: ") + option + " must be at least 1, not " + std::to_string(value));
  };
  require("vocabulary_size", o.vocabulary_size);
  require("sequence_length", o.sequence_length);
  require("num_layers", o.num_layers);
  require("hidden_dim", o.hidden_dim);
  if (o.intermediate_dim < 0) require("intermediate_dim", o.intermediate_dim);
  const Symbol tokens = Input({o.sequence_length}, {.dtype = DType::i32, .name = "tokens"});
  Layer table;
  if (o.block.rotary) table = ReversibleEmbedding{o.vocabulary_size, o.hidden_dim, {.tie_weights = o.tie_weights, .name = "embedding"}};
  else table = TokenAndPositionEmbedding{o.vocabulary_size, o.sequence_length, o.hidden_dim, {.tie_weights = o.tie_weights, .name = "embedding"}};
  Symbol h = table(tokens);
  for (std::int64_t i = 0; i < o.num_layers; ++i) {
    TransformerOptions block = o.block;
    block.name = "block_" + std::to_string(i);
    h = TransformerDecoder{o.intermediate_dim > 0 ? o.intermediate_dim : 4 * o.hidden_dim, o.num_heads, block}(h);
  }
  // Blocks that normalise behind themselves leave nothing to normalise.
  if (o.block.normalize_first) {
    const Layer norm = o.block.rms_normalization ? Layer(RMSNormalization{{.epsilon = o.block.layer_norm_epsilon, .name = "norm"}})
                                                 : Layer(LayerNormalization{{.epsilon = o.block.layer_norm_epsilon, .name = "norm"}});
    h = norm(h);
  }
  return Model(tokens, table.call({h}, {.options = {{"reverse", true}}})[0], {.name = o.name});
}

Tensor generate(const Model& model, const Tensor& prompt, const GenerateOptions& o) {
  check(o);
  if (!model.defined()) bad("the model is an empty handle");
  const std::vector<TensorType> in = model.input_types(), out = model.output_types();
  if (in.size() != 1 || out.size() != 1 || in[0].shape.rank() != 1 || is_floating(in[0].dtype) || out[0].shape.rank() != 2 || out[0].shape[0] != in[0].shape[0])
    fail(ErrorKind::shape, "generate: the model must take tokens [batch, context] and give scores [batch, context, vocabulary]; it takes " + to_string(in.front()) + " and gives " + to_string(out.front()) + " a sample");
  if (prompt.rank() != 2 || prompt.shape(0) < 1 || prompt.shape(1) < 1) fail(ErrorKind::shape, "generate: the prompt must be [batch, steps] with at least one step, got " + to_string(prompt.shape()));
  if (is_floating(prompt.dtype()) || prompt.dtype() == DType::boolean) fail(ErrorKind::dtype, "generate: the prompt must be whole numbers, not " + to_string(prompt.type()));
  const std::int64_t batch = prompt.shape(0), context = in[0].shape[0], vocabulary = out[0].shape[1];
  std::vector<std::vector<std::int32_t>> rows(static_cast<std::size_t>(batch));
  const std::vector<std::int64_t> given = prompt.to_vector<std::int64_t>();
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (given[i] < 0 || given[i] >= vocabulary)
      bad("token " + std::to_string(given[i]) + " of the prompt's row " + std::to_string(i / static_cast<std::size_t>(prompt.shape(1))) + " is not in [0, " + std::to_string(vocabulary) + ")");
    rows[i / static_cast<std::size_t>(prompt.shape(1))].push_back(static_cast<std::int32_t>(given[i]));
  }
  const std::int64_t most = std::ssize(rows[0]) + o.max_new_tokens - 1;  // the last token is not looked at again
  std::optional<CachedDecoder> decoder;
  if (o.weights != DType::f32 && (!o.use_cache || most > context))
    bad("weights of " + std::string(to_string(o.weights)) + " need the cache, and " + std::to_string(most) + " steps in a context of " + std::to_string(context));
  if (o.use_cache && o.max_new_tokens > 0 && prompt.shape(1) <= context) {
    try {
      decoder.emplace(model, CachedDecoderOptions{.batch = batch, .capacity = std::min(most, context), .weights = o.weights});
    } catch (const Error& e) {
      if (e.kind() != ErrorKind::unsupported || o.weights != DType::f32) throw;
    }
  }
  const auto scores_at = compile([&](Tensor tokens, Tensor at) { return cast(take(model(tokens), at, 1), DType::f64); });
  std::vector<bool> over(rows.size(), false);
  for (std::int64_t step = 0; step < o.max_new_tokens && !std::all_of(over.begin(), over.end(), [](bool b) { return b; }); ++step) {
    const std::int64_t length = std::ssize(rows[0]);
    // The latest tokens of all rows, one after the other, and zeros behind each.
    const auto latest = [&](std::int64_t count, std::int64_t zeros) {
      std::vector<std::int32_t> window;
      for (const auto& row : rows) {
        window.insert(window.end(), row.end() - static_cast<std::ptrdiff_t>(count), row.end());
        window.insert(window.end(), static_cast<std::size_t>(zeros), 0);
      }
      return Tensor::from(window, {batch, count + zeros}).to(in[0].dtype);
    };
    std::vector<double> scores;
    if (decoder && length <= decoder->capacity()) {
      scores = (*decoder)(latest(length - decoder->length(), 0)).to_vector<double>();
    } else {
      const std::int64_t seen = std::min(length, context);
      scores = scores_at(latest(seen, context - seen), Tensor::full({}, static_cast<double>(seen - 1), DType::i32)).to_vector<double>();
    }
    const std::vector<float> numbers = random_uniform({batch}, 0, 1, {o.seed, static_cast<std::uint64_t>(step)}).to_vector();
    for (std::size_t r = 0; r < rows.size(); ++r) {
      const auto first = scores.begin() + static_cast<std::ptrdiff_t>(r) * vocabulary;
      rows[r].push_back(over[r] ? static_cast<std::int32_t>(*o.end_token) : drawn(std::vector<double>(first, first + vocabulary), static_cast<double>(numbers[r]), o));
      if (o.end_token && rows[r].back() == *o.end_token) over[r] = true;
    }
  }
  std::vector<std::int32_t> all;
  for (const auto& row : rows) all.insert(all.end(), row.begin(), row.end());
  return Tensor::from(all, {batch, std::ssize(rows[0])});
}

}  // namespace candor
