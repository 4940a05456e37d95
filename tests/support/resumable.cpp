#include "tests/support/resumable.h"

namespace candor::testing {
namespace {

Resumable images(const RunOptions& o) {
  const Tensor x = random_uniform({o.rows, 9, 8, 3}, 0, 255, {o.data_seed, 1});
  std::vector<std::int32_t> y;
  const std::vector<float> v = x.to_vector();
  for (std::size_t i = 0; i < v.size(); i += 9 * 8 * 3) y.push_back(static_cast<std::int32_t>(v[i] + v[i + 40] + v[i + 90]) % 3);
  set_random_seed(11);
  set_dtype_policy("mixed_bfloat16");
  const Sequential model{Rescale{1 / 255.f},
                         RandomFlip{},
                         RandomRotation{0.1},
                         RandomZoom{0.2},
                         RandomContrast{0.3},
                         GaussianNoise{0.05},
                         RandomCrop{8, 8},
                         Conv2D{o.units, 3, {.padding = "same", .activation = relu, .kernel_regularizer = L2{1e-3}}},
                         BatchNormalization{},
                         SpatialDropout2D{0.2},
                         MaxPooling2D{},
                         Flatten{},
                         Dropout{0.3},
                         Dense{3}};
  set_dtype_policy({});
  model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true},
                 .optimizer = AdamW{CosineDecay{.initial_learning_rate = o.learning_rate, .decay_steps = 90},
                                    {.weight_decay = 0.01, .clipnorm = 1, .use_ema = true, .ema_overwrite_frequency = 7, .gradient_accumulation_steps = 2}},
                 .metrics = {Accuracy{}}});
  return {model, data::from_arrays(x, Tensor::from(y)), {}};
}

}  // namespace

Resumable resumable(const RunOptions& o) {
  if (o.how == "images") return images(o);
  const Tensor x = random_normal({o.rows, 3}, 0, 1, {o.data_seed, 1});
  const std::vector<float> v = x.to_vector();
  std::vector<float> y;
  for (std::size_t i = 0; i < v.size(); i += 3) y.push_back(v[i] * v[i + 1] + v[i + 2] > 0 ? 1.f : 0.f);
  set_random_seed(11);
  const bool all = o.how == "all";
  Sequential model;
  model.add(Dense{o.units, {.activation = relu}});
  if (all) {
    model.add(BatchNormalization{});
    model.add(Dropout{0.3});
  }
  model.add(Dense{1, {.activation = sigmoid}});
  std::vector<Metric> metrics{BinaryAccuracy{}};
  if (all) metrics.push_back(AUC{});
  Optimizer optimizer = Adam{o.learning_rate};
  if (o.how == "sgd") optimizer = SGD{o.learning_rate, {.momentum = 0.9}};
  if (o.how == "schedule") optimizer = Adam{CosineDecay{.initial_learning_rate = o.learning_rate, .decay_steps = 70}};
  if (o.how == "bf16") optimizer = AdamW{o.learning_rate, {.bf16_state = true}};
  model.compile({.loss = BinaryCrossentropy{}, .optimizer = optimizer, .metrics = metrics});
  Resumable run{model, data::from_arrays(x, Tensor::from(y, Shape{o.rows, 1})), {}};
  if (all) run.callbacks = {EarlyStopping{.patience = 4, .restore_best_weights = true}, CSVLogger{o.folder + ".csv"}};
  if (o.how == "stop") run.callbacks = {EarlyStopping{.monitor = "val_binary_accuracy", .min_delta = 0.2, .patience = 1, .restore_best_weights = true}};
  if (o.how == "plateau") run.callbacks = {ReduceLROnPlateau{.monitor = "loss", .factor = 0.5, .patience = 1, .min_delta = 0.05, .cooldown = 1}};
  if (o.how == "rate") run.callbacks = {LearningRateScheduler{[](int, double rate) { return rate * 0.8; }}};
  return run;
}

}  // namespace candor::testing
