// Layers that change images: what holds whatever they draw, inside a compiled training step too, and what they refuse.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "candor/base/threads.h"
#include "candor/graph/compile.h"
#include "candor/graph/immediate.h"
#include "candor/nn/layers/preprocessing.h"
#include "candor/ops/manipulate.h"
#include "tests/support/errors.h"

namespace candor {
namespace {

Tensor pictures(std::int64_t n, std::int64_t height = 12, std::int64_t width = 10, std::int64_t channels = 3) {
  return random_uniform({n, height, width, channels}, 0, 255, {3, 1});
}

struct Named {
  const char* name;
  Layer layer;
};
std::vector<Named> random_layers() {
  return {{"flip", RandomFlip{}},
          {"rotation", RandomRotation(0.2)},
          {"translation", RandomTranslation(0.3, 0.2)},
          {"zoom", RandomZoom(0.3)},
          {"shear", RandomShear(0.3, 0.2)},
          {"perspective", RandomPerspective({.scale = 0.5})},
          {"elastic", RandomElasticTransform{}},
          {"brightness", RandomBrightness(0.3)},
          {"contrast", RandomContrast(0.4)},
          {"saturation", RandomSaturation(0.4)},
          {"hue", RandomHue(0.3)},
          {"sharpness", RandomSharpness(0.5)},
          {"posterization", RandomPosterization({1, 5})},
          {"degeneration", RandomColorDegeneration(0.5)},
          {"grayscale", RandomGrayscale(0.5)},
          {"invert", RandomInvert(0.5)},
          {"solarization", Solarization(0.3, 0.5)},
          {"jitter", RandomColorJitter({.brightness_factor = 0.2, .contrast_factor = 0.2, .saturation_factor = 0.2, .hue_factor = 0.1})},
          {"blur", RandomGaussianBlur{}},
          {"erasing", RandomErasing{}},
          {"augment", RandAugment{}},
          {"augmix", AugMix{}},
          {"mixup", MixUp{}},
          {"cutmix", CutMix{}},
          {"crop", RandomCrop(7, 6)}};
}

TEST(RandomImages, DrawTheSameForTheSameSeedOnAnyNumberOfThreads) {
  const Tensor x = pictures(5);
  const int before = threads();
  for (const auto& [name, layer] : random_layers()) {
    const auto step = compile([layer = layer](const Tensor& t) { return layer(t, training); });
    const auto run = [&](std::uint64_t seed, int count) {
      set_threads(count);
      step.function().set_state({seed, 9});
      return step(x).to_vector();
    };
    const std::vector<float> once = run(1, 1);
    EXPECT_EQ(once, run(1, 3)) << name;
    EXPECT_NE(once, run(2, 1)) << name;
    step.function().set_state({1, 10});
    EXPECT_NE(once, step(x).to_vector()) << name << ": the next step draws anew";
    for (const float v : once) ASSERT_TRUE(std::isfinite(v)) << name;
  }
  set_threads(before);
}

TEST(RandomImages, StayAsTheyAreOutsideTraining) {
  const Tensor x = pictures(2);
  for (const auto& [name, layer] : random_layers()) EXPECT_EQ(layer(x).to_vector(), x.to_vector()) << name;
}

TEST(RandomImages, AnImageDoesNotDependOnTheOthersOfItsBatch) {
  const Tensor x = pictures(6);
  const std::vector<std::string> whole_batch = {"augment", "augmix", "mixup", "cutmix", "crop"};  // one draw for the batch, or images mixed
  for (const auto& [name, layer] : random_layers()) {
    if (std::find(whole_batch.begin(), whole_batch.end(), name) != whole_batch.end()) continue;
    set_seed(11);
    const Tensor all = layer(x, training);
    set_seed(11);
    const Tensor few = layer(x.view_slice(0, 0, 2).contiguous(), training);
    EXPECT_EQ(all.view_slice(0, 0, 2).contiguous().to_vector(), few.to_vector()) << name;
  }
}

TEST(RandomImages, TakeSingleImagesEitherOrderOfAxesAndWholeNumbers) {
  const Tensor one = pictures(1).view_reshape({12, 10, 3});
  for (const auto& [name, layer] : random_layers()) {
    if (std::string(name) == "crop") continue;
    EXPECT_EQ(layer(one, training).shape(), one.shape()) << name;
    EXPECT_EQ(layer(one.to(DType::u8), training).dtype(), DType::f32) << name;
    Config c = layer.config();
    Config options = c.at("config");
    c.set("config", options.set("data_format", "channels_first").set("seed", 5));
    const Layer turned = layer_from_config(c);
    Config last = layer.config();
    Config last_options = last.at("config");
    last.set("config", last_options.set("seed", 5));
    set_seed(4);
    const Tensor a = layer_from_config(last)(pictures(2), training);
    set_seed(4);
    const Tensor b = turned(transpose(pictures(2), {0, 3, 1, 2}).contiguous(), training);
    EXPECT_EQ(a.to_vector(), transpose(b, {0, 2, 3, 1}).contiguous().to_vector()) << name;
  }
}

TEST(RandomImages, SeedsOfTheirOwnGiveOtherDraws) {
  const Tensor x = pictures(4);
  const auto run = [&](std::optional<std::int64_t> seed) {
    set_seed(2);
    return RandomRotation(0.2, {.seed = seed})(x, training).to_vector();
  };
  EXPECT_EQ(run(1), run(1));
  EXPECT_NE(run(1), run(2));
  EXPECT_NE(run(1), run({}));
}

TEST(RandomImages, DrawWhatTheirFactorsSay) {
  set_seed(6);
  const TensorType many{{4000, 2, 2, 3}, DType::f32};
  const auto mean_of = [](const Tensor& t) {
    double sum = 0;
    for (const double v : t.to_vector<double>()) sum += v;
    return sum / static_cast<double>(t.size());
  };
  const auto range_of = [](const Tensor& t) {
    const std::vector<double> v = t.to_vector<double>();
    return std::pair(*std::min_element(v.begin(), v.end()), *std::max_element(v.begin(), v.end()));
  };
  EXPECT_NEAR(mean_of(RandomFlip{}.get_random_transformation(many).at("flips")), 0.5, 0.03);
  EXPECT_NEAR(mean_of(RandomGrayscale(0.2).get_random_transformation(many).at("value")), 0.2, 0.03);
  EXPECT_NEAR(mean_of(RandomInvert(0.5).get_random_transformation(many).at("apply_inversion")), 0.25, 0.03);
  const Tensor delta = RandomBrightness({-0.1, 0.3}).get_random_transformation(many).at("rgb_delta");
  EXPECT_NEAR(mean_of(delta), 0.1 * 255, 1.5);
  EXPECT_NEAR(range_of(delta).first, -0.1 * 255, 0.5);
  EXPECT_NEAR(range_of(delta).second, 0.3 * 255, 0.5);
  const auto [few, most] = range_of(RandomPosterization({2, 5}).get_random_transformation(many).at("shift_factor"));
  EXPECT_EQ(few, 8 - 4);  // as in Keras the upper number of bits is left out
  EXPECT_EQ(most, 8 - 2);
  const Tensor share = MixUp(0.4).get_random_transformation(many).at("mix_weight");
  EXPECT_NEAR(mean_of(share), 0.5, 0.03);
  EXPECT_GE(range_of(share).first, 0);
  EXPECT_LE(range_of(share).second, 1);
  double spread = 0;
  for (const double v : share.to_vector<double>()) spread += (v - 0.5) * (v - 0.5);
  EXPECT_NEAR(spread / 4000, 0.25 / (2 * 0.4 + 1), 0.01);  // the variance of Beta(a, a)
}

TEST(RandomElasticTransform, MovesPixelsAndKeepsTheirRange) {
  set_seed(1);
  const Tensor x = pictures(2, 32, 32);
  const std::vector<float> before = x.to_vector(), after = RandomElasticTransform({.factor = {1, 1}, .scale = {1, 1}})(x, training).to_vector();
  EXPECT_NE(before, after);
  EXPECT_GE(*std::min_element(after.begin(), after.end()), *std::min_element(before.begin(), before.end()) - 1e-3f);
  EXPECT_LE(*std::max_element(after.begin(), after.end()), *std::max_element(before.begin(), before.end()) + 1e-3f);
  EXPECT_EQ(RandomElasticTransform({.factor = {0, 0}})(x, training).to_vector(), before);
  const Tensor flat = Tensor::full({1, 8, 8, 1}, 7);
  for (const float v : RandomElasticTransform({.factor = {1, 1}})(flat, training).to_vector()) EXPECT_NEAR(v, 7, 1e-4);
}

TEST(RandomColorJitter, ChangesColoursWithinTheRange) {
  set_seed(1);
  const Tensor x = pictures(4);
  const Layer jitter = RandomColorJitter({.brightness_factor = 0.5, .contrast_factor = 0.5, .hue_factor = 0.5});
  const std::vector<float> after = jitter(x, training).to_vector();
  EXPECT_NE(after, x.to_vector());
  EXPECT_GE(*std::min_element(after.begin(), after.end()), -1e-3f);
  EXPECT_LE(*std::max_element(after.begin(), after.end()), 255.001f);
  EXPECT_EQ(RandomColorJitter{}(x, training).to_vector(), x.to_vector());
}

TEST(Mixing, MixesLabelsAsImages) {
  set_seed(8);
  // Image i holds the value i and label i is one-hot: the mixed label says what the mean pixel must be.
  const std::int64_t n = 6;
  std::vector<float> values, labels(static_cast<std::size_t>(n * n), 0.f);
  for (std::int64_t i = 0; i < n; ++i) {
    values.insert(values.end(), 64, static_cast<float>(i));
    labels[static_cast<std::size_t>(i * n + i)] = 1;
  }
  const std::vector<Tensor> in = {Tensor::from(values, {n, 8, 8, 1}), Tensor::from(labels, {n, n})};
  for (const Layer& layer : std::vector<Layer>{MixUp(1.0), CutMix{}}) {
    const std::vector<Tensor> out = layer.call(in, training);
    ASSERT_EQ(out.size(), 2u);
    const std::vector<float> y = out[1].to_vector(), x = out[0].to_vector();
    for (std::int64_t i = 0; i < n; ++i) {
      double total = 0, told = 0, seen = 0;
      for (std::int64_t k = 0; k < n; ++k) total += y[static_cast<std::size_t>(i * n + k)], told += static_cast<double>(k) * y[static_cast<std::size_t>(i * n + k)];
      for (int p = 0; p < 64; ++p) seen += x[static_cast<std::size_t>(i * 64 + p)] / 64;
      EXPECT_NEAR(total, 1, 1e-5);
      // A box covers whole pixels, the weight its exact area.
      EXPECT_NEAR(told, seen, layer.kind() == "MixUp" ? 1e-4 : 0.3 * n) << layer.kind();
    }
    EXPECT_EQ(layer.call(in, inference)[0].to_vector(), values);
  }
}

TEST(MaxNumBoundingBoxes, PadsAndCuts) {
  const MaxNumBoundingBoxes five(5);
  const Tensor boxes = Tensor::full({2, 3, 4}, 7), labels = Tensor::full({2, 3}, 1);
  const std::vector<Tensor> padded = five.call(std::vector<Tensor>{boxes, labels});
  EXPECT_EQ(padded[0].shape(), (Shape{2, 5, 4}));
  EXPECT_EQ(padded[1].to_vector(), (std::vector<float>{1, 1, 1, -1, -1, 1, 1, 1, -1, -1}));
  const std::vector<Tensor> cut = MaxNumBoundingBoxes(2).call(std::vector<Tensor>{pictures(2), boxes, labels});
  EXPECT_EQ(cut[0].shape(), (Shape{2, 12, 10, 3}));
  EXPECT_EQ(cut[1].shape(), (Shape{2, 2, 4}));
  EXPECT_ERROR(shape, five.call(std::vector<Tensor>{Tensor::zeros({2, 3, 5}), labels}), "[N, B, 4]");
  EXPECT_ERROR(invalid_argument, MaxNumBoundingBoxes(0), "max_number must be at least 1");
}

TEST(ImageLayers, RefuseFactorsOutOfOrderOrRange) {
  EXPECT_ERROR(invalid_argument, RandomRotation({0.3, 0.1}), "RandomRotation: factor goes from 0.3 down to 0.1");
  EXPECT_ERROR(invalid_argument, RandomRotation(1.5), "factor must lie in [-1, 1], and is 1.5");
  EXPECT_ERROR(invalid_argument, RandomZoom(-1), "above -1");
  EXPECT_ERROR(invalid_argument, RandomContrast({-0.1, 0.5}), "factor must lie in [0, 1]");
  EXPECT_ERROR(invalid_argument, RandomTranslation(2, 0.1), "height_factor");
  EXPECT_ERROR(invalid_argument, RandomShear(-0.2), "x_factor");
  EXPECT_ERROR(invalid_argument, RandomHue(0.1, {.value_range = {255, 0}}), "value_range goes from 255 to 0");
  EXPECT_ERROR(invalid_argument, RandomPosterization(0), "factor must lie in [1, 8]");
  EXPECT_ERROR(invalid_argument, RandomFlip({.mode = "diagonal"}), "mode must be one of");
  EXPECT_ERROR(invalid_argument, RandomRotation(0.1, {.fill_mode = "mirror"}), "fill_mode must be one of");
  EXPECT_ERROR(invalid_argument, RandomGaussianBlur({.kernel_size = {4}}), "odd");
  EXPECT_ERROR(invalid_argument, RandomPerspective({.scale = 2}), "scale");
  EXPECT_ERROR(invalid_argument, MixUp(0), "alpha must be positive");
  EXPECT_ERROR(invalid_argument, Resizing(-1, 4), "height must be at least 1");
  EXPECT_ERROR(invalid_argument, CenterCrop(4, 0), "width must be at least 1");
  EXPECT_ERROR(invalid_argument, RandomCrop(0, 4), "height must be at least 1");
  EXPECT_ERROR(invalid_argument, (Resizing{4, 4, {.crop_to_aspect_ratio = true, .pad_to_aspect_ratio = true}}), "choose one");
  EXPECT_ERROR(invalid_argument, (Resizing{4, 4, {.interpolation = "cubic"}}), "interpolation must be one of");
  EXPECT_ERROR(invalid_argument, Equalization({.bins = 0}), "bins");
  EXPECT_ERROR(invalid_argument, RandAugment({.num_ops = 0}), "num_ops");
}

TEST(ImageLayers, RefuseInputsThatAreNoImages) {
  EXPECT_ERROR(shape, RandomFlip{}(Tensor::zeros({4, 4}), training), "three axes", "[4, 4]");
  EXPECT_ERROR(shape, RandomHue(0.1)(Tensor::zeros({1, 4, 4, 2}), training), "3 channels", "2");
  EXPECT_ERROR(shape, RandomGrayscale(1)(Tensor::zeros({1, 4, 4, 4}), training), "3 channels");
  EXPECT_ERROR(shape, Resizing(2, 2)(Tensor::zeros({1, 0, 4, 1})), "with pixels");
  EXPECT_ERROR(invalid_argument, ImageLayer::from(Pipeline({RandomFlip{}})), "no layer of images");
  EXPECT_ERROR(invalid_argument, RandomFlip{}.transform_images(Tensor::zeros({1, 2, 2, 1}), {}), "has no \"flips\"");
}

TEST(Resizing, KeepsWholeNumbersWhole) {
  const Tensor x = Tensor::from(std::vector<std::uint8_t>{0, 255, 10, 20}, {1, 2, 2, 1});
  const Tensor y = Resizing(4, 4, {.interpolation = "bicubic"})(x);
  EXPECT_EQ(y.dtype(), DType::u8);
  EXPECT_EQ(Resizing(1, 1, {.interpolation = "area"})(x).to_vector<int>(), (std::vector<int>{71}));
}

}  // namespace
}  // namespace candor
