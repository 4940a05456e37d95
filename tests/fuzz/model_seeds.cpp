#include "tests/fuzz/model_seeds.h"

#include "candor/base/file.h"
#include "candor/formats/config_json.h"
#include "candor/formats/model_file.h"
#include "candor/nn/layers.h"
#include "candor/nn/losses.h"
#include "candor/nn/metrics.h"
#include "candor/nn/optimizers/optimizers.h"
#include "tests/nn/layer_samples.h"

namespace candor::fuzz {

void write_model_seeds(const std::string& folder) {
  make_folders(folder);
  const Sequential table{Standardize::fitted(Tensor::from<float>({1, 2, 3, 4}, {2, 2})), Dense{3, {.activation = relu}}, BatchNormalization{}, Dropout{0.5}, Dense{2}};
  table.build({2});
  table.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = Adam{CosineDecay{.initial_learning_rate = 1e-3, .decay_steps = 10}}, .metrics = {Accuracy{}}});
  formats::ModelFile file;
  file.model = table;
  file.task = "classification";
  file.class_names = {"a", "b"};
  file.feature_names = {"x", "y"};
  file.record = Config{{"seed", 1}, {"list", Config(Config::List{1, 2.5, "three", true})}};
  formats::write_model_file(folder + "/table", file);

  const Sequential picture{Rescale{1 / 255.f}, Conv2D{2, {3, 3}, {.padding = "same"}}, MaxPooling2D{}, LayerNormalization{}, Flatten{}, Dense{2}};
  picture.build({4, 4, 1}, DType::u8);
  picture.save(folder + "/picture");

  const Symbol a = Input({3}), b = Input({3});
  const Dense shared{2};
  Model{{a, b}, {Dense{1}(Concatenate{}({shared(a), shared(b)}))}}.save(folder + "/functional");
}

void write_config_seeds(const std::string& folder) {
  make_folders(folder);
  const auto write = [&](char kind, const std::string& name, const Config& config) { write_atomically(folder + "/" + name, kind + formats::to_json(config)); };
  for (const testing::LayerSample& sample : testing::layer_samples()) write('l', sample.kind, layer_from_config({{"class_name", sample.kind}, {"config", sample.options}}).config());
  write('o', "adam", Optimizer(Adam{CosineDecay{.initial_learning_rate = 1e-3, .decay_steps = 10}, {.weight_decay = 0.1, .clipnorm = 1, .use_ema = true}}).config());
  write('o', "sgd", Optimizer(SGD{0.1, {.momentum = 0.9, .nesterov = true}}).config());
  write('o', "loss_scale", Optimizer(LossScaleOptimizer{RMSprop{0.1}}).config());
  write('e', "huber", Loss(Huber{}).config());
  write('e', "crossentropy", Loss(CategoricalCrossentropy{.from_logits = true, .label_smoothing = 0.1}).config());
  write('m', "auc", Metric(AUC{}).config());
  write('m', "accuracy", Metric(TopKCategoricalAccuracy{}).config());
}

}  // namespace candor::fuzz
