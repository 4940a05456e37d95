// data.leak fires on a column that is the answer in other words, and not on sound ones.
#include <gtest/gtest.h>

#include "candor/candid/check_leak.h"
#include "candor/data/generators.h"
#include "candor/data/split.h"
#include "candor/tensor/random.h"

namespace candor::candid {
namespace {

// Three columns of which the last is noise, the truth, or the truth in one row of twenty wrong.
data::Split rows(double wrong, bool classes) {
  const std::int64_t n = 500;
  const std::vector<float> noise = random_uniform(Shape{n * 3}, 0, 1, RandomStream{3, 1}).to_vector();
  std::vector<float> x, y;
  std::vector<std::int32_t> labels;
  for (std::int64_t i = 0; i < n; ++i) {
    const float a = noise[static_cast<std::size_t>(3 * i)], b = noise[static_cast<std::size_t>(3 * i + 1)], c = noise[static_cast<std::size_t>(3 * i + 2)];
    const float truth = classes ? (a + b > 1 ? 1.f : 0.f) : (a + b > 1 ? 5.f : 2.f);
    x.insert(x.end(), {a, b, static_cast<double>(c) < wrong ? c : truth * 7});
    y.push_back(truth);
    labels.push_back(a + b > 1);
  }
  data::Dataset set = data::from_arrays(Tensor::from(x, Shape{n, 3}), classes ? Tensor::from(labels) : Tensor::from(y));
  set.feature_names = {"a", "b", "c"};
  return data::split(set);
}

TEST(CheckLeak, AColumnThatIsTheAnswer) {
  for (const bool classes : {true, false}) {
    const data::Split s = rows(0, classes);
    const auto findings = check_leak(s.train, s.test, s.train.feature_names);
    ASSERT_EQ(findings.size(), 1u) << classes;
    EXPECT_EQ(findings[0].id, "data.leak");
    EXPECT_NE(findings[0].message.find("\"c\""), std::string::npos) << findings[0].message;
  }
}

TEST(CheckLeak, SoundColumns) {
  for (const double wrong : {.2, 1.1}) {
    const data::Split s = rows(wrong, true);
    EXPECT_TRUE(check_leak(s.train, s.test, s.train.feature_names).empty()) << wrong;
  }
  const data::Split insurance = data::split(data::generate("insurance_risk", 1000, 1));
  EXPECT_TRUE(check_leak(insurance.train, insurance.test, insurance.train.feature_names).empty());
}

TEST(CheckLeak, SaysNothingOfTooFewRowsOrColumns) {
  const data::Split s = rows(0, true);
  EXPECT_TRUE(check_leak(s.train, s.test.slice(0, 20), s.train.feature_names).empty());
  EXPECT_TRUE(check_leak(s.train, s.test, {"a", "a", "c"}).empty());
  EXPECT_TRUE(check_leak(s.train, s.test, {"a"}).empty());
}

}  // namespace
}  // namespace candor::candid
