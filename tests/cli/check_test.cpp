// `candor check` from outside.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "tests/support/environment.h"
#include "tests/support/files.h"
#include "tests/support/program.h"

namespace candor {
namespace {

using nlohmann::json;
using testing::Finished;
using testing::run_candor;
using testing::TemporaryFolder;

std::string rows(int from, int to) {
  std::string csv = "size,weight,kind\n";
  for (int i = from; i < to; ++i) {
    const double noise = std::sin(12.9898 * i) * 43758.5453, part = noise - std::floor(noise);
    csv += std::to_string(3 + (i % 2) + part) + "," + std::to_string(50 + 7 * std::cos(i * 1.7) + part) + (part + (i % 2) > .9 ? ",a\n" : ",b\n");
  }
  return csv;
}

json findings_of(const Finished& run) { return json::parse(run.out)["findings"]; }

bool holds(const json& findings, const std::string& id, const std::string& severity) {
  for (const json& f : findings)
    if (f["id"] == id && f["severity"] == severity) return true;
  return false;
}

TEST(Check, SoundPartsEndWithZero) {
  const TemporaryFolder folder;
  folder.write("train.csv", rows(0, 400)), folder.write("test.csv", rows(1000, 1100));
  const Finished run = run_candor({"check", "train.csv", "test.csv", "--target", "kind", "--format", "json"}, folder.path());
  EXPECT_EQ(run.code, 0) << run.out << run.err;
  const json o = json::parse(run.out);
  for (const json& f : o["findings"]) EXPECT_EQ(f["severity"], "note") << f;
  EXPECT_EQ(o.size(), 3u) << "findings, checked, skipped and nothing else";
  EXPECT_GE(o["checked"].size(), 10u);
  for (const json& s : o["skipped"]) EXPECT_TRUE(s.contains("id") && s.contains("why"));
}

TEST(Check, ChecksWithTooFewRowsAreNamedForPeople) {
  const TemporaryFolder folder;
  folder.write("few.csv", rows(0, 12));
  const std::string out = run_candor({"check", "few.csv", "--target", "kind"}, folder.path()).out;
  EXPECT_NE(out.find("too few rows for a verdict (n = 12): data.leak (needs 50), "), std::string::npos) << out;
  folder.write("many.csv", rows(0, 400));
  EXPECT_EQ(run_candor({"check", "many.csv", "--target", "kind"}, folder.path()).out.find("too few rows"), std::string::npos);
}

TEST(Check, CopiedRowsEndWithThree) {
  const TemporaryFolder folder;
  folder.write("train.csv", rows(0, 400)), folder.write("test.csv", rows(300, 400));
  const Finished run = run_candor({"check", "test.csv", "train.csv", "--target", "kind", "--format", "json"}, folder.path());
  EXPECT_EQ(run.code, 3) << run.out << run.err;
  const json findings = findings_of(run);
  ASSERT_TRUE(holds(findings, "data.duplicate-rows", "error"));
  EXPECT_EQ(findings[0]["evidence"]["rows in both parts"], 100);
  EXPECT_FALSE(findings[0]["where"].get<std::string>().empty());
  // The same by flags, silenced, and in the other formats.
  EXPECT_EQ(run_candor({"check", "--train", "train.csv", "--test", "test.csv"}, folder.path()).code, 3);
  const Finished silenced = run_candor({"check", "train.csv", "test.csv", "--silence", "data.duplicate-rows=known", "--json"}, folder.path());
  EXPECT_EQ(silenced.code, 0) << silenced.out;
  EXPECT_FALSE(holds(findings_of(silenced), "data.duplicate-rows", "error"));
  const Finished junit = run_candor({"check", "train.csv", "test.csv", "--format", "junit"}, folder.path());
  EXPECT_EQ(junit.code, 3);
  EXPECT_NE(junit.out.find("<failure type=\"data.duplicate-rows\" message="), std::string::npos) << junit.out;
  const json sarif = json::parse(run_candor({"check", "train.csv", "test.csv", "--format", "sarif"}, folder.path()).out);
  EXPECT_EQ(sarif["version"], "2.1.0");
  EXPECT_EQ(sarif["runs"][0]["results"][0]["ruleId"], "data.duplicate-rows");
  EXPECT_EQ(sarif["runs"][0]["results"][0]["level"], "error");
  folder.write("two words.csv", rows(0, 400));
  const json spaced = json::parse(run_candor({"check", "two words.csv", "test.csv", "--format", "sarif"}, folder.path()).out);
  EXPECT_EQ(spaced["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "two%20words.csv");
}

std::vector<std::string> matches(const std::string& text, const std::string& pattern) {
  const std::regex expression(pattern);
  std::vector<std::string> found;
  for (std::sregex_iterator at(text.begin(), text.end(), expression), end; at != end; ++at) found.push_back(at->str());
  return found;
}

// What the schema of Ant's JUnit task asks for: attributes of suite and cases, their order, one child a case.
TEST(Check, JunitKeepsToItsSchema) {
  const TemporaryFolder folder;
  std::string train = rows(0, 400), served = "size,weight,kind\n";
  for (int i = 0; i < 60; ++i) served += std::to_string(300 + i % 7) + "," + std::to_string(50 + i % 11) + ",<\xc3\xbc & \"x\">\n";
  folder.write("train.csv", train), folder.write("test.csv", rows(350, 450)), folder.write("serve.csv", served);
  const Finished run = run_candor({"check", "--train", "train.csv", "--test", "test.csv", "--serve", "serve.csv", "--target", "kind", "--format", "junit"}, folder.path());
  EXPECT_EQ(run.code, 3) << run.err;
  const std::string& xml = run.out;
  EXPECT_EQ(matches(xml, "<testsuite name=\"[^\"<]+\" timestamp=\"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\" hostname=\"[^\"]+\" tests=\"[0-9]+\" failures=\"[0-9]+\" errors=\"0\" skipped=\"[0-9]+\" time=\"0\">\n  <properties/>\n").size(), 1u) << xml;
  const std::size_t cases = matches(xml, "<testcase classname=\"candor.check\" name=\"[a-z.-]+\" time=\"0\">(<failure type=\"[a-z.-]+\" message=\"[^\"<]+\">[^<]*</failure>|<skipped message=\"[^\"<]+\"/>)?</testcase>\n").size();
  EXPECT_EQ(cases, matches(xml, "<testcase").size()) << xml;
  EXPECT_NE(xml.find(" tests=\"" + std::to_string(cases) + "\""), std::string::npos);
  EXPECT_NE(xml.find(" failures=\"" + std::to_string(matches(xml, "<failure").size()) + "\""), std::string::npos);
  EXPECT_NE(xml.find(" skipped=\"" + std::to_string(matches(xml, "<skipped").size()) + "\""), std::string::npos);
  EXPECT_EQ(matches(xml, "</testcase>\n  <system-out>[^<]*</system-out>\n  <system-err/>\n</testsuite>\n$").size(), 1u) << xml;
}

// What SARIF 2.1.0 asks for: texts that are there, levels of its own, rules that are named once, places as URI references.
TEST(Check, SarifKeepsToItsSchema) {
  const TemporaryFolder folder;
  folder.write("train.csv", rows(0, 400)), folder.write("test.csv", rows(300, 400));
  const json o = json::parse(run_candor({"check", "train.csv", "test.csv", "--target", "kind", "--format", "sarif"}, folder.path()).out);
  EXPECT_EQ(o["$schema"], "https://json.schemastore.org/sarif-2.1.0.json");
  ASSERT_EQ(o["runs"].size(), 1u);
  const json& driver = o["runs"][0]["tool"]["driver"];
  EXPECT_FALSE(driver["name"].get<std::string>().empty());
  std::set<std::string> rules;
  for (const json& rule : driver["rules"]) {
    EXPECT_TRUE(rules.insert(rule["id"]).second) << rule;
    EXPECT_FALSE(rule["shortDescription"]["text"].get<std::string>().empty());
  }
  ASSERT_FALSE(o["runs"][0]["results"].empty());
  for (const json& result : o["runs"][0]["results"]) {
    EXPECT_TRUE(rules.contains(result["ruleId"])) << result;
    EXPECT_TRUE((std::set<std::string>{"note", "warning", "error"}).contains(result["level"]));
    EXPECT_FALSE(result["message"]["text"].get<std::string>().empty());
    for (const json& place : result["locations"]) EXPECT_TRUE(std::regex_match(place["physicalLocation"]["artifactLocation"]["uri"].get<std::string>(), std::regex("[A-Za-z0-9._~/%-]+"))) << place;
  }
}

TEST(Check, ServedRowsAndAFolderOfTables) {
  const TemporaryFolder folder;
  folder.write("train.csv", rows(0, 400));
  folder.write("serve.csv", "size,kind\n3.2,a\n4.1,b\n3.9,a\n");
  const Finished run = run_candor({"check", folder.path(), "--target", "kind", "--json"});
  EXPECT_EQ(run.code, 3) << run.out << run.err;
  EXPECT_TRUE(holds(findings_of(run), "serve.schema", "error"));
}

TEST(Check, AClassThatOnlyOneFolderHasIsAFinding) {
  // A folder with train and test in it, and a class of the test that was spelled in another way: said, and no error of reading.
  const TemporaryFolder folder;
  const auto picture = [](int shade, int i) {
    std::string pixels = "P5 8 8 255\n";
    for (int k = 0; k < 64; ++k) pixels += static_cast<char>(shade + (k * 37 + i * 101 + i * k) % 60);
    return pixels;
  };
  for (int i = 0; i < 60; ++i) {
    const std::string part = i < 40 ? "pics/train/" : "pics/test/", name = std::to_string(i) + ".pgm";
    folder.write(part + "dark/" + name, picture(20, i)), folder.write(part + (i < 40 ? "bright/" : "brigth/") + name, picture(180, i + 100));
  }
  const Finished run = run_candor({"check", "pics", "--format", "json"}, folder.path());
  EXPECT_EQ(run.code, 3) << run.out << run.err;
  EXPECT_TRUE(holds(findings_of(run), "data.label-name-swap", "error")) << run.out;
}

TEST(Check, ASavedModelIsAskedToo) {
  const TemporaryFolder folder;
  folder.write("train.csv", rows(0, 400)), folder.write("serve.csv", rows(1000, 1200));
  std::string far = "size,weight,kind\n";
  for (int i = 0; i < 100; ++i) far += std::to_string(30 + i % 7) + "," + std::to_string(150 + i % 11) + ",a\n";
  folder.write("far.csv", far);
  ASSERT_EQ(run_candor({"train", "train.csv", "--target", "kind", "--model", "mlp", "--epochs", "4", "--out", "net", "--no-report", "--quiet"}, folder.path()).code, 0);
  const auto check = [&](const std::string& serve) { return run_candor({"check", "train.csv", "--serve", serve, "--model", "net/model.candor", "--json"}, folder.path()); };
  const json sound = json::parse(check("serve.csv").out), strange = json::parse(check("far.csv").out);
  for (const char* id : {"model.loss-activation", "model.dead-end", "serve.extrapolate"}) EXPECT_NE(sound["checked"].dump().find(id), std::string::npos) << id;
  for (const json& f : sound["findings"]) EXPECT_EQ(f["severity"], "note") << f;
  EXPECT_TRUE(holds(strange["findings"], "serve.extrapolate", "warning")) << strange["findings"];
  // Rows that stand alone may be those that are served.
  EXPECT_TRUE(holds(json::parse(run_candor({"check", "far.csv", "--model", "net/model.candor", "--json"}, folder.path()).out)["findings"], "serve.extrapolate", "warning"));
}

TEST(Check, SilencedInAFileBesideTheData) {
  const TemporaryFolder folder;
  folder.write("train.csv", rows(0, 400)), folder.write("test.csv", rows(0, 100));
  const std::vector<std::string> words{"check", "train.csv", "test.csv", "--target", "kind"};
  EXPECT_EQ(run_candor(words, folder.path()).code, 3);
  folder.write("candor.yaml", "silence:\n  data.duplicate-rows: a lesson on copies\n");
  const Finished quiet = run_candor(words, folder.path());
  EXPECT_EQ(quiet.code, 0) << quiet.out;
  EXPECT_NE(quiet.out.find("1 silenced"), std::string::npos) << quiet.out;
  folder.write("candor.yaml", "silence:\n  data.nonsense: why\n");
  EXPECT_EQ(run_candor(words, folder.path()).code, 2);
}

TEST(Check, BadInputIsAnErrorOfItsOwn) {
  const TemporaryFolder folder;
  folder.write("train.csv", rows(0, 50));
  EXPECT_EQ(run_candor({"check"}).code, 2);
  EXPECT_EQ(run_candor({"check", "no-such-file.csv"}).code, 2);
  EXPECT_EQ(run_candor({"check", folder / "train.csv", "--target", "nothing"}).code, 2);
  const Finished silence = run_candor({"check", folder / "train.csv", "--silence", "data.leek"});
  EXPECT_EQ(silence.code, 2);
  EXPECT_NE(silence.err.find("data.leak"), std::string::npos) << silence.err;
  EXPECT_EQ(run_candor({"check", folder / "train.csv", "--format", "xml"}).code, 2);
  EXPECT_EQ(run_candor({"check", folder / "train.csv", "digits"}).code, 2);
}

TEST(Check, ListNamesAllChecks) {
  const json all = json::parse(run_candor({"check", "--list", "--json"}).out);
  EXPECT_GE(all.size(), 18u);
  for (const json& one : all) EXPECT_FALSE(one["what"].get<std::string>().empty()) << one;
}

TEST(Check, TheSignsAreSound) {
  CANDOR_NEEDS("CANDOR_DATA");
  const Finished run = run_candor({"check", "speed-limit-signs/speed-limit-signs.zip", "--format", "json"});
  EXPECT_EQ(run.code, 0) << run.out << run.err;
  for (const json& f : findings_of(run)) EXPECT_EQ(f["severity"], "note") << f;
}

}  // namespace
}  // namespace candor
