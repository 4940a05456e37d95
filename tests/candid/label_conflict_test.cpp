// data.label-conflict: wrong labels are found where the judge knows its business, and nothing is said of labels that are right.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "candor/base/error.h"
#include "candor/candid/baselines/kernel.h"
#include "candor/candid/data/checks.h"
#include "candor/candid/data/label_noise.h"
#include "candor/data/load.h"
#include "candor/data/locate.h"
#include "tests/candid/tables.h"
#include "tests/support/environment.h"

namespace candor::candid {
namespace {

TEST(KernelClassifier, LeavesOutAsIfItHadNotSeenTheRow) {
  Numbers n{3};
  Matrix x = Matrix::zeros(70, 3);
  std::vector<std::int32_t> y;
  for (std::int64_t i = 0; i < x.rows; ++i) {
    y.push_back(static_cast<std::int32_t>(i % 3));
    for (std::int64_t j = 0; j < 3; ++j) x.at(i, j) = n.normal() + (j == i % 3 ? 1.5 : 0);
  }
  const KernelClassifier all(x, y, 3, .2);
  // Its answer about a row that stands twice is that of the one that stood there before: a copy is learned from.
  for (const std::int64_t out : {0, 31, 69}) {
    Matrix rest = Matrix::zeros(69, 3), one = Matrix::zeros(1, 3);
    std::vector<std::int32_t> labels;
    std::int64_t to = 0;
    for (std::int64_t i = 0; i < 70; ++i)
      for (std::int64_t j = 0; j < 3; ++j) (i == out ? one.at(0, j) : rest.at(to, j)) = x.at(i, j), to += i != out && j == 2;
    for (std::int64_t i = 0; i < 70; ++i)
      if (i != out) labels.push_back(y[static_cast<std::size_t>(i)]);
    const Matrix again = KernelClassifier(rest, labels, 3, .2).scores(one);
    // The kernel's width and the classes' shares are those of all rows: a seventieth of difference.
    for (std::int64_t k = 0; k < 3; ++k) EXPECT_NEAR(all.left_out().at(out, k), again.at(0, k), .02);
  }
  EXPECT_THROW(KernelClassifier(x, std::vector<std::int32_t>(3, 0), 3), Error);
  EXPECT_THROW(all.scores(Matrix::zeros(1, 2)), Error);
}

TEST(LabelNoise, APoorJudgeSaysNothing) {
  // Right in two of three rows, surer where it is right: what classes that overlap make of any judge.
  Numbers n{5};
  Matrix p = Matrix::zeros(900, 2);
  std::vector<std::int32_t> y;
  for (std::int64_t i = 0; i < p.rows; ++i) {
    const double sure = .5 + .5 * n.share();
    p.at(i, 0) = sure, p.at(i, 1) = 1 - sure;
    y.push_back(n.share() < sure ? 0 : 1);
    if (i % 2) std::swap(p.at(i, 0), p.at(i, 1)), y.back() = 1 - y.back();
  }
  EXPECT_FALSE(detail::disagreement(p, y).looks_changed(.45, .2));
  // A judge that is nearly always sure, and 12 % of the labels changed.
  for (std::int64_t i = 0; i < p.rows; ++i) {
    const std::int32_t k = n.share() < .5;
    p.at(i, k) = .9 + .1 * n.share(), p.at(i, 1 - k) = 1 - p.at(i, k);
    y[static_cast<std::size_t>(i)] = n.share() < .12 ? 1 - k : k;
  }
  const detail::Disagreement d = detail::disagreement(p, y);
  EXPECT_TRUE(d.looks_changed(.45, .2));
  EXPECT_NEAR(d.sure, .12, .04);
}

/// The gravest severity of the check, for pictures with some labels changed. changed(row, label) is the label that is written.
template <typename F>
std::string of_pictures(const data::Dataset& set, F changed) {
  std::vector<std::int32_t> labels = set.targets.to_vector<std::int32_t>();
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = changed(i, labels[i]);
  data::Dataset with = set;
  with.targets = Tensor::from(labels, Shape{static_cast<std::int64_t>(labels.size())});
  return said(check_subject(set_subject({{PartKind::train, "pictures", with}})), "data.label-conflict");
}

TEST(LabelConflict, RealPictures) {
  CANDOR_NEEDS("CANDOR_DATA");
  for (const char* name : {"mnist", "fashion-mnist", "speed-limit-signs/speed-limit-signs.zip", "cars/car-angles-8x200+40.zip"}) {
    if (!data::locate(name)) continue;
    SCOPED_TRACE(name);
    data::LoadOptions options;
    options.images.choose_size = true;
    data::Dataset set = data::load(name, options).train;
    if (set.rows() > 1600) {
      std::vector<std::int64_t> rows;
      for (std::int64_t i = 0; i < 1600; ++i) rows.push_back(i * (set.rows() / 1600));
      set = set.take(rows);
    }
    const auto k = static_cast<std::int32_t>(set.class_names.size());
    EXPECT_EQ(of_pictures(set, [](std::size_t, std::int32_t label) { return label; }), "");
    for (const std::uint64_t per : {20, 10, 5}) {  // one in so many, that is 5, 10 and 20 %
      SCOPED_TRACE(per);
      const std::string word = of_pictures(set, [&](std::size_t i, std::int32_t label) {
        Numbers n{i + 17};
        n.share(), n.share();
        const bool change = n.share() * static_cast<double>(per) < 1;
        return change ? static_cast<std::int32_t>((label + 1 + static_cast<std::int32_t>(n.share() * (k - 1))) % k) : label;
      });
      if (per == 20) EXPECT_NE(word, "");  // where classes overlap as shirts and coats do, a twentieth is worth a note
      else EXPECT_EQ(word, "warning");
    }
  }
}

/// Noisy pictures of a bright bar, upright or lying; those of some rows without colour.
data::Dataset bars(bool (*grey)(std::int64_t row)) {
  constexpr std::int64_t side = 20;
  Numbers n{2};
  std::vector<std::uint8_t> pixels;
  std::vector<std::int32_t> labels;
  for (std::int64_t i = 0; i < 80; ++i) {
    labels.push_back(static_cast<std::int32_t>(i % 2));
    const double at = 4 + 12 * n.share();
    for (std::int64_t r = 0; r < side; ++r)
      for (std::int64_t c = 0; c < side; ++c) {
        const double light = std::abs(static_cast<double>(i % 2 ? r : c) - at) < 2 ? 130 : 60, shade = 40 * n.share();
        for (int k = 0; k < 3; ++k) pixels.push_back(static_cast<std::uint8_t>(light + shade + (grey(i) ? 0 : 30 * k)));
      }
  }
  data::Dataset set = data::from_arrays(Tensor::from(pixels, Shape{80, side, side, 3}), Tensor::from(labels));
  set.class_names = {"upright", "lying"};
  return set;
}

TEST(PictureLeak, OneClassWithoutColour) {
  const auto word = [](bool (*grey)(std::int64_t)) { return said(check_subject(set_subject({{PartKind::train, "bars", bars(grey)}})), "data.leak"); };
  EXPECT_EQ(word([](std::int64_t i) { return i % 2 == 1; }), "warning");
  EXPECT_EQ(word([](std::int64_t) { return false; }), "");
  EXPECT_EQ(word([](std::int64_t) { return true; }), "");
  EXPECT_EQ(word([](std::int64_t i) { return i % 4 < 2; }), "");  // some of both classes
}

TEST(LabelConflict, OnePictureUnderTwoLabelsAmongFew) {
  // 80 pictures are too few to judge labels by what others look like; equal pictures need no judge.
  const data::Dataset set = bars([](std::int64_t) { return false; });
  std::vector<std::int64_t> rows;
  for (std::int64_t i = 0; i < 80; ++i) rows.push_back(i < 4 ? i + 4 : i);
  data::Dataset twice = set.take(rows);
  const auto look = [](const data::Dataset& d) { return check_subject(set_subject({{PartKind::train, "bars", d}})); };
  EXPECT_EQ(said(look(twice), "data.label-conflict"), "");
  EXPECT_FALSE(look(twice).skipped.empty());
  std::vector<std::int32_t> labels = twice.targets.to_vector<std::int32_t>();
  for (std::size_t i = 0; i < 4; ++i) labels[i] = 1 - labels[i];
  twice.targets = Tensor::from(labels);
  EXPECT_EQ(said(look(twice), "data.label-conflict"), "error");
}

TEST(LabelConflict, OneClassUnderAnother) {
  // Three kinds that keep apart, and a third of one of them under the name of the next.
  const auto rows = [](bool wrong) {
    Numbers n{11};
    Rows out = {{"a", "b", "c", "kind"}};
    for (int i = 0; i < 900; ++i) {
      const int k = i % 3;
      const std::string label = wrong && k == 1 && n.share() < .34 ? "pear" : std::vector<std::string>{"plum", "apple", "pear"}[static_cast<std::size_t>(k)];
      out.push_back({text(3 * (k == 0) + n.normal()), text(3 * (k == 1) + n.normal()), text(n.normal()), label});
    }
    return out;
  };
  const Checkup checkup = check(rows(true));
  EXPECT_EQ(said(checkup, "data.label-conflict"), "note");
  for (const Finding& f : checkup.findings)
    EXPECT_TRUE(f.id != "data.label-conflict" || f.message.find("look like \"apple\"") != std::string::npos) << f.message;
  EXPECT_EQ(said(check(rows(false)), "data.label-conflict"), "");
}

TEST(LabelConflict, FewRowsAndManyShares) {
  for (const int size : {150, 400, 1500}) {
    SCOPED_TRACE(size);
    Rows train = clouds(size, 4);
    EXPECT_EQ(said(check(train), "data.label-conflict"), "");
    for (const int per : {10, 5}) {
      Rows wrong = train;
      for (std::size_t i = 1; i < wrong.size(); ++i)
        if (Numbers n{i * 7 + 1}; n.share() >= 0 && n.share() * per < 1) wrong[i][4] = wrong[i][4] == "plum" ? "pear" : "plum";
      EXPECT_NE(said(check(wrong), "data.label-conflict"), "") << "one in " << per;
    }
  }
}

TEST(LabelConflict, TasksThatAreHardByNature) {
  for (const std::uint64_t seed : {1, 2, 3}) {
    Numbers n{seed};
    Rows overlap = {{"a", "b", "noise", "kind"}}, guess = overlap, steep = overlap;
    for (int i = 0; i < 1200; ++i) {
      const double a = n.normal(), b = n.normal(), noise = n.normal();
      const auto row = [&](double chance) { return Row{text(a), text(b), text(noise), n.share() < chance ? "yes" : "no"}; };
      overlap.push_back(row(1 / (1 + std::exp(-2 * a + b))));
      guess.push_back(row(.5));
      steep.push_back(row(1 / (1 + std::exp(-8 * a))));
    }
    for (const Rows* rows : {&overlap, &guess, &steep}) EXPECT_EQ(said(check(*rows), "data.label-conflict"), "");
  }
}

}  // namespace
}  // namespace candor::candid
