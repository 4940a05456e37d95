// Faults of programs: models, losses, rates and data that do not go together, each trained for a second on a table.
#include <algorithm>
#include <cmath>
#include <tuple>

#include "bench/candid/parts.h"
#include "candor/candor.h"
#include "candor/data/table/recipe.h"
#include "candor/data/table/schema.h"
#include "candor/nn/layer_body.h"
#include "candor/tensor/random.h"
#include "candor/train/checks/check_model.h"

namespace candor::bench {
namespace {

/// A sound training; a fault changes one thing of it.
struct Job {
  std::int64_t classes = 0;  // 0: numbers
  std::int64_t columns = 0;
  Tensor x, y, other_x, other_y;
  std::vector<Layer> layers;
  Loss loss;
  double rate = .003;
  int epochs = 20;
  Optimizer optimizer = {};  // Adam of that rate, unless given
  bool check_alone = false;  // without training
};

std::vector<Layer> body(std::int64_t outputs) { return {Dense{32, {.activation = relu}}, Dense{32, {.activation = relu}}, Dense{outputs}}; }

std::optional<Job> job_of(const Source& source, std::uint64_t seed) {
  if (!source.is_table() || source.target.empty()) return std::nullopt;
  Draw draw(seed);
  const Parts parts = parted(source, draw, candid::PartKind::test, 1600);
  if (parts.train.rows() < 300) return std::nullopt;
  data::SchemaOptions options;
  options.targets = {source.target};
  const data::Recipe recipe = data::Recipe::fit(parts.train, data::infer_schema(parts.train, options));
  const data::Dataset train = recipe.training_dataset(parts.train), other = recipe.dataset(parts.other);
  Job job;
  job.classes = static_cast<std::int64_t>(train.class_names.size());
  job.columns = train.features.shape(1);
  job.x = train.features, job.other_x = other.features;
  job.y = train.targets, job.other_y = other.targets;
  if (job.classes == 0) {
    const std::vector<float> values = train.targets.to_vector();
    double mean = 0, squares = 0;
    for (const float v : values) mean += v / static_cast<double>(values.size());
    for (const float v : values) squares += (v - mean) * (v - mean) / static_cast<double>(values.size());
    const auto scaled = [&](const Tensor& t) { return (t.contiguous().view_reshape({t.shape(0), 1}) - Tensor::full({}, mean)) * Tensor::full({}, 1 / std::sqrt(squares)); };
    job.y = scaled(train.targets), job.other_y = scaled(other.targets);
  }
  job.layers = body(job.classes ? job.classes : 1);
  job.loss = job.classes ? Loss(SparseCategoricalCrossentropy{.from_logits = true}) : Loss(MeanSquaredError{});
  return job;
}

std::vector<Finding> run(const Job& job, std::uint64_t seed) {
  const Sequential model(job.layers);
  MetricList metrics;
  if (job.classes) metrics = {Accuracy{}};
  model.compile({.loss = job.loss, .optimizer = job.optimizer.defined() ? job.optimizer : Optimizer(Adam{job.rate}), .metrics = metrics});
  if (job.check_alone) return check_model(model, job.x, job.y, {.memorise = true}).findings;
  FitOptions fit;
  fit.epochs = job.epochs, fit.seed = seed, fit.verbose = 0;
  fit.validation_data = {job.other_x, job.other_y};
  fit.callbacks = {EarlyStopping{.patience = 5, .restore_best_weights = true}, TerminateOnNaN{}};
  return model.fit(job.x, job.y, fit).findings();
}

Fault fault(const char* id, const char* name, std::function<bool(Job&, Draw&)> change) {
  return {id, name, [change = std::move(change)](const Source& source, std::uint64_t seed) -> Findings {
            set_random_seed(seed);
            std::optional<Job> job = job_of(source, seed);
            Draw draw(seed + 77);
            if (!job || !change(*job, draw)) return std::nullopt;
            return run(*job, seed);
          }};
}

Layer frozen(const Layer& layer) {
  layer.set_trainable(false);
  return layer;
}

/// A weight that goes nowhere.
class Unconnected final : public detail::SimpleLayerBody {
 public:
  Unconnected() : SimpleLayerBody("unconnected") {}
  std::string kind() const override { return "Unconnected"; }
  std::vector<Layer> children() const override { return {side_}; }
  void build(std::span<const TensorType> in) override { side_.build(in[0]); }

 protected:
  Tensor apply_one(const Tensor& x, Mode) override { return x; }

 private:
  Dense side_{8};
};

/// Drops in evaluation too.
class AlwaysDrops final : public detail::SimpleLayerBody {
 public:
  explicit AlwaysDrops(double rate) : SimpleLayerBody("always_drops"), inner_(rate) {}
  std::string kind() const override { return "AlwaysDrops"; }
  std::vector<Layer> children() const override { return {inner_}; }

 protected:
  Tensor apply_one(const Tensor& x, Mode) override { return inner_(x, training); }

 private:
  Dropout inner_;
};

}  // namespace

std::vector<Fault> model_faults() {
  std::vector<Fault> list;
  const auto add = [&](const char* id, const char* name, std::function<bool(Job&, Draw&)> change) { list.push_back(fault(id, name, std::move(change))); };
  add("model.loss-activation", "no activation with a probability loss", [](Job& j, Draw&) {
    j.loss = j.classes ? Loss(SparseCategoricalCrossentropy{}) : Loss(BinaryCrossentropy{});
    return true;
  });
  add("model.loss-activation", "softmax with binary cross-entropy", [](Job& j, Draw&) {
    if (!j.classes) return false;
    j.layers.push_back(Softmax{});
    j.y = one_hot(j.y, j.classes), j.other_y = one_hot(j.other_y, j.classes);
    j.loss = BinaryCrossentropy{};
    return true;
  });
  add("model.loss-activation", "softmax, and logits expected", [](Job& j, Draw&) {
    if (!j.classes) return false;
    j.layers.push_back(Softmax{});
    return true;
  });
  add("model.loss-activation", "standardised targets and a sigmoid", [](Job& j, Draw& d) {
    if (j.classes) return false;
    j.layers.push_back(Activation{sigmoid});
    if (d.share() < .5) j.loss = BinaryCrossentropy{};
    return true;
  });
  add("model.output-size", "too many outputs", [](Job& j, Draw& d) {
    if (!j.classes) return false;
    j.layers.back() = Dense{j.classes + 1 + d.below(8)};
    return true;
  });
  add("model.output-size", "one output too few", [](Job& j, Draw&) {
    if (j.classes < 3) return false;
    j.layers.back() = Dense{j.classes - 1};
    j.check_alone = true;
    return true;
  });
  add("model.loss-shape", "outputs of another number than targets", [](Job& j, Draw& d) {
    if (j.classes) return false;
    j.layers.back() = Dense{2 + d.below(5)};
    j.check_alone = true;
    return true;
  });
  add("model.linear-stack", "a missing activation", [](Job& j, Draw& d) {
    const auto at = static_cast<std::size_t>(d.below(2));
    j.layers[at] = Dense{32 + d.below(32)};
    return true;
  });
  add("model.norm-order", "batch normalisation behind the activation", [](Job& j, Draw&) {
    j.layers.insert(j.layers.begin() + 1, BatchNormalization{});
    return true;
  });
  add("model.norm-order", "dropout before batch normalisation", [](Job& j, Draw& d) {
    j.layers = {Dense{32, {.use_bias = false}}, Dropout{d.between(.1, .5)}, BatchNormalization{}, ReLU{}, j.layers.back()};
    return true;
  });
  add("model.dead-end", "an unconnected branch", [](Job& j, Draw& d) {
    j.layers.insert(j.layers.begin() + d.below(3), Layer(std::make_shared<Unconnected>()));
    return true;
  });
  add("model.dead-end", "a layer frozen before it was trained", [](Job& j, Draw& d) {
    const auto at = static_cast<std::size_t>(d.below(2));
    j.layers[at] = frozen(j.layers[at]);
    return true;
  });
  add("model.capacity", "a network far too large", [](Job& j, Draw&) {
    j.layers = {Dense{512, {.activation = relu}}, Dense{512, {.activation = relu}}, j.layers.back()};
    j.epochs = 1;
    return true;
  });
  add("model.capacity", "dropout that leaves next to nothing", [](Job& j, Draw& d) {
    j.layers.insert(j.layers.begin() + d.below(3), Dropout{d.between(.91, .98)});
    return true;
  });
  add("model.overfit-one-batch", "nothing can be learned", [](Job& j, Draw&) {
    j.rate = 1e-7;
    j.check_alone = true;
    return true;
  });
  add("train.mode", "dropout at evaluation", [](Job& j, Draw& d) {
    j.layers.insert(j.layers.begin() + 1, Layer(std::make_shared<AlwaysDrops>(d.between(.1, .6))));
    return true;
  });
  add("train.initial-loss", "columns that are not scaled", [](Job& j, Draw& d) {
    const Tensor by = Tensor::full({}, d.between(100, 1000));
    j.x = j.x * by, j.other_x = j.other_x * by;
    return true;
  });
  add("train.dead-units", "a relu that never opens", [](Job& j, Draw& d) {
    j.layers[static_cast<std::size_t>(d.below(2))] = Dense{32, {.activation = relu, .bias_initializer = Constant{-10 - 20 * d.share()}}};
    return true;
  });
  add("train.saturated", "initial weights far too large", [](Job& j, Draw& d) {
    j.layers[0] = Dense{32, {.activation = d.share() < .5 ? ActivationFunction(tanh) : ActivationFunction(sigmoid), .kernel_initializer = RandomNormal{.stddev = 3000}}};
    j.epochs = 10;
    return true;
  });
  add("train.gradients", "many sigmoids in a row", [](Job& j, Draw& d) {
    std::vector<Layer> deep;
    for (std::int64_t i = 0, n = 11 + d.below(4); i < n; ++i) deep.push_back(Dense{16, {.activation = sigmoid}});
    deep.push_back(j.layers.back());
    j.layers = deep;
    return true;
  });
  add("train.update-ratio", "a thousandth of the learning rate and less", [](Job& j, Draw& d) {
    j.rate *= 1e-3 * d.between(.2, 1) * .3;
    return true;
  });
  add("train.diverge", "ten thousand times the learning rate", [](Job& j, Draw& d) {
    j.optimizer = Adam{j.rate * d.between(10000, 30000)};
    return true;
  });
  add("train.nan", "a cell that is not a number", [](Job& j, Draw& d) {
    std::vector<float> x = j.x.to_vector();
    x[static_cast<std::size_t>(d.below(static_cast<std::int64_t>(x.size())))] = std::nanf("");
    j.x = Tensor::from(x, j.x.shape());
    return true;
  });
  add("train.plateau", "a learning rate of nearly nothing, and weights of nearly nothing", [](Job& j, Draw&) {
    j.rate = 1e-9;
    j.layers.back() = Dense{j.classes ? j.classes : 1, {.kernel_initializer = RandomNormal{.stddev = 1e-3}}};
    return true;
  });
  add("train.underfit", "a penalty far too large", [](Job& j, Draw& d) {
    const auto layer = [&] { return Dense{32, {.activation = relu, .kernel_regularizer = L2{d.between(20, 50)}}}; };
    j.layers[0] = layer(), j.layers[1] = layer();
    return true;
  });
  return list;
}

std::vector<Sound> model_runs() {
  const auto sound = [](const char* name, std::function<void(Job&, Draw&)> change) {
    return Sound{name, [change = std::move(change)](const Source& source, std::uint64_t seed) -> Findings {
                   set_random_seed(seed);
                   std::optional<Job> job = job_of(source, seed);
                   if (!job) return std::nullopt;
                   Draw draw(seed + 77);
                   change(*job, draw);
                   return run(*job, seed);
                 }};
  };
  return {sound("two layers of relu", [](Job&, Draw&) {}),
          sound("tanh, half the rate", [](Job& j, Draw&) { j.layers = {Dense{24, {.activation = tanh}}, j.layers.back()}, j.rate *= .5; }),
          sound("normalised, with dropout", [](Job& j, Draw&) { j.layers = {Dense{64, {.use_bias = false}}, BatchNormalization{}, ReLU{}, Dropout{.3}, Dense{32, {.activation = relu}}, j.layers.back()}; }),
          sound("a line", [](Job& j, Draw&) { j.layers = {j.layers.back()}, j.rate = .02; }),
          sound("three times the rate", [](Job& j, Draw&) { j.rate *= 3; }),
          sound("normalised, a few steps long", [](Job& j, Draw&) { j.layers = {Dense{48, {.use_bias = false}}, BatchNormalization{}, ReLU{}, j.layers.back()}, j.epochs = 5; }),
          sound("one-hot targets and softmax", [](Job& j, Draw&) {
            if (!j.classes) return;
            j.layers.push_back(Softmax{});
            j.y = one_hot(j.y, j.classes), j.other_y = one_hot(j.other_y, j.classes);
            j.loss = CategoricalCrossentropy{};
          }),
          sound("a line asked for one batch", [](Job& j, Draw&) { j.layers = {j.layers.back()}, j.check_alone = true; }),
          sound("a small rate asked for one batch", [](Job& j, Draw& d) { j.rate *= d.between(.03, .1), j.check_alone = true; }),
          sound("wide, with weight decay", [](Job& j, Draw&) { j.layers = {Dense{128, {.activation = relu, .kernel_regularizer = L2{1e-4}}}, Dropout{.5}, j.layers.back()}; })};
}

}  // namespace candor::bench
