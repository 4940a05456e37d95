// The page as a browser sees it: nothing complains, nothing is asked for, nothing is cut off, everything can be read.
#include <gtest/gtest.h>

#include "tests/candid/report_samples.h"
#include "tests/support/browser.h"

namespace candor::candid {
namespace {

using nlohmann::json;
using testing::Browser;

// Texts whose contrast with the ground below them is less than AA asks for (WCAG 2.2, 1.4.3), as "ratio tag.class text".
const char* const pale_texts = R"js(
(() => {
  const parse = c => { const m = c.match(/[\d.]+/g).map(Number); return { rgb: m.slice(0, 3), a: m.length > 3 ? m[3] : 1 }; };
  const over = (top, below) => top.rgb.map((v, i) => v * top.a + below[i] * (1 - top.a));
  const light = rgb => { const [r, g, b] = rgb.map(v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; }); return .2126 * r + .7152 * g + .0722 * b; };
  const ground = e => { const stack = []; for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); stack.push(c); if (c.a === 1) break; }
    let rgb = [255, 255, 255]; for (const c of stack.reverse()) rgb = over(c, rgb); return rgb; };
  const bad = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let n; (n = walk.nextNode());) {
    const e = n.parentElement;
    if (!n.data.trim() || e.closest("script,.unseen,.skip,#tip,title") || !e.getClientRects().length) continue;
    const s = getComputedStyle(e), below = ground(e), ink = over(parse(e.closest("svg") ? s.fill : s.color), below);
    const a = light(ink), b = light(below), ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < (parseFloat(s.fontSize) >= 24 ? 3 : 4.5)) bad.push(ratio.toFixed(2) + " " + e.tagName + "." + e.getAttribute("class") + " " + n.data.trim().slice(0, 30));
  }
  return bad.slice(0, 10);
})()
)js";

class ReportInBrowser : public ::testing::Test {
 protected:
  void SetUp() override {
    if (testing::chromium_path().empty()) GTEST_SKIP() << "no chromium in $PATH, nor $CANDOR_CHROMIUM";
  }
  const testing::TemporaryFolder folder_;
};

TEST_F(ReportInBrowser, NothingComplainsNothingIsAskedForNothingIsCutOff) {
  const std::vector<std::pair<std::string, Report>> reports{{"classification", testing::classification_report()}, {"regression", testing::regression_report()},
                                                            {"pictures", testing::pictures_report()}, {"series", testing::series_report()}, {"hostile", testing::hostile_report()}, {"empty", {}}};
  Browser browser;
  for (const auto& [name, report] : reports) {
    const std::string file = folder_.write(name + ".html", report_html(report));
    for (const int width : {390, 1366}) {
      for (const bool dark : {false, true}) {
        SCOPED_TRACE(name + " at " + std::to_string(width) + (dark ? ", dark" : ", light"));
        browser.open(file, width, dark);
        EXPECT_EQ(browser.value("document.documentElement.scrollWidth").get<int>(), width);
        const json outside = browser.value("[...document.querySelectorAll('main *')].filter(e => !e.closest('.scroll,pre,svg,.unseen') && e.getBoundingClientRect().right > innerWidth + 1).slice(0, 5).map(e => e.outerHTML.slice(0, 120))");
        EXPECT_TRUE(outside.empty()) << outside;
        EXPECT_NE(browser.value("document.title").get<std::string>(), "run");
        const json pale = browser.value(pale_texts);
        EXPECT_TRUE(pale.empty()) << pale.dump(1);
        // A picture says in words what it shows, and headings do not skip a level.
        EXPECT_EQ(browser.value("[...document.querySelectorAll('img:not([alt]),svg:not([role=img]):not([aria-hidden=true])')].length").get<int>(), 0);
        EXPECT_TRUE(browser.value("(() => { let last = 0; return [...document.querySelectorAll('h1,h2,h3,h4')].every(h => { const n = +h.tagName[1], fine = n <= last + 1; last = n; return fine; }); })()").get<bool>());
        for (const std::string& complaint : browser.log().complaints) {
          // Refusing what hostile data asks for is right.
          ADD_FAILURE() << complaint.substr(0, 600);
        }
        for (const std::string& request : browser.log().requests) ADD_FAILURE() << request;
      }
    }
  }
}

TEST_F(ReportInBrowser, ShowsTheValueNearestToThePointer) {
  Browser browser;
  browser.open(folder_.write("report.html", report_html(testing::classification_report())), 1366, false);
  EXPECT_EQ(browser.value("getComputedStyle(document.getElementById('tip')).display"), "none");
  // The 28th of 40 epochs: in the middle of the loss curve.
  const json box = browser.value("(async () => { const g = [...document.querySelectorAll('#training svg[data-x]')][0]; g.scrollIntoView({behavior: 'instant', block: 'center'}); await new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r))); const r = g.getBoundingClientRect(); return [r.x, r.y, r.width, r.height]; })()");
  browser.point(box[0].get<double>() + .5 * box[2].get<double>(), box[1].get<double>() + .6 * box[3].get<double>());
  EXPECT_EQ(browser.value("getComputedStyle(document.getElementById('tip')).display"), "block");
  const std::string tip = browser.value("document.getElementById('tip').textContent").get<std::string>();
  EXPECT_EQ(tip.rfind("validation\nepoch ", 0) == 0 || tip.rfind("training\nepoch ", 0) == 0, true) << tip;
  const double shown = std::stod(tip.substr(tip.rfind('\n') + 1));
  bool known = false;
  for (const Curve& c : testing::classification_report().losses)
    for (const double y : c.y) known = known || std::abs(y - shown) < 2e-3;
  EXPECT_TRUE(known) << tip;
  EXPECT_TRUE(browser.log().complaints.empty());
}

TEST_F(ReportInBrowser, IsCompleteWithoutItsScript) {
  std::string page = report_html(testing::classification_report());
  const std::size_t begin = page.find("<script"), end = page.find("</script>");
  page.erase(begin, end - begin + 9);
  Browser browser;
  browser.open(folder_.write("report.html", page), 390, false);
  EXPECT_EQ(browser.value("document.querySelectorAll('section').length").get<int>(), 13);
  EXPECT_EQ(browser.value("document.querySelectorAll('nav a[href^=\"#\"]').length").get<int>(), 14);
  EXPECT_EQ(browser.value("[...document.querySelectorAll('nav li a')].filter(a => !document.getElementById(a.hash.slice(1))).length").get<int>(), 0);
  EXPECT_EQ(browser.value("document.documentElement.scrollWidth").get<int>(), 390);
  EXPECT_TRUE(browser.log().complaints.empty());
}

}  // namespace
}  // namespace candor::candid
