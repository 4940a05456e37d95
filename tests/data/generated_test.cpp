// What each generator promises in its header.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "candor/base/threads.h"
#include "candor/data/generators.h"
#include "candor/data/numpy_random.h"
#include "tests/support/errors.h"

namespace candor::data {
namespace {

// Computed with NumPy 2.4: RandomState(7).uniform(size=3), then .normal(size=5).
TEST(NumpyRandom, KnownAnswers) {
  NumpyRandom random(7);
  for (const double expected : {0.07630828937395717, 0.7799187922401146, 0.4384092314408935}) EXPECT_DOUBLE_EQ(random.uniform(), expected);
  for (const double expected : {0.09316606097975175, 3.200914709117712, -0.1569886595634109, -0.2901313829291646, 2.025771524137035}) EXPECT_DOUBLE_EQ(random.normal(), expected);
}

TEST(Generated, TheLineIsNumpys) {
  const Dataset d = line();
  EXPECT_EQ(d.rows(), 50);
  const std::vector<float> x = d.features.to_vector(), y = d.targets.to_vector();
  EXPECT_FLOAT_EQ(x[0], 0.0205844943f);
  EXPECT_FLOAT_EQ(x[2], 0.0464504127f);
  EXPECT_FLOAT_EQ(x[49], 0.969909852f);
  EXPECT_FLOAT_EQ(y[0], 1.05326216f);
  EXPECT_FLOAT_EQ(y[2], 0.941984759f);
  EXPECT_FLOAT_EQ(y[49], 0.0814168911f);
}

class EveryGenerator : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Generated, EveryGenerator, ::testing::ValuesIn(generator_names()), [](const auto& name) { return name.param; });

TEST_P(EveryGenerator, MakesWhatItSays) {
  const std::string name = GetParam();
  const Dataset d = generate(name, 60, 3);
  EXPECT_EQ(d.rows(), 60);
  ASSERT_TRUE(d.has_targets());
  EXPECT_EQ(d.targets.shape(0), 60);
  EXPECT_FALSE(d.target_names.empty());
  EXPECT_EQ(d.source, name + " (seed 3)");
  for (const float v : d.features.to_vector()) ASSERT_TRUE(std::isfinite(v));
  if (d.is_classification()) {
    for (const std::int32_t label : d.targets.to_vector<std::int32_t>()) ASSERT_TRUE(label >= 0 && label < static_cast<std::int32_t>(d.class_names.size()));
  } else {
    EXPECT_EQ(d.targets.rank() == 1 ? 1 : d.targets.shape(1), static_cast<std::int64_t>(d.target_names.size()));
    for (const float v : d.targets.to_vector()) ASSERT_TRUE(std::isfinite(v));
  }
  if (!d.feature_names.empty()) {
    EXPECT_EQ(d.features.shape(1), static_cast<std::int64_t>(d.feature_names.size()));
  }
  EXPECT_ERROR(invalid_argument, generate(name, -1), "got -1");
}

TEST_P(EveryGenerator, DependsOnTheSeedAlone) {
  const int before = threads();
  set_threads(1);
  const std::string first = generate(GetParam(), 700, 5).digest();
  set_threads(3);
  EXPECT_EQ(generate(GetParam(), 700, 5).digest(), first);
  set_threads(before);
  if (GetParam() != "counting") {
    EXPECT_NE(generate(GetParam(), 700, 6).digest(), first);
  }
}

TEST(Generated, CloudsHaveTheDocumentedCeiling) {
  const Dataset d = clouds(40000, 1);
  const std::vector<float> x = d.features.to_vector();
  const auto y = d.targets.to_vector<std::int32_t>();
  int right = 0;
  for (std::size_t i = 0; i < y.size(); ++i) right += (x[2 * i] + x[2 * i + 1] > 0) == (y[i] == 1);
  EXPECT_NEAR(right / 40000., 0.5 * std::erfc(-std::sqrt(2.) / std::sqrt(2.)), 0.005);  // the normal distribution at sqrt 2
}

TEST(Generated, ShapesLieWhereTheyShould) {
  const auto each = [](const Dataset& d, auto&& check) {
    const std::vector<float> x = d.features.to_vector();
    const auto y = d.targets.to_vector<std::int32_t>();
    for (std::size_t i = 0; i < y.size(); ++i) check(x[2 * i], x[2 * i + 1], y[i]);
  };
  each(checkerboard(2000), [](float x, float y, int c) { EXPECT_EQ((static_cast<int>(std::floor(x)) + static_cast<int>(std::floor(y)) + 8) % 2, c); });
  each(rings(2000), [](float x, float y, int c) { EXPECT_NEAR(std::hypot(x, y), 0.5 * (c + 1), 0.22); });
  each(gaussian_grid(2000), [](float x, float y, int c) { EXPECT_EQ(static_cast<int>(std::lround(x)) + 2 + 5 * (static_cast<int>(std::lround(y)) + 2), c); });
  each(exclusive_or(2000), [](float x, float y, int c) { EXPECT_EQ((x > 0.5f) != (y > 0.5f), c == 1); });
  each(circles(2000), [](float x, float y, int c) { EXPECT_NEAR(std::hypot(x, y), c ? 1 : 0.5, 0.5); });
}

TEST(Generated, CountingGoesOn) {
  const Dataset d = counting();
  EXPECT_EQ(d.features.type(), (TensorType{{6, 3, 1}, DType::f32}));
  EXPECT_EQ(d.slice(5, 6).features.to_vector(), (std::vector<float>{60, 70, 80}));
  EXPECT_EQ(d.targets.to_vector(), (std::vector<float>{40, 50, 60, 70, 80, 90}));
}

TEST(Generated, PremiumsCountWhereTheyAreQuoted) {
  const Dataset d = premiums(500, 2);
  EXPECT_EQ(d.features.shape(1), 700);
  EXPECT_EQ(d.targets.shape(1), 110);
  const std::vector<float> x = d.features.to_vector(), y = d.targets.to_vector();
  double quotes = 0;
  for (std::size_t i = 0; i < 500; ++i) {
    float marked = 0;
    for (std::size_t c = 20; c < 700; ++c) marked += x[700 * i + c];
    EXPECT_EQ(marked, 3);
    for (std::size_t k = 0; k < 55; ++k) {
      EXPECT_EQ(y[110 * i + k] > 0, y[110 * i + 55 + k] == 1);
      quotes += y[110 * i + 55 + k];
    }
  }
  EXPECT_GT(quotes / (500 * 55), 0.4);
  EXPECT_LT(quotes / (500 * 55), 0.9);
}

TEST(Generated, TheatresHaveSeats) {
  const Dataset d = theatre(3000, 1);
  const std::vector<float> x = d.features.to_vector(), y = d.targets.to_vector();
  double off = 0, free = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    EXPECT_LE(y[i], theatre_seats);
    const float demand = theatre_demand(x[4 * i], x[4 * i + 1] > 0, x[4 * i + 2] > 0, x[4 * i + 3] > 0);
    if (demand < 200) off += std::pow(y[i] - demand, 2), ++free;
    if (demand > 450) {
      EXPECT_EQ(y[i], theatre_seats);
    }
  }
  EXPECT_NEAR(std::sqrt(off / free), 25, 5);
}

TEST(Generated, ForcesAreTheSlopesOfTheEnergy) {
  for (const char* name : {"lennard_jones", "morse"}) {
    const Dataset d = generate(name, 200, 4);
    const std::vector<float> x = d.features.to_vector(), y = d.targets.to_vector();
    const auto energy = [&](const std::vector<double>& at) {
      double total = 0;
      for (std::size_t i = 0; i < 5; ++i)
        for (std::size_t j = 0; j < i; ++j) {
          const double r = std::hypot(at[3 * i] - at[3 * j], at[3 * i + 1] - at[3 * j + 1], at[3 * i + 2] - at[3 * j + 2]);
          total += *name == 'l' ? 4 * (std::pow(r, -12) - std::pow(r, -6)) : std::pow(1 - std::exp(-3 * (r - 1)), 2) - 1;
        }
      return total;
    };
    for (std::size_t row = 0; row < 200; ++row) {
      std::vector<double> at(x.begin() + static_cast<std::ptrdiff_t>(15 * row), x.begin() + static_cast<std::ptrdiff_t>(15 * row + 15));
      const double scale = 1 + std::abs(y[16 * row]);
      EXPECT_NEAR(y[16 * row], energy(at), 1e-4 * scale);
      for (const std::size_t k : {std::size_t{0}, std::size_t{7}, std::size_t{14}}) {
        const double before = at[k];
        at[k] = before + 1e-5;
        const double up = energy(at);
        at[k] = before - 1e-5;
        EXPECT_NEAR(y[16 * row + 1 + k], -(up - energy(at)) / 2e-5, 1e-2 * (scale + std::abs(y[16 * row + 1 + k])));
        at[k] = before;
      }
    }
  }
}

// A picture is looked at again: the colours in it are where the answer says they are.
TEST(Generated, AnswersFollowFromThePicture) {
  const Dataset d = sort_of_clevr(400, 3);
  constexpr int side = 75, width = side * side * 3 + 11;
  constexpr int palette[6][3] = {{255, 0, 0}, {0, 160, 0}, {0, 0, 255}, {255, 156, 0}, {128, 128, 128}, {255, 255, 0}};
  const auto* pixels = d.features.data<std::uint8_t>();
  const auto answers = d.targets.to_vector<std::int32_t>();
  std::map<std::int32_t, int> seen;
  for (int row = 0; row < 400; ++row) {
    const auto* x = pixels + row * width;
    double centre[6][2]{};
    int area[6]{};
    for (int p = 0; p < side * side; ++p)
      for (int c = 0; c < 6; ++c)
        if (x[3 * p] == palette[c][0] && x[3 * p + 1] == palette[c][1] && x[3 * p + 2] == palette[c][2]) {
          centre[c][0] += p % side, centre[c][1] += p / side;
          ++area[c];
        }
    for (int c = 0; c < 6; ++c) {
      ASSERT_TRUE(area[c] == 121 || area[c] == 81) << area[c];  // a square of 11, a disc of radius 5
      centre[c][0] /= area[c], centre[c][1] /= area[c];
    }
    const auto marked = [&](int from, int count) { return static_cast<int>(std::find(x + side * side * 3 + from, x + side * side * 3 + from + count, 255) - (x + side * side * 3 + from)); };
    const int colour = marked(0, 6), relational = marked(6, 2), kind = marked(8, 3);
    ASSERT_TRUE(colour < 6 && relational < 2 && kind < 3);
    EXPECT_EQ(relational, row % 2);
    const std::string answer = d.class_names[static_cast<std::size_t>(answers[static_cast<std::size_t>(row)])];
    ++seen[answers[static_cast<std::size_t>(row)]];
    const auto shape = [&](int c) { return std::string(area[c] == 81 ? "circle" : "rectangle"); };
    if (!relational) {
      EXPECT_EQ(answer, kind == 0 ? shape(colour) : centre[colour][kind - 1] < 37 ? "yes" : "no");
    } else if (kind == 2) {
      EXPECT_EQ(answer, std::to_string(std::count(area, area + 6, area[colour])));
    } else {
      int best = -1;
      double best_distance = 0;
      for (int c = 0; c < 6; ++c) {
        const double distance = std::hypot(centre[c][0] - centre[colour][0], centre[c][1] - centre[colour][1]);
        if (c != colour && (best < 0 || (kind == 0 ? distance < best_distance - 1e-9 : distance > best_distance + 1e-9))) best = c, best_distance = distance;
      }
      EXPECT_EQ(answer, shape(best));
    }
  }
  EXPECT_GE(seen.size(), 8u);
}

TEST(Generated, EdgesAreSeenByTwoKernels) {
  const Dataset d = edges(400, 1);
  const auto* x = d.features.data<std::uint8_t>();
  const auto y = d.targets.to_vector<std::int32_t>();
  for (int i = 0; i < 400; ++i) {
    double across = 0, down = 0;
    for (int r = 0; r < 16; ++r) {
      double row = 0, column = 0;
      for (int c = 0; c < 16; ++c) {
        row += x[256 * i + 16 * r + c] - (r > 0 ? x[256 * i + 16 * (r - 1) + c] : x[256 * i + c]);
        column += x[256 * i + 16 * c + r] - (r > 0 ? x[256 * i + 16 * c + r - 1] : x[256 * i + 16 * c]);
      }
      down = std::max(down, std::abs(row) / 16);
      across = std::max(across, std::abs(column) / 16);
    }
    const int kind = y[static_cast<std::size_t>(i)];
    EXPECT_EQ(down > 8, kind == 1 || kind == 3) << i;
    EXPECT_EQ(across > 8, kind == 2 || kind == 3) << i;
  }
}

TEST(Generated, ColoursOfDigits) {
  const Dataset d = coloured_digits(200, 1);
  const auto* x = d.features.data<std::uint8_t>();
  const auto y = d.targets.to_vector<std::int32_t>();
  for (int i = 0; i < 200; ++i) EXPECT_EQ(x[i * 28 * 28 * 3] > 128, y[static_cast<std::size_t>(i)] == 1);  // the paper in the corner
  EXPECT_NEAR(static_cast<double>(std::count(y.begin(), y.end(), 1)), 100, 35);
}

}  // namespace
}  // namespace candor::data
