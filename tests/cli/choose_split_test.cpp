// How train parts rows when nobody says how: by time or owner where a random part would only ask what is known.
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "candor/base/text.h"
#include "candor/pipeline/check_prepared.h"
#include "tests/support/files.h"

namespace candor {
namespace {

using testing::TemporaryFolder;

class Draw {
 public:
  double next() { return static_cast<double>((state_ = state_ * 1664525u + 1013904223u) >> 8) / (1 << 24); }
  double normal() { return next() + next() + next() + next() + next() + next() - 3; }

 private:
  std::uint32_t state_ = 11;
};

std::string two(int n) { return (n < 10 ? "0" : "") + std::to_string(n); }

// A day a row; the level goes its way from day to day, or is drawn anew. `classes`: the weekday before the level changes, so that the newest rows are of one class.
std::string days(bool depends, bool late_class = false) {
  Draw d;
  std::string out = "day,temperature,use\n";
  double level = 0;
  for (int i = 0; i < 360; ++i) {
    level = depends ? .95 * level + d.normal() : d.normal();
    const std::string use = late_class ? (i < 180 ? "low" : "high") : std::to_string(50 + 5 * level);
    out += std::to_string(2015 + i / 120) + "-" + two(1 + i % 120 / 10) + "-" + two(1 + i % 10 * 2) + "," + std::to_string(10 + d.normal()) + "," + use + "\n";
  }
  return out;
}

std::string visits(bool own_level) {
  Draw d;
  std::string out = "patient,pressure,age,risk\n";
  for (int p = 0; p < 50; ++p) {
    const double level = 120 + 10 * d.normal();
    for (int v = 0; v < 6; ++v) out += std::to_string(own_level ? 1000 + p : 1000 + p * 6 + v) + "," + std::to_string(level + d.normal()) + "," + std::to_string(30 + p % 40) + "," + std::to_string(level / 2 + 4 * d.normal()) + "\n";
  }
  return out;
}

pipeline::Prepared prepared(const TemporaryFolder& folder, const std::string& csv, const std::string& target, data::SplitWay way = data::SplitWay::automatic) {
  pipeline::PrepareOptions o;
  o.schema.targets = {target};
  o.split = way;
  return pipeline::prepare(folder.write("rows.csv", csv), o);
}

bool warned(const pipeline::Prepared& p, const std::string& id) {
  for (const Finding& f : pipeline::check_prepared(p).findings)
    if (f.id == id && f.severity > Severity::note) return true;
  return false;
}

TEST(ChooseSplit, TakesTheNewestRowsOfASeries) {
  const TemporaryFolder folder;
  const pipeline::Prepared chosen = prepared(folder, days(true), "use");
  EXPECT_TRUE(chosen.ordered);
  EXPECT_NE(chosen.split.find("in the order of \"day\""), std::string::npos) << chosen.split;
  EXPECT_NE(chosen.split.find("--split random"), std::string::npos) << chosen.split;
  EXPECT_EQ(chosen.test_rows.front(), 288);
  EXPECT_FALSE(warned(chosen, "data.time-split"));
  // Who asks for chance gets it, and hears of it; the date stays an input either way.
  const pipeline::Prepared drawn = prepared(folder, days(true), "use", data::SplitWay::random);
  EXPECT_FALSE(drawn.ordered);
  EXPECT_TRUE(warned(drawn, "data.time-split"));
  EXPECT_EQ(chosen.recipe->schema().find("day")->role, data::Role::date);
}

TEST(ChooseSplit, LetsRowsAloneThatHaveNothingToDoWithTheirNeighbours) {
  const TemporaryFolder folder;
  Draw d;
  std::string sales = "sold,size,price\n";  // several a day, in no order
  for (int i = 0; i < 400; ++i) sales += "2020-" + two(1 + static_cast<int>(12 * d.next())) + "-" + two(1 + static_cast<int>(28 * d.next())) + "," + std::to_string(100 * d.next()) + "," + std::to_string(d.normal()) + "\n";
  const pipeline::Prepared p = prepared(folder, sales, "price");
  EXPECT_FALSE(p.ordered);
  EXPECT_EQ(p.split.find("in the order"), std::string::npos) << p.split;
  EXPECT_FALSE(warned(p, "data.time-split"));
}

TEST(ChooseSplit, DoesNotTestAClassThatWasNotLearned) {
  const TemporaryFolder folder;
  const pipeline::Prepared p = prepared(folder, days(true, true), "use");
  EXPECT_FALSE(p.ordered) << p.split;
}

TEST(ChooseSplit, KeepsRowsOfOneOwnerTogether) {
  const TemporaryFolder folder;
  const pipeline::Prepared p = prepared(folder, visits(true), "risk");
  EXPECT_NE(p.split.find("rows with the same \"patient\" stay together"), std::string::npos) << p.split;
  EXPECT_EQ(p.recipe->schema().find("patient")->role, data::Role::group);
  EXPECT_EQ(p.groups.size(), p.train_rows.size());
  EXPECT_FALSE(warned(p, "data.group-split"));
  EXPECT_TRUE(warned(prepared(folder, visits(true), "risk", data::SplitWay::random), "data.group-split"));
  EXPECT_TRUE(prepared(folder, visits(false), "risk").groups.empty());
}

}  // namespace
}  // namespace candor
