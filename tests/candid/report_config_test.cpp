// A report as a tree: the same when it is read back, and whoever spoiled it, an error instead of a page.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "candor/formats/config_json.h"
#include "tests/candid/report_samples.h"
#include "tests/support/errors.h"

namespace candor::candid {
namespace {

using testing::classification_report;
using testing::hostile_report;
using testing::pictures_report;
using testing::regression_report;
using testing::series_report;

TEST(ReportConfig, ComesBackExactly) {
  for (const Report& r : {classification_report(), regression_report(), pictures_report(), series_report(), Report{}}) {
    const Config tree = report_config(r);
    EXPECT_TRUE(report_config(report_from_config(tree)) == tree) << r.title;
    const std::string text = formats::to_json(tree);
    const Config read = formats::config_from_json(text, "report.json");
    EXPECT_TRUE(read == tree) << r.title;
    EXPECT_EQ(formats::to_json(report_config(report_from_config(read))), text) << r.title;
    EXPECT_EQ(report_html(report_from_config(read)), report_html(r)) << r.title;
  }
}

TEST(ReportConfig, KeepsWhatJsonHasNoNumberFor) {
  Report r = regression_report();
  r.seed = std::numeric_limits<std::uint64_t>::max();
  r.score.value = std::nan("");
  r.score.interval = {-std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
  r.reach.reset();
  r.map.reset();
  r.predicted.y[3] = std::nan("");
  const Report back = report_from_config(formats::config_from_json(formats::to_json(report_config(r)), "report.json"));
  EXPECT_EQ(back.seed, r.seed);
  EXPECT_TRUE(std::isnan(back.score.value));
  EXPECT_EQ(back.score.interval.low, r.score.interval.low);
  EXPECT_EQ(back.score.interval.high, r.score.interval.high);
  EXPECT_FALSE(back.reach.has_value());
  EXPECT_FALSE(back.map.has_value());
  EXPECT_TRUE(std::isnan(back.predicted.y[3]));
  EXPECT_EQ(back.predicted.y[4], r.predicted.y[4]);
}

TEST(ReportConfig, RefusesWhatDoesNotFit) {
  const auto with = [](auto change) {
    Report r = classification_report();
    change(r);
    return report_config(r);
  };
  EXPECT_ERROR(corrupt, report_from_config(Config("text")), "map");
  EXPECT_ERROR(corrupt, report_from_config(with([](Report& r) { r.losses[0].y.pop_back(); })), "losses");
  EXPECT_ERROR(corrupt, report_from_config(with([](Report& r) { r.calibration[0].low.pop_back(); })), "calibration");
  EXPECT_ERROR(corrupt, report_from_config(with([](Report& r) { r.layer_records[1].dead.pop_back(); })), "layer_records");
  EXPECT_ERROR(corrupt, report_from_config(with([](Report& r) { r.looked_at.clear(); })), "layer_records");
  EXPECT_ERROR(corrupt, report_from_config(with([](Report& r) { r.score.confusion[1].pop_back(); })), "confusion");
  EXPECT_ERROR(corrupt, report_from_config(with([](Report& r) { r.score.confusion.pop_back(); })), "confusion");
  EXPECT_ERROR(corrupt, report_from_config(with([](Report& r) { r.score.classes[0].hits = -1; })), "classes");
  EXPECT_ERROR(corrupt, report_from_config(with([](Report& r) { r.data.columns[0].edges.pop_back(); })), "columns");
  EXPECT_ERROR(corrupt, report_from_config(with([](Report& r) { r.data.correlation[0].push_back(1); })), "correlation");
  EXPECT_ERROR(corrupt, report_from_config(with([](Report& r) { r.map->columns = 1'000'000'000; })), "map");
  EXPECT_ERROR(corrupt, report_from_config(with([](Report& r) { r.map->points[0].pop_back(); })), "points");
  EXPECT_ERROR(corrupt, report_from_config(with([](Report& r) { r.worst[0].picture = "<b>"; })), "base64");
  EXPECT_ERROR(corrupt, report_from_config(with([](Report& r) { r.dependences[2].words.pop_back(); })), "dependences");
  Config newer = report_config({});
  EXPECT_ERROR(unsupported, report_from_config(newer.set("version", 99)), "newer Candor");
  Config seed = report_config({});
  EXPECT_ERROR(corrupt, report_from_config(seed.set("seed", "99999999999999999999")), "seed");
  EXPECT_ERROR(corrupt, report_from_config(seed.set("seed", "-1")), "seed");
}

// Every value of the tree replaced by one of another kind: read or refused, and what is read makes a page.
void spoil(const Config& whole, const Config& part, const std::function<Config(Config)>& put, int& refused, int& read) {
  for (const Config& other : {Config(), Config(true), Config(-1), Config(1e300), Config("text"), Config::list(), Config::map(), Config(Config::List{Config(Config::List{Config(7)})})}) {
    try {
      const Report r = report_from_config(put(other));
      EXPECT_GT(report_html(r).size(), 1000u);
      ++read;
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), other == Config(1e300) || other == Config(-1) || other.is_number() ? e.kind() : ErrorKind::corrupt) << e.what();
      ++refused;
    }
  }
  if (part.is_map()) {
    for (const auto& [key, value] : part.entries()) {
      spoil(whole, value, [&, key = key](Config v) { Config copy = part; copy.set(key, std::move(v)); return put(std::move(copy)); }, refused, read);
    }
  } else if (part.is_list() && !part.items().empty()) {
    spoil(whole, part.items()[0], [&](Config v) { Config::List list = part.items(); list[0] = std::move(v); return put(Config(std::move(list))); }, refused, read);
  }
}

TEST(ReportConfig, SurvivesEverySpoiledPlace) {
  Report r = classification_report();  // small lists: each place is tried eight times
  r.map->columns = r.map->rows = 2, r.map->values.resize(4), r.map->points.resize(1);
  r.losses.resize(1), r.metrics.resize(1), r.roc.resize(1), r.precision_recall.resize(1), r.calibration.resize(1), r.data.columns.resize(3);
  const Config whole = report_config(r);
  int refused = 0, read = 0;
  spoil(whole, whole, [](Config v) { return v; }, refused, read);
  EXPECT_GT(refused, 500);
  EXPECT_GT(read, 100);
}

}  // namespace
}  // namespace candor::candid
