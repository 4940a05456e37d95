#include "bench/transformer.h"

#include <chrono>

#include "bench/stepper.h"
#include "candor/base/threads.h"
#include "candor/graph/autodiff.h"
#include "candor/graph/compile.h"
#include "candor/graph/freeze.h"
#include "candor/graph/program.h"
#include "candor/nn/cached_decoder.h"
#include "candor/nn/dtype_policy.h"
#include "candor/nn/language_model.h"
#include "candor/nn/layers.h"
#include "candor/nn/losses.h"
#include "candor/nn/optimizers/optimizers.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/index.h"
#include "candor/ops/manipulate.h"

namespace candor::bench {
namespace {

Model bert(const GptSpec& g) {
  const Symbol tokens = Input({g.context}, {.dtype = DType::i32, .name = "tokens"});
  Symbol h = LayerNormalization{{.epsilon = 1e-12, .name = "embedding_norm"}}(TokenAndPositionEmbedding{g.vocabulary, g.context, g.width, {.name = "embedding"}}(tokens));
  for (std::int64_t i = 0; i < g.blocks; ++i)
    h = TransformerEncoder{g.inner, g.heads, {.activation = "gelu", .layer_norm_epsilon = 1e-12, .name = "block_" + std::to_string(i)}}(h);
  return Model(tokens, h);
}

Model gpt2(const GptSpec& g) {
  return causal_language_model({.vocabulary_size = g.vocabulary, .sequence_length = g.context, .hidden_dim = g.width, .num_layers = g.blocks, .num_heads = g.heads, .intermediate_dim = g.inner});
}

/// Products in 16 bits where the case asks for it, with weights kept in f32.
DTypePolicy policy_of(const Case& c) { return c.gpt.form != "decode" && c.gpt.weights == "bf16" ? DTypePolicy("mixed_bfloat16") : DTypePolicy(); }

Model made(const Case& c) { return c.gpt.form == "bert" ? bert(c.gpt) : gpt2(c.gpt); }

Model loaded(const Case& c, const Inputs& in) {
  const DTypePolicy before = dtype_policy();
  set_dtype_policy(policy_of(c));
  const Model model = made(c);
  set_dtype_policy(before);
  WeightReader weights(in);
  for (const auto& [name, variable] : model.named_variables()) weights.next_into(variable.tensor());
  return model;
}

class BertForward : public System {
 public:
  BertForward(const Case& c, const Inputs& in, const PlanOptions& options) : case_(c), model_(loaded(c, in)), tokens_(in.x) {
    name = "Candor";
    threads = candor::threads();
    const std::vector<TensorType> types{{{c.batch, c.gpt.context}, DType::i32}};
    const auto start = std::chrono::steady_clock::now();
    const auto graph = trace([this](std::span<const Tensor> x) { return std::vector<Tensor>{model_(x[0])}; }, types);
    program_ = std::make_unique<Program>(c.gpt.weights.empty() ? graph : freeze(graph), options);
    compile_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    out_ = Tensor::zeros(program_->result_types()[0].shape, program_->result_types()[0].dtype);
    call();
    parity = out_.to_vector<double>();
    parity.resize(static_cast<std::size_t>(4 * c.gpt.width));
  }

  double run() override {
    const auto start = std::chrono::steady_clock::now();
    for (std::int64_t i = 0; i < case_.calls; ++i) call();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }
  const Program* program() const override { return program_.get(); }

 private:
  void call() {
    void *in[] = {tokens_.raw()}, *out[] = {out_.raw()};
    program_->run(in, out);
  }

  Case case_;
  Model model_;
  Tensor tokens_, out_;
  std::unique_ptr<Program> program_;
};

/// From the same prompt on in each repetition; the tokens are given, so that all systems do the same.
class Gpt2Decode : public System {
 public:
  Gpt2Decode(const Case& c, const Inputs& in)
      : case_(c), tokens_(in.x.view_reshape({1, in.x.size()})), decoder_(loaded(c, in), {.weights = c.gpt.weights.empty() ? DType::f32 : dtype_from_string(c.gpt.weights)}) {
    name = "Candor";
    threads = candor::threads();
    decoder_(narrow(tokens_, 1, 0, c.gpt.prompt));
    for (std::int64_t i = 0; i < c.checked; ++i)
      for (const double score : step(i).to_vector<double>()) parity.push_back(score);
  }

  double run() override {
    decoder_.rewind(case_.gpt.prompt);
    const auto start = std::chrono::steady_clock::now();
    for (std::int64_t i = 0; i < case_.calls; ++i) step(i);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }
  const Program* program() const override { return &decoder_.step_program(); }

 private:
  Tensor step(std::int64_t i) { return decoder_(narrow(tokens_, 1, case_.gpt.prompt + i, case_.gpt.prompt + i + 1)); }

  Case case_;
  Tensor tokens_;
  CachedDecoder decoder_;
};

TrainingStep gpt2_step(const Case& c, const Inputs& in, const PlanOptions& options) {
  const Model model = loaded(c, in);
  const Tensor text = in.x;
  const AdamW adam{1e-4, {.weight_decay = 0.01, .epsilon = 1e-8, .torch_epsilon = true}};
  const SparseCategoricalCrossentropy loss_of{.from_logits = true};
  return compile([=](Tensor starts) {
    const Tensor window = expand_dims(starts, 1) + Tensor::arange(c.gpt.context, DType::i32);
    const Tensor x = take(text, window), y = take(text, window + Tensor::full({}, 1, DType::i32));
    const auto parameters = model.parameters();
    auto [loss, gradients] = value_and_grad([&] { return loss_of(y, model(x, training)); }, parameters);
    adam.apply(gradients, parameters);
    return loss;
  }, options);
}

}  // namespace

Inputs transformer_inputs(const Case& c) {
  Inputs in;
  const std::int64_t tokens = c.kind == "train" ? 1 << 14 : c.batch * c.gpt.context;
  std::vector<std::int32_t> ids;
  for (std::int64_t k = 0; k < tokens; ++k) ids.push_back(static_cast<std::int32_t>(uniform_at(11, static_cast<std::uint64_t>(k)) * static_cast<double>(c.gpt.vocabulary)));
  in.x = Tensor::from(ids);
  in.y = Tensor::zeros({1}, DType::i32);
  for (std::int64_t k = 0; k < 4096; ++k)
    in.order.push_back(static_cast<std::int32_t>(uniform_at(12, static_cast<std::uint64_t>(k)) * static_cast<double>(tokens - c.gpt.context - 1)));
  std::uint64_t seed = c.seed;
  for (const auto& [path, variable] : made(c).named_variables()) {
    // Around 1 for a norm's factors; all else is small, as after GPT-2's initialisation.
    Tensor t = Tensor::empty(variable.shape());
    const double middle = path.ends_with("gamma") ? 1 : 0;
    float* w = t.mutable_data<float>();
    parallel_for(t.size() / 4096 + 1, [&](std::int64_t part) {
      for (std::int64_t k = part * 4096; k < std::min(t.size(), (part + 1) * 4096); ++k)
        w[k] = static_cast<float>(middle + 0.035 * (2 * uniform_at(seed, static_cast<std::uint64_t>(k)) - 1));
    });
    seed += 1;
    in.weights.push_back(t);
  }
  return in;
}

std::unique_ptr<System> candor_transformer(const Case& c, const Inputs& inputs, const PlanOptions& options) {
  if (c.kind == "train") return stepper(c, inputs, gpt2_step(c, inputs, options));
  if (c.gpt.form == "decode") return std::make_unique<Gpt2Decode>(c, inputs);
  return std::make_unique<BertForward>(c, inputs, options);
}

}  // namespace candor::bench
