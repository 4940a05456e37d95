#include "candor/candid/check.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <new>
#include <set>

#include "candor/base/error.h"

namespace candor::candid {
namespace {

TEST(Check, EveryIdStandsOnceInTheList) {
  std::set<std::string_view> ids;
  for (const CheckInfo& check : all_checks()) {
    EXPECT_TRUE(ids.insert(check.id).second) << check.id;
    EXPECT_NE(check.id.find('.'), std::string_view::npos) << check.id;
    EXPECT_EQ(find_check(check.id), &check);
  }
  EXPECT_EQ(find_check("data.nonsense"), nullptr);
}

TEST(Check, EveryCheckHasAPageAndEveryPageACheck) {
  const std::filesystem::path pages = std::filesystem::path(CANDOR_SOURCE_DIR) / "docs/checks";
  for (const CheckInfo& check : all_checks()) EXPECT_TRUE(std::filesystem::exists(pages / (std::string(check.id) + ".md"))) << check.id;
  for (const auto& page : std::filesystem::directory_iterator(pages)) EXPECT_NE(find_check(page.path().stem().string()), nullptr) << page.path().filename();
}

TEST(Check, FindingsAndVerdictsAreEntered) {
  Checkup checkup;
  run_check(checkup, "data.leak", [] { return std::vector<Finding>{{"data.leak", Severity::warning, "a column knows the answer"}}; });
  run_check(checkup, "data.leak", [] { return std::vector<Finding>(); });
  EXPECT_EQ(checkup.findings.size(), 1u);
  EXPECT_EQ(checkup.checked, std::vector<std::string>{"data.leak"});
  EXPECT_TRUE(checkup.has(Severity::note));
  EXPECT_TRUE(checkup.has(Severity::warning));
  EXPECT_FALSE(checkup.has(Severity::error));
}

TEST(Check, OneThatCannotSayIsSkippedWithItsReason) {
  Checkup checkup;
  run_check(checkup, "data.leak", []() -> std::vector<Finding> { skip(too_few(12, 30)); });
  EXPECT_TRUE(checkup.checked.empty());
  ASSERT_EQ(checkup.skipped.size(), 1u);
  EXPECT_EQ(checkup.skipped[0].why, "too few rows for a verdict (n = 12, needs 30)");
}

TEST(Check, OneThatThrowsBecomesANoteThatNamesIt) {
  Checkup checkup;
  run_check(checkup, "data.leak", []() -> std::vector<Finding> { fail(ErrorKind::internal, "no such column"); });
  run_check(checkup, "data.few", []() -> std::vector<Finding> { throw std::out_of_range("vector"); });
  ASSERT_EQ(checkup.findings.size(), 2u);
  EXPECT_EQ(checkup.findings[0].severity, Severity::note);
  EXPECT_NE(checkup.findings[0].message.find("data.leak"), std::string::npos);
  EXPECT_NE(checkup.findings[1].message.find("data.few"), std::string::npos);
  EXPECT_EQ(checkup.skipped.size(), 2u);
}

TEST(Check, CtrlCAndLackOfMemoryGoOn) {
  Checkup checkup;
  EXPECT_THROW(run_check(checkup, "data.leak", []() -> std::vector<Finding> { fail(ErrorKind::interrupted, "stopped"); }), Error);
  EXPECT_THROW(run_check(checkup, "data.leak", []() -> std::vector<Finding> { throw std::bad_alloc(); }), std::bad_alloc);
}

TEST(Check, SilencedFindingsAreKeptApartAndUnknownIdsRefused) {
  Checkup checkup;
  checkup.findings = {{"data.leak", Severity::error, "a"}, {"data.few", Severity::warning, "b"}};
  silence(checkup, std::vector<Silence>{{"data.leak", "known: the column is the price of the same day"}});
  ASSERT_EQ(checkup.findings.size(), 1u);
  EXPECT_EQ(checkup.findings[0].id, "data.few");
  ASSERT_EQ(checkup.silenced.size(), 1u);
  EXPECT_EQ(checkup.silenced[0].id, "data.leak");
  try {
    silence(checkup, std::vector<Silence>{{"data.leek", ""}});
    FAIL();
  } catch (const Error& e) {
    EXPECT_NE(e.message().find("data.leak"), std::string::npos) << e.what();
  }
}

TEST(Check, CheckupsJoin) {
  Checkup a, b;
  a.checked = {"data.few"};
  b.checked = {"data.few", "data.leak"};
  b.findings = {{"data.leak", Severity::note, ""}};
  a.add(std::move(b));
  EXPECT_EQ(a.checked, (std::vector<std::string>{"data.few", "data.leak"}));
  EXPECT_EQ(a.findings.size(), 1u);
}

}  // namespace
}  // namespace candor::candid
