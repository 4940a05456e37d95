// Models: the functional API, nesting, sharing, summary, storage of the configuration.
#include "candor/nn/model.h"

#include <gtest/gtest.h>

#include "candor/nn/layers.h"
#include "candor/nn/losses.h"
#include "candor/nn/metrics.h"
#include "candor/nn/optimizers/optimizers.h"
#include "tests/support/errors.h"

namespace candor {
namespace {

Tensor values(const Shape& shape, std::uint64_t stream = 1) { return random_normal(shape, 0, 1, {3, stream}); }

TEST(Model, FunctionalWithBranchesAndTwoOutputs) {
  const Symbol a = Input({4}, {.name = "left"}), b = Input({4}, {.name = "right"});
  const Dense shared{3, {.activation = relu}};
  const Symbol x = shared(a), y = shared(b);
  const Symbol sum = Add{}({x, y}), both = Concatenate{}({x, y});
  const Model model{{a, b}, {Dense{1}(sum), Dense{2, {.name = "classes"}}(both)}};
  EXPECT_EQ(both.shape(), (Shape{6}));
  EXPECT_EQ(model.output_names(), (std::vector<std::string>{"dense_1", "classes"}));
  EXPECT_EQ(model.count_parameters(), (4 * 3 + 3) + (3 + 1) + (6 * 2 + 2));
  const std::vector<Tensor> in{values({5, 4}, 1), values({5, 4}, 2)};
  const std::vector<Tensor> out = model.call(in);
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[0].shape(), (Shape{5, 1}));
  EXPECT_EQ(out[1].shape(), (Shape{5, 2}));
  // The same arithmetic by hand.
  const Tensor hidden = Add{}({shared(in[0]), shared(in[1])});
  EXPECT_EQ(model.layer("dense_1")(hidden).to_vector(), out[0].to_vector());
}

TEST(Model, ComesBackFromItsConfiguration) {
  const Symbol in = Input({6, 6, 1});
  const Conv2D conv{2, 3, {.padding = "same", .activation = relu}};
  const Sequential head{Flatten{}, Dense{3}};
  const Symbol first = conv(in);
  const Model model{in, head(Concatenate{}({first, in})), {.name = "net"}};
  const Model copy(layer_from_config(model.config()));
  EXPECT_EQ(copy.config(), model.config());
  ASSERT_EQ(copy.named_variables().size(), model.named_variables().size());
  for (std::size_t i = 0; i < copy.named_variables().size(); ++i) EXPECT_EQ(copy.named_variables()[i].first, model.named_variables()[i].first);
  copy.set_weights(model.weights());
  const Tensor x = values({2, 6, 6, 1});
  EXPECT_EQ(copy(x).to_vector(), model(x).to_vector());

  const Sequential stack{Rescale{2}, Dense{4}, Dropout{0.5}, Dense{2}};
  EXPECT_EQ(Model(layer_from_config(stack.config())).config(), stack.config());
  stack.build({3});
  const Model rebuilt(layer_from_config(stack.config()));
  EXPECT_TRUE(rebuilt.built());
  rebuilt.set_weights(stack.weights());
  EXPECT_EQ(rebuilt(values({2, 3})).to_vector(), stack(values({2, 3})).to_vector());
}

TEST(Model, OneLayerInTwoPlacesIsOneLayer) {
  const Dense twice{3};
  const Sequential model{twice, ReLU{}, twice};
  model.build({3});
  EXPECT_EQ(model.variables().size(), 2u);
  EXPECT_EQ(model.layers().size(), 2u);
  const Model copy(layer_from_config(model.config()));
  EXPECT_EQ(copy.variables().size(), 2u);
}

TEST(Model, NamesOfNestedWeightsAreUnique) {
  const Sequential inner{Dense{2}}, other{Dense{2}};
  const Sequential model{inner, other, Dense{2}};
  model.build({2});
  std::vector<std::string> names;
  for (const auto& [name, variable] : model.named_variables()) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"sequential/dense/kernel", "sequential/dense/bias", "sequential_1/dense/kernel", "sequential_1/dense/bias", "dense/kernel", "dense/bias"}));
}

TEST(Model, SummaryHasKerasColumns) {
  const Sequential model{Conv2D{4, 3}, BatchNormalization{}, Flatten{}, Dense{10}};
  EXPECT_NE(model.summary().find("Not built"), std::string::npos);
  model.build({8, 8, 1});
  const std::string text = model.summary();
  for (const char* part : {"Model: \"sequential\"", "Layer (type)", "Output Shape", "Param #", "conv2d (Conv2D)", "(None, 6, 6, 4)", "(None, 144)", "1,450", "Total params: 1,506",
                           "Trainable params: 1,498", "Non-trainable params: 8"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " is missing in\n" << text;
  }
}

TEST(Model, SaysWhatIsWrong) {
  const Symbol a = Input({4}), b = Input({4});
  EXPECT_ERROR(invalid_argument, Model(a, Dense{1}(b)), "not among the model's inputs");
  const Model model{a, Dense{1}(a)};
  EXPECT_ERROR(shape, model(Tensor::zeros({2, 5})), "samples of [4]", "[2, 5]");
  EXPECT_ERROR(invalid_argument, model.compile_options(), "not compiled");
  EXPECT_ERROR(invalid_argument, model.compile({.loss = MeanSquaredError{.reduction = Reduction::none}}), "not reduced");
  EXPECT_ERROR(invalid_argument, model.compile({.loss = MeanSquaredError{}, .metrics = {Accuracy{}, Accuracy{}}}), "two metrics");
  EXPECT_ERROR(not_found, model.layer("nope"), "no layer is called 'nope'", "dense");
  EXPECT_ERROR(invalid_argument, Sequential{}(Tensor::zeros({1, 1})), "no layers");
  EXPECT_ERROR(shape, model.set_weights({Tensor::zeros({2, 2})}), "has 2 weights");
  EXPECT_ERROR(invalid_argument, Model(Dense{2}), "no model");
}

TEST(Model, CompileTakesWhatKerasTakes) {
  const Sequential model{Dense{2}};
  model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = Adam{1e-3f}, .metrics = {Accuracy{}, MeanAbsoluteError{}, ExactAUC{}}});
  EXPECT_EQ(model.compile_options().metrics.size(), 3u);
  EXPECT_EQ(model.compile_options().optimizer.name(), "adam");
  const std::vector<Config> configs{model.compile_options().loss[0].config(), model.compile_options().optimizer.config()};
  EXPECT_EQ(loss_from_config(configs[0]).config(), configs[0]);
  EXPECT_EQ(optimizer_from_config(configs[1]).config(), configs[1]);
  for (const Metric& metric : model.compile_options().metrics) EXPECT_EQ(metric_from_config(metric.config()).config(), metric.config());
}

}  // namespace
}  // namespace candor
