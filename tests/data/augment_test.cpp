#include "candor/data/augment.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "candor/base/threads.h"
#include "candor/data/annotated.h"
#include "candor/nn/layers.h"
#include "candor/nn/losses.h"
#include "candor/nn/metrics.h"
#include "candor/nn/model.h"
#include "candor/nn/optimizers/optimizers.h"
#include "candor/train/fit.h"
#include "tests/support/errors.h"
#include "tests/support/pictures.h"

namespace candor::data {
namespace {

using testing::pattern;

Image dotted(std::int64_t height, std::int64_t width, std::int64_t row, std::int64_t column) {
  Image image{height, width, 1, std::vector<std::uint8_t>(static_cast<std::size_t>(height * width), 0)};
  for (std::int64_t y = row - 1; y <= row + 1; ++y)
    for (std::int64_t x = column - 1; x <= column + 1; ++x) image.pixels[static_cast<std::size_t>(y * width + x)] = 240;
  return image;
}

/// Where the light of a picture is, in pixels from the corner.
std::pair<double, double> centre(const Image& image) {
  double sum = 0, x = 0, y = 0;
  for (std::int64_t i = 0; i < image.height; ++i)
    for (std::int64_t j = 0; j < image.width; ++j) {
      const double v = image.pixels[static_cast<std::size_t>(i * image.width + j)];
      sum += v, x += v * (static_cast<double>(j) + 0.5), y += v * (static_cast<double>(i) + 0.5);
    }
  return {x / sum, y / sum};
}

/// 12 pictures of three classes.
Dataset pictures(int channels = 3) {
  Dataset set;
  std::vector<std::uint8_t> pixels;
  std::vector<std::int32_t> labels;
  for (int i = 0; i < 12; ++i) {
    const Image image = pattern(9, 8, channels, i);
    pixels.insert(pixels.end(), image.pixels.begin(), image.pixels.end());
    labels.push_back(i % 3);
  }
  set.features = Tensor::from(pixels, {12, 9, 8, channels});
  set.targets = Tensor::from(labels);
  set.class_names = {"left", "right", "front"};
  return set;
}

Tensor one_hot_of(const Dataset& set) {
  std::vector<float> shares(static_cast<std::size_t>(set.rows()) * set.class_names.size());
  const auto labels = set.targets.to_vector<int>();
  for (std::size_t i = 0; i < labels.size(); ++i) shares[i * set.class_names.size() + static_cast<std::size_t>(labels[i])] = 1;
  return Tensor::from(shares, {set.rows(), static_cast<std::int64_t>(set.class_names.size())});
}

TEST(Augmentation, AMirroredPictureAndItsLabel) {
  const Dataset set = pictures();
  const Augmentation always{FlipHorizontal{.chance = 1, .swap_labels = {{"left", "right"}}}};
  const Dataset flipped = always.apply(set, 1);
  EXPECT_EQ(flipped.targets.to_vector<int>(), (std::vector<int>{1, 0, 2, 1, 0, 2, 1, 0, 2, 1, 0, 2}));
  const auto before = set.features.to_vector<std::uint8_t>(), after = flipped.features.to_vector<std::uint8_t>();
  for (std::size_t row = 0; row < 12 * 9; ++row)
    for (std::size_t x = 0; x < 8; ++x)
      for (std::size_t c = 0; c < 3; ++c) ASSERT_EQ(after[(row * 8 + x) * 3 + c], before[(row * 8 + 7 - x) * 3 + c]);
  // A label follows each picture on its own, as a number or as shares.
  const Augmentation sometimes = Augmentation{FlipHorizontal{.swap_labels = {{"left", "right"}}}};
  Dataset shares = set;
  shares.targets = one_hot_of(set);
  const Dataset a = sometimes.apply(set, 5), b = sometimes.apply(shares, 5);
  EXPECT_EQ(a.features.to_vector<std::uint8_t>(), b.features.to_vector<std::uint8_t>());
  EXPECT_EQ(one_hot_of(a).to_vector(), b.targets.to_vector());
  const auto labels = a.targets.to_vector<int>(), plain = set.targets.to_vector<int>();
  int changed = 0;
  for (std::size_t i = 0; i < 12; ++i) {
    const bool moved = a.slice(static_cast<std::int64_t>(i), static_cast<std::int64_t>(i) + 1).features.to_vector() != set.slice(static_cast<std::int64_t>(i), static_cast<std::int64_t>(i) + 1).features.to_vector();
    EXPECT_EQ(labels[i], moved && plain[i] < 2 ? 1 - plain[i] : plain[i]);
    changed += moved;
  }
  EXPECT_GT(changed, 1);
  EXPECT_LT(changed, 11);
}

TEST(Augmentation, TheSameForAnyNumberOfThreadsAndAnotherInTheNextEpoch) {
  const Dataset set = pictures();
  const Augmentation all = Augmentation::parse("flip,flip-vertical,rotate,zoom,shift,shear,crop,colour,blur,noise,erase,randaugment");
  const int before = threads();
  set_threads(1);
  const Dataset one = all.apply(set, 3);
  set_threads(4);
  const Dataset four = all.apply(set, 3);
  set_threads(before);
  EXPECT_EQ(one.digest(), four.digest());
  EXPECT_NE(one.digest(), all.apply(set, 3, 1).digest());
  EXPECT_NE(one.digest(), all.apply(set, 4).digest());
  // A row is what it is wherever it stands in a batch.
  const std::vector<std::int64_t> rows{7, 2};
  std::vector<std::uint8_t> batch(2 * 9 * 8 * 3);
  std::vector<std::int32_t> labels(2);
  all.apply(set.features, set.targets, rows, 3, 0, batch.data(), labels.data());
  EXPECT_EQ(std::vector<std::uint8_t>(batch.begin(), batch.begin() + 9 * 8 * 3), one.slice(7, 8).features.to_vector<std::uint8_t>());
  EXPECT_EQ(labels, (std::vector<std::int32_t>{1, 2}));
}

TEST(Augmentation, EachStepChangesPicturesOfEveryDepth) {
  for (int channels : {1, 2, 3, 4}) {
    Dataset set = pictures(channels);
    for (const char* step : {"flip:1", "flip-vertical:1", "rotate", "zoom", "shift", "shear", "crop", "colour", "blur:3", "noise", "erase", "randaugment:0.9"}) {
      const Dataset changed = Augmentation::parse(step).apply(set, 1);
      EXPECT_NE(changed.features.to_vector(), set.features.to_vector()) << step << " " << channels;
      EXPECT_EQ(changed.targets.to_vector(), set.targets.to_vector());
      Dataset floats = set;
      floats.features = set.features.to(DType::f32) * Tensor::full({}, 1.f / 255);
      const std::vector<float> got = Augmentation::parse(step).apply(floats, 1).features.to_vector(), want = changed.features.to_vector();
      for (std::size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(255 * got[i], want[i], 0.51) << step << " " << i;
    }
  }
}

TEST(Augmentation, MixedPicturesHaveMixedLabels) {
  Dataset set = pictures();
  EXPECT_ERROR(invalid_argument, Augmentation{Mixup{}}.apply(set, 1), "mixup mixes labels", "one-hot");
  set.targets = one_hot_of(set);
  const Dataset mixed = Augmentation{Mixup{.alpha = 1}}.apply(set, 1);
  const auto shares = mixed.targets.to_vector(), before = set.targets.to_vector();
  const auto was = set.features.to_vector(), is = mixed.features.to_vector();
  for (std::size_t pair = 0; pair < 6; ++pair) {
    const std::size_t a = 2 * pair, b = a + 1, size = 9 * 8 * 3;
    double share = 0;  // of a in a, from the label
    for (std::size_t c = 0; c < 3; ++c) {
      EXPECT_NEAR(shares[a * 3 + c] + shares[b * 3 + c], before[a * 3 + c] + before[b * 3 + c], 1e-5);
      if (before[a * 3 + c] == 1) share = static_cast<double>(shares[a * 3 + c]);
    }
    for (std::size_t i = 0; i < size; i += 7)
      EXPECT_NEAR(static_cast<double>(is[a * size + i]), share * static_cast<double>(was[a * size + i]) + (1 - share) * static_cast<double>(was[b * size + i]), 0.51);
  }
  const Dataset cut = Augmentation{CutMix{.chance = 1}}.apply(set, 2);
  const auto cut_shares = cut.targets.to_vector(), cut_is = cut.features.to_vector();
  for (std::size_t pair = 0; pair < 6; ++pair) {
    const std::size_t a = 2 * pair, b = a + 1, size = 9 * 8 * 3;
    std::size_t own = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const bool mine = cut_is[a * size + i] == was[a * size + i], other = cut_is[a * size + i] == was[b * size + i];
      ASSERT_TRUE(mine || other);
      own += mine;
    }
    double share = 0;
    for (std::size_t c = 0; c < 3; ++c)
      if (before[a * 3 + c] == 1) share = static_cast<double>(cut_shares[a * 3 + c]);
    EXPECT_NEAR(share, static_cast<double>(own) / static_cast<double>(size), 0.02);
  }
}

// The place of a dot is known; point, box and mask must say the same after any change of coordinates.
TEST(Augmentation, BoxesPointsAndMasksFollow) {
  const Augmentation moves = Augmentation::parse("flip,flip-vertical,rotate:30,zoom:0.2,shift:0.1,shear:10,crop:0.8").border(Border::black);
  int seen = 0;
  for (std::uint64_t number = 0; number < 60; ++number) {
    Annotated sample;
    sample.image = dotted(41, 61, 14, 36);
    sample.points = {{36.5, 14.5, -1}};
    sample.boxes = {{35, 13, 38, 16, 4}};
    sample.masks = {sample.image};
    const Annotated got = moves.apply(sample, 9, number);
    const KeyPoint p = got.points[0];
    if (p.x < 4 || p.y < 4 || p.x > 57 || p.y > 37) continue;
    ++seen;
    const auto [x, y] = centre(got.image);
    EXPECT_NEAR(x, p.x, 0.1) << number;
    EXPECT_NEAR(y, p.y, 0.1) << number;
    ASSERT_EQ(got.boxes.size(), 1u);
    EXPECT_EQ(got.boxes[0].label, 4);
    EXPECT_NEAR(0.5 * (got.boxes[0].left + got.boxes[0].right), p.x, 0.01);
    EXPECT_NEAR(0.5 * (got.boxes[0].top + got.boxes[0].bottom), p.y, 0.01);
    const auto [mask_x, mask_y] = centre(got.masks[0]);
    EXPECT_NEAR(mask_x, p.x, 0.6);
    EXPECT_NEAR(mask_y, p.y, 0.6);
  }
  EXPECT_GT(seen, 30);
}

TEST(Augmentation, LabelsOfPlacesAreExchangedAndWhatLeavesIsDropped) {
  Annotated sample;
  sample.image = dotted(20, 30, 10, 5);
  sample.label = 2;
  sample.points = {{5, 10, 0}, {8, 10, 1}};
  sample.boxes = {{4, 9, 6, 11, 0}};
  const Augmentation flip = Augmentation{FlipHorizontal{.chance = 1, .swap_labels = {{"left eye", "right eye"}}}}.for_classes({"left eye", "right eye", "nose"});
  const Annotated got = flip.apply(sample, 1);
  EXPECT_EQ(got.label, 2);
  EXPECT_EQ(got.points[0].label, 1);
  EXPECT_DOUBLE_EQ(got.points[0].x, 25);
  EXPECT_EQ(got.boxes[0].label, 1);
  EXPECT_DOUBLE_EQ(got.boxes[0].left, 24);
  bool dropped = false;
  for (std::uint64_t number = 0; number < 40 && !dropped; ++number) dropped = Augmentation{Shift{.across = 1, .down = 1}}.apply(sample, 1, number).boxes.empty();
  EXPECT_TRUE(dropped);
}

TEST(Augmentation, WordsAndWhatIsWrongWithThem) {
  EXPECT_EQ(Augmentation::parse("flip, rotate:10 ,colour:0.3").description(), "flip:0.5,rotate:10,colour:0.3");
  EXPECT_TRUE(Augmentation::parse("none").empty());
  EXPECT_EQ(Augmentation::parse("usual").description(), Augmentation::usual().description());
  for (const std::string& word : Augmentation::words()) EXPECT_NO_THROW(Augmentation::parse(word.substr(0, word.find(':')))) << word;
  EXPECT_ERROR(invalid_argument, Augmentation::parse("rotat"), "no step \"rotat\"", "did you mean", "rotate");
  EXPECT_ERROR(invalid_argument, Augmentation::parse("rotate:much"), "rotate takes a number (degrees)", "much");
  EXPECT_ERROR(invalid_argument, Augmentation::parse("rotate:200"), "between 0 and 180", "200");
  EXPECT_ERROR(invalid_argument, Augmentation::parse("zoom:nan"), "zoom");
  EXPECT_ERROR(invalid_argument, (Augmentation{Erase{.least = 0.5, .most = 0.2}}), "erase");
  const Dataset set = pictures();
  EXPECT_ERROR(invalid_argument, (Augmentation{FlipHorizontal{.swap_labels = {{"left", "rigt"}}}}.apply(set, 1)), "no class \"rigt\"", "right");
  EXPECT_ERROR(invalid_argument, (Augmentation{FlipHorizontal{.swap_labels = {{"left", "right"}, {"left", "front"}}}}.apply(set, 1)), "one other class only");
  EXPECT_ERROR(shape, Augmentation::usual().check(Tensor::zeros({3, 4}), Tensor()), "[rows, height, width, channels]");
  EXPECT_ERROR(dtype, Augmentation::usual().check(Tensor::zeros({3, 4, 4, 1}, DType::i32), Tensor()), "u8 or f32");
  EXPECT_EQ(Augmentation::parse("flip").doubts(set.class_names).size(), 1u);
  EXPECT_TRUE(Augmentation::parse("flip").swap_labels({{"left", "right"}}).doubts(set.class_names).empty());
  EXPECT_TRUE(Augmentation::parse("flip").doubts({"cat", "copyright"}).empty());
}

// Training sees other pictures in each epoch, the same ones for the same seed; judging sees them as they are.
TEST(Augmentation, InTraining) {
  const Dataset set = pictures();
  const auto run = [&](const Augmentation& augmentation, std::int64_t batch, Dataset data) {
    set_random_seed(1);
    const Sequential model{Rescale{1 / 255.0}, Flatten{}, Dense{3}};
    const bool shares = data.targets.rank() == 2;
    const Loss loss = shares ? Loss(CategoricalCrossentropy{.from_logits = true}) : Loss(SparseCategoricalCrossentropy{.from_logits = true});
    model.compile({.loss = loss, .optimizer = Adam{0.01}, .metrics = {Accuracy{}}});
    return model.fit(data, {.epochs = 3, .batch_size = batch, .validation_data = data, .seed = 2, .verbose = 0, .augmentation = augmentation}).epochs().back();
  };
  const Scores plain = run({}, 5, set), same = run(Augmentation{FlipVertical{.chance = 0}}, 5, set);
  EXPECT_DOUBLE_EQ(plain["loss"], same["loss"]);
  EXPECT_DOUBLE_EQ(plain["val_loss"], same["val_loss"]);
  const Augmentation some = Augmentation::parse("flip,rotate:20,colour").swap_labels({{"left", "right"}});
  EXPECT_NE(run(some, 5, set)["loss"], plain["loss"]);
  EXPECT_DOUBLE_EQ(run(some, 5, set)["loss"], run(some, 5, set)["loss"]);
  Dataset shares = set;
  shares.targets = one_hot_of(set);
  EXPECT_NEAR(run(some, 5, shares)["loss"], run(some, 5, set)["loss"], 1e-5);
  EXPECT_TRUE(std::isfinite(run(Augmentation::parse("mixup,cutmix"), 4, shares)["loss"]));
  EXPECT_ERROR(invalid_argument, run(Augmentation{Mixup{}}, 5, set), "one-hot");
  Dataset unnamed = set;
  unnamed.class_names.clear();
  EXPECT_ERROR(invalid_argument, run(some, 5, unnamed), "for_classes");
}

}  // namespace
}  // namespace candor::data
