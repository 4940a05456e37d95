// The page: what it says first, that it is one file, that nothing of the data becomes markup, that it stays small.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <regex>

#include "tests/candid/report_samples.h"

namespace candor::candid {
namespace {

using testing::classification_report;
using testing::hostile_report;
using testing::huge_report;
using testing::pictures_report;
using testing::regression_report;
using testing::series_report;

bool has(const std::string& page, const std::string& part) { return page.find(part) != std::string::npos; }

int count(const std::string& page, const std::string& part) {
  int n = 0;
  for (std::size_t at = page.find(part); at != std::string::npos; at = page.find(part, at + 1)) ++n;
  return n;
}

// What is said of a figure is true of every width of the page: lines stand where there is room, and drawings shrink.
TEST(ReportHtml, ReadsRightOnAPhone) {
  Report r = classification_report();
  EXPECT_TRUE(has(report_html(r), "Below each share stands its 95\xC2\xA0% interval; where the page is wide enough, lines draw it"));
  EXPECT_FALSE(has(report_html(r), "class=\"heat many\""));
  r.network_svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"383.2\" height=\"10\"></svg>";
  EXPECT_TRUE(has(report_html(r), "class=\"network\" style=\"--w:383px\""));
  EXPECT_FALSE(has(report_html(r), "which answer together"));
  r.networks = 5;
  EXPECT_TRUE(has(report_html(r), "The curves are of the first of 5 networks, which answer together."));
}

TEST(ReportHtml, ForecastsAreJudgedOnWindows) {
  const Report r = series_report();
  const std::string windows = std::to_string(r.score.n) + " windows that came after what it learned from";
  EXPECT_TRUE(has(report_html(r), r.score.n < 1000 ? windows : "windows that came after what it learned from"));
  EXPECT_TRUE(has(report_html(r), "<small>windows held out</small>"));
}

TEST(ReportHtml, SaysTheScoreAndAnHonestVerdict) {
  Report r = classification_report();
  EXPECT_TRUE(has(report_html(r), "<b>79.7\xC2\xA0%</b> of the 2,400 rows it had not seen"));
  EXPECT_TRUE(has(report_html(r), "not shown to be better than the best baseline, boosted trees (78.9\xC2\xA0%)"));
  EXPECT_TRUE(has(report_html(r), "78.1 to 81.2\xC2\xA0%"));
  r.baselines[3].difference = Interval{.002, .02};
  EXPECT_TRUE(has(report_html(r), "That is better than the best baseline"));
  r.baselines[3].difference = Interval{-.03, -.01};
  EXPECT_TRUE(has(report_html(r), "That is worse than the best baseline"));
  r.baselines[3].difference.reset();  // then the score's own interval decides: .789 lies in it
  EXPECT_TRUE(has(report_html(r), "not shown to be better"));
  r.baselines[3].value = .7;
  EXPECT_TRUE(has(report_html(r), "That is better than the best baseline, logistic regression"));
  r.baselines.clear();
  EXPECT_TRUE(has(report_html(r), "No baseline was computed"));
  EXPECT_TRUE(has(report_html(regression_report()), "explains <b>93.4\xC2\xA0%</b> of the variation of “price” in the 800 rows"));
  // Of an error the lower is the better.
  EXPECT_TRUE(has(report_html(series_report()), "That is not shown to be better than the best baseline, linear on lags (0.88)"));
  Report worse = series_report();
  worse.baselines[3].value = .7;
  EXPECT_TRUE(has(report_html(worse), "That is worse than the best baseline, linear on lags"));
}

TEST(ReportHtml, IsOneFileThatAsksForNothing) {
  for (const Report& r : {classification_report(), regression_report(), pictures_report(), series_report(), hostile_report()}) {
    const std::string page = report_html(r);
    EXPECT_EQ(page.rfind("<!doctype html>", 0), 0u);
    EXPECT_TRUE(has(page, "default-src 'none'"));
    EXPECT_FALSE(std::regex_search(page, std::regex("(src|href)=\"(?!data:|#)")));
    EXPECT_FALSE(has(page, "url(")) << "style";
    EXPECT_FALSE(has(page, "@import"));
    EXPECT_EQ(count(page, "<script"), 1);
    EXPECT_LT(page.size(), 300'000u);
  }
}

TEST(ReportHtml, ShowsHostileTextAsText) {
  const std::string page = report_html(hostile_report());
  EXPECT_EQ(count(page, "</script"), 1);
  EXPECT_EQ(count(page, "</style"), 1);
  EXPECT_FALSE(has(page, "<img src=x"));
  // No attribute that runs something, once the values in quotes are taken away.
  EXPECT_FALSE(std::regex_search(std::regex_replace(page, std::regex("\"[^\"]*\""), "q"), std::regex("<[^>]* on[a-z]+=")));
  EXPECT_FALSE(has(page, "\xff"));
  EXPECT_FALSE(has(page, "\xE2\x80\xAE"));
  EXPECT_TRUE(has(page, "&lt;script&gt;"));
  EXPECT_TRUE(std::none_of(page.begin(), page.end(), [](char c) { return static_cast<unsigned char>(c) < 32 && c != '\n'; }));
}

TEST(ReportHtml, StaysSmallAndSaysWhatWasLeftOut) {
  const std::string page = report_html(huge_report());
  EXPECT_LT(page.size(), 1'000'000u);
  for (const char* said : {"80 of 1,000 columns are shown", "50 of 1,000 classes are shown", "1,500 of 1,000,000 rows are drawn", "Of 1,000,000 steps", "20 of 1,005 columns are shown: the most important",
                           "40 of 1,002 findings are shown", "12 of 56 examples are shown"})
    EXPECT_TRUE(has(page, said)) << said;
}

TEST(ReportHtml, DrawsTheLayersOverTheEpochs) {
  const auto section = [](const Report& r) {
    const std::string page = report_html(r);
    const std::size_t from = page.find("<section id=\"layers\"");
    return from == std::string::npos ? std::string() : page.substr(from, page.find("</section>", from) - from);
  };
  Report r = classification_report();
  const std::string all = section(r);
  for (const char* title : {"Size of the gradient", "Size of a step", "Units without use", "Mean of what a layer gives", "Spread of what a layer gives"}) EXPECT_NE(all.find(title), std::string::npos) << title;
  for (const char* layer : {"data-n=\"dense\"", "data-n=\"dense_1\"", "data-n=\"dense_2\""}) EXPECT_NE(all.find(layer), std::string::npos) << layer;
  EXPECT_NE(all.find("30 times"), std::string::npos);
  // No dead unit at any time: a sentence says so, and an empty chart does not.
  for (LayerRecord& l : r.layer_records) std::fill(l.dead.begin(), l.dead.end(), 0.0);
  EXPECT_EQ(section(r).find("Units without use"), std::string::npos);
  EXPECT_NE(section(r).find("At no time was a unit 0"), std::string::npos);
  // Nothing to say of units, and gradients of 0 beside others: no number is drawn where there is none.
  for (LayerRecord& l : r.layer_records) std::fill(l.dead.begin(), l.dead.end(), std::nan(""));
  std::fill(r.layer_records[0].gradient_norm.begin(), r.layer_records[0].gradient_norm.end(), 0.0);
  EXPECT_EQ(section(r).find("At no time"), std::string::npos);
  EXPECT_EQ(section(r).find("nan"), std::string::npos);
  // Many layers: six curves, and the page says that there are more.
  EXPECT_NE(section(pictures_report()).find("6 of 21 layers are shown"), std::string::npos);
  r.layer_records.clear(), r.looked_at.clear();
  EXPECT_EQ(section(r), "");
}

TEST(ReportHtml, EmptySectionsVanish) {
  const std::string empty = report_html({});
  EXPECT_EQ(count(empty, "<section"), 0);
  EXPECT_TRUE(has(empty, "has not been tested"));
  Report r = classification_report();
  const int all = count(report_html(r), "<section");
  r.importances.clear(), r.dependences.clear(), r.map.reset();
  EXPECT_EQ(count(report_html(r), "<section"), all - 1);
  EXPECT_FALSE(has(report_html(r), "What matters"));
}

TEST(ReportHtml, DrawsWhateverDoesNotFit) {
  Report r = classification_report();  // made by a program, not read: nobody checked it
  r.losses[0].y.resize(3), r.score.confusion[0].resize(1), r.score.classes.resize(2), r.map->values.resize(7), r.calibration[0].low.resize(2);
  r.data.columns[0].counts = {NAN, 1}, r.data.columns[0].edges.clear(), r.score.interval = {NAN, NAN}, r.residual_edges = {0, INFINITY}, r.residual_counts = {1};
  r.importances[0].value = NAN, r.roc[0].x.clear(), r.data.correlation.resize(2), r.dependences[2].curves[0].y.resize(1), r.baselines[0].value = INFINITY, r.seconds = NAN;
  EXPECT_GT(report_html(r).size(), 10'000u);
  r.score.value = NAN;
  EXPECT_TRUE(has(report_html(r), "has not been tested"));
}

TEST(ReportHtml, TheSameReportIsTheSamePage) { EXPECT_EQ(report_html(classification_report()), report_html(classification_report())); }

}  // namespace
}  // namespace candor::candid
