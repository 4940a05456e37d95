// `candor data` from outside.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/environment.h"
#include "tests/support/file_server.h"
#include "tests/support/files.h"
#include "tests/support/program.h"

namespace candor {
namespace {

using testing::Finished;
using testing::run_candor;
using testing::TemporaryFolder;

TEST(Data, ListsWhatThereIs) {
  const TemporaryFolder cache;
  const std::vector<std::string> here{"CANDOR_CACHE=" + cache.path()};
  const Finished text = run_candor({"data", "list"}, {}, here);
  EXPECT_EQ(text.code, 0) << text.err;
  for (const char* word : {"mnist", "fashion-mnist", "cifar-10", "imdb", "adult", "titanic", "by hand", "insurance_risk", "candor data get NAME"}) EXPECT_NE(text.out.find(word), std::string::npos) << word;
  const auto json = nlohmann::json::parse(run_candor({"data", "list", "--json"}, {}, here).out);
  EXPECT_EQ(json["cache"], cache.path());
  bool found = false;
  for (const auto& set : json["sets"]) {
    if (set["name"] != "mnist") continue;
    found = true;
    EXPECT_EQ(set["files"].size(), 4u);
    EXPECT_EQ(set["bytes"], 11594722);
    EXPECT_TRUE(set["path"].is_null());
  }
  EXPECT_TRUE(found);
}

TEST(Data, WordsThatNameNothing) {
  const Finished near = run_candor({"data", "get", "titanc"});
  EXPECT_EQ(near.code, 2);
  EXPECT_NE(near.err.find("did you mean \"titanic\"?"), std::string::npos) << near.err;
  EXPECT_EQ(run_candor({"data", "get", "../titanic"}).code, 2);
  EXPECT_EQ(run_candor({"data", "get", "digits"}).code, 2);
  EXPECT_EQ(run_candor({"data", "get"}).code, 2);
  EXPECT_EQ(run_candor({"data"}).code, 2);
  EXPECT_EQ(run_candor({"data", "fetch", "titanic"}).code, 2);
  EXPECT_EQ(run_candor({"data", "get", "imagenet"}).code, 2);
  EXPECT_EQ(run_candor({"data", "get", "titanic", "--retries", "-1"}).code, 2);
}

TEST(Data, WithoutANetworkItSaysWhatToPutWhere) {
  const TemporaryFolder cache;
  const Finished got = run_candor({"data", "get", "penguins", "--quiet", "--cache", cache.path()}, {}, {"https_proxy=http://127.0.0.1:1", "HTTPS_PROXY=http://127.0.0.1:1"});
  if (got.code == 2 && got.err.find("libcurl") != std::string::npos) GTEST_SKIP() << "needs libcurl";
  EXPECT_EQ(got.code, 1);
  EXPECT_EQ(got.out, "");
  for (const std::string& part : {std::string("candor data: penguins/penguins.csv could not be fetched"), cache / "downloads/penguins", std::string("e07636bd8af74260099ea2f8678e2eabbf35def579940cc76f67061ee16c06c1")})
    EXPECT_NE(got.err.find(part), std::string::npos) << got.err;
}

TEST(Data, FetchesFromAMirrorAndTrains) {
  CANDOR_NEEDS("CANDOR_DATA");
  const testing::FileServer server;
  CANDOR_NEEDS_SERVER(server);
  const std::string wine = testing::environment("CANDOR_DATA") + "/tabular/wine.csv";
  if (!std::filesystem::exists(wine)) GTEST_SKIP() << "needs CANDOR_DATA/tabular/wine.csv";
  std::filesystem::copy_file(wine, server.folder() / "wine.csv");
  const TemporaryFolder cache;
  const std::vector<std::string> environment{"CANDOR_CACHE=" + cache.path(), "CANDOR_DATA="};
  EXPECT_EQ(run_candor({"train", "wine", "--epochs", "1"}, cache.path(), environment).code, 2);
  const Finished got = run_candor({"data", "get", "wine", "--json", "--mirror", server.address() + "/sets"}, {}, environment);
  ASSERT_EQ(got.code, 0) << got.err;
  const auto json = nlohmann::json::parse(got.out);
  EXPECT_EQ(json["sets"][0]["path"], cache / "data/wine/wine.csv");
  EXPECT_NE(server.log().find("/sets/wine/wine.csv"), std::string::npos);
  const Finished again = run_candor({"data", "get", "wine"}, {}, environment);
  EXPECT_NE(again.out.find("is already in"), std::string::npos) << again.out;
  EXPECT_EQ(run_candor({"train", "wine", "--epochs", "2", "--quiet"}, cache.path(), environment).code, 0);
  EXPECT_NE(run_candor({"data", "list"}, {}, environment).out.find("(here)"), std::string::npos);
}

}  // namespace
}  // namespace candor
