#include "bench/chargpt.h"

#include <cmath>
#include <cstdlib>
#include <set>

#include "bench/stepper.h"
#include "candor/base/error.h"
#include "candor/base/file.h"
#include "candor/graph/autodiff.h"
#include "candor/graph/compile.h"
#include "candor/nn/losses.h"
#include "candor/nn/optimizers/optimizers.h"
#include "candor/ops/activation.h"
#include "candor/ops/attention.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/index.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"
#include "candor/ops/norm.h"

namespace candor::bench {
namespace {

constexpr std::int64_t windows = 64 << 10;

std::uint64_t splitmix64(std::uint64_t x) {
  std::uint64_t z = x + 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

Tensor logits(const Case& c, const std::vector<Variable>& w, const Tensor& ids) {
  const GptSpec& g = c.gpt;
  const std::int64_t batch = ids.shape(0), time = ids.shape(1), rows = batch * time;
  std::size_t at = 0;
  const auto next = [&] { return w[at++].value(); };
  Tensor table = next(), places = next();
  Tensor h = reshape(take(table, ids) + places, {rows, g.width});
  const auto norm = [&](const Tensor& x) {
    const Tensor gamma = next(), beta = next();
    return layer_norm(x, gamma, beta, {-1}, 1e-5);
  };
  const auto dense = [&](const Tensor& x) {
    const Tensor kernel = next(), bias = next();
    return matmul(x, kernel) + bias;
  };
  const auto heads = [&](const Tensor& x) { return reshape(x, {batch, time, g.heads, g.width / g.heads}); };
  for (std::int64_t block = 0; block < g.blocks; ++block) {
    const Tensor a = norm(h);
    const Tensor q = heads(dense(a)), k = heads(dense(a)), v = heads(dense(a));
    h = h + dense(reshape(dot_product_attention(q, k, v, {.is_causal = true}), {rows, g.width}));
    const Tensor b = norm(h);
    h = h + dense(gelu_tanh(dense(b)));
  }
  h = norm(h);
  return matmul(h, next());
}

TrainingStep step_on(const Case& c, const Inputs& in, const PlanOptions& options) {
  std::vector<Variable> weights;
  for (std::size_t i = 0; i < in.weights.size(); ++i) weights.emplace_back(in.weights[i].clone(), "weight_" + std::to_string(i));
  const Tensor text = in.x;
  const AdamW adam{1e-3, {.weight_decay = 0.01, .epsilon = 1e-8, .torch_epsilon = true}};
  const SparseCategoricalCrossentropy loss_of{.from_logits = true};
  return compile([=](Tensor starts) {
    const Tensor window = expand_dims(starts, 1) + Tensor::arange(c.gpt.context, DType::i32);
    const Tensor x = take(text, window), y = take(text, window + Tensor::full({}, 1, DType::i32));
    auto [loss, gradients] = value_and_grad([&] { return loss_of(reshape(y, {-1}), logits(c, weights, x)); }, weights);
    adam.apply(gradients);
    return loss;
  }, options);
}

}  // namespace

std::vector<Shape> chargpt_weights(const Case& c) {
  const GptSpec& g = c.gpt;
  std::vector<Shape> shapes{{g.vocabulary, g.width}, {g.context, g.width}};
  const auto norm = [&] { shapes.insert(shapes.end(), 2, Shape{g.width}); };
  const auto dense = [&](std::int64_t in, std::int64_t out) { shapes.insert(shapes.end(), {Shape{in, out}, Shape{out}}); };
  for (std::int64_t block = 0; block < g.blocks; ++block) {
    norm();
    for (int i = 0; i < 4; ++i) dense(g.width, g.width);
    norm();
    dense(g.width, g.inner);
    dense(g.inner, g.width);
  }
  norm();
  shapes.push_back({g.width, g.vocabulary});
  return shapes;
}

Inputs chargpt_inputs(const Case& c) {
  const char* folder = std::getenv("CANDOR_DATA");
  if (!folder) fail(ErrorKind::not_found, "bench: the text is needed: set CANDOR_DATA to the folder that holds text/tinyshakespeare.txt");
  const std::string text = read_file(std::string(folder) + "/text/tinyshakespeare.txt");
  const std::set<char> known(text.begin(), text.end());
  std::int32_t id_of[256] = {}, next = 0;
  for (char letter : known) id_of[static_cast<unsigned char>(letter)] = next++;
  if (next != c.gpt.vocabulary) fail(ErrorKind::corrupt, "bench: text/tinyshakespeare.txt has " + std::to_string(next) + " characters, expected " + std::to_string(c.gpt.vocabulary));
  std::vector<std::int32_t> ids;
  for (char letter : text) ids.push_back(id_of[static_cast<unsigned char>(letter)]);
  Inputs in;
  in.x = Tensor::from(ids);
  in.y = Tensor::zeros({1}, DType::i32);
  const auto starts = ids.size() - static_cast<std::size_t>(c.gpt.context);
  for (std::int64_t k = 0; k < windows; ++k) in.order.push_back(static_cast<std::int32_t>(splitmix64((std::uint64_t{7} << 32) + static_cast<std::uint64_t>(k)) % starts));
  std::uint64_t seed = c.seed;
  std::size_t place = 0;
  for (const Shape& shape : chargpt_weights(c)) {
    // A norm's factors are 1; all other vectors, biases, are 0. A block has 16 tensors: norm, 4 x dense, norm, 2 x dense.
    const std::size_t in_block = place < 2 ? 99 : (place - 2) % 16;
    const bool factor = shape.rank() == 1 && (in_block == 0 || in_block == 10);
    Tensor t = Tensor::full(shape, factor ? 1 : 0);
    if (shape.rank() == 2) {
      const double limit = place < 2 ? 0.05 : std::sqrt(6.0 / static_cast<double>(shape[0] + shape[1]));
      float* w = t.mutable_data<float>();
      for (std::int64_t k = 0; k < shape.size(); ++k) w[k] = static_cast<float>(limit * (2 * uniform_at(seed, static_cast<std::uint64_t>(k)) - 1));
    }
    seed += 1;
    place += 1;
    in.weights.push_back(t);
  }
  return in;
}

std::unique_ptr<System> candor_chargpt(const Case& c, const Inputs& inputs, const PlanOptions& options) { return stepper(c, inputs, step_on(c, inputs, options)); }

}  // namespace candor::bench
