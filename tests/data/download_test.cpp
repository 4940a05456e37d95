// Downloads from a server with every bad habit: a file comes whole or not at all, and what came is gone on from.
#include "candor/data/download.h"

#include <gtest/gtest.h>

#include "candor/base/file.h"
#include "candor/base/sha256.h"
#include "tests/support/errors.h"
#include "tests/support/file_server.h"

namespace candor::data {
namespace {

using testing::FileServer;
using testing::TemporaryFolder;

std::string contents_of_size(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += static_cast<char>(i * i % 251);
  return text;
}

class Downloads : public ::testing::Test {
 protected:
  void SetUp() override {
    CANDOR_NEEDS_SERVER(server);
    server.folder().write("file", whole);
  }
  RemoteFile remote(std::vector<std::string> ways) const {
    RemoteFile file{"file", {}, whole.size(), sha256(std::as_bytes(std::span(whole.data(), whole.size())))};
    for (const std::string& way : ways) file.addresses.push_back(way.starts_with('/') || way.find(':') != std::string::npos ? way : server.address() + "/" + way + "/file");
    return file;
  }
  void get(std::vector<std::string> ways) { download(remote(std::move(ways)), path, "file", {.timeout = 2, .retries = 2, .pause = 0.01}); }
  void expect_whole() {
    EXPECT_TRUE(std::filesystem::exists(path)) << server.log();
    if (std::filesystem::exists(path)) {
      EXPECT_EQ(read_file(path), whole);
    }
    EXPECT_FALSE(std::filesystem::exists(path + ".part"));
  }
  void expect_nothing() {
    EXPECT_FALSE(std::filesystem::exists(path));
    EXPECT_FALSE(std::filesystem::exists(path + ".part"));
  }

  FileServer server;
  TemporaryFolder folder;
  const std::string whole = contents_of_size(200'000), path = folder / "copy";
};

TEST_F(Downloads, AFile) {
  get({"plain"});
  expect_whole();
}

TEST_F(Downloads, ARedirect) {
  get({"moved"});
  expect_whole();
}

TEST_F(Downloads, GoOnAfterABreak) {
  get({"cut"});
  expect_whole();
  EXPECT_NE(server.log().find("/cut/file bytes=100000-"), std::string::npos) << server.log();
}

TEST_F(Downloads, GoOnWhereAnEarlierProgramStopped) {
  folder.write("copy.part", whole.substr(0, 77'777));
  get({"plain"});
  expect_whole();
  EXPECT_NE(server.log().find("bytes=77777-"), std::string::npos) << server.log();
}

TEST_F(Downloads, ServersThatCannotGoOn) {
  folder.write("copy.part", whole.substr(0, 5));
  get({"norange"});
  expect_whole();
  std::filesystem::remove(path);
  folder.write("copy.part", whole.substr(0, 5));
  get({"shifted"});  // goes on at another place; then all of it is asked for
  expect_whole();
}

TEST_F(Downloads, PartsOfAnotherFileAreBegunAnew) {
  for (const std::size_t size : {std::size_t{1000}, whole.size(), whole.size() + 10}) {
    folder.write("copy.part", std::string(size, 'z'));
    get({"plain"});
    expect_whole();
    std::filesystem::remove(path);
  }
}

TEST_F(Downloads, ABusyServerIsAskedAgain) {
  get({"busy"});
  expect_whole();
}

TEST_F(Downloads, TheNextAddressIsTried) {
  get({"missing", "page", "wrong", "loop", "plain"});
  expect_whole();
}

TEST_F(Downloads, WhatIsNotTheFileIsRefused) {
  EXPECT_ERROR(io, get({"missing"}), "/missing/file: ", "404");
  EXPECT_ERROR(io, get({"page"}), "26 bytes came, 200,000 are expected", "a web page came");
  EXPECT_ERROR(io, get({"short"}), "the server offers 10 bytes, 200,000 are expected");
  EXPECT_ERROR(io, get({"wrong"}), "checksum", "not the published file");
  EXPECT_ERROR(io, get({"loop"}), "edirect");
  EXPECT_ERROR(io, get({"tofile"}), "rotocol");
  EXPECT_ERROR(io, get({"endless"}), "sends more than the 200,000 bytes");
  EXPECT_ERROR(io, get({"headers"}), "eader");
  EXPECT_ERROR(io, get({}), "no address");
  expect_nothing();
}

TEST_F(Downloads, ASlowServerIsLeft) {
  EXPECT_ERROR(io, download(remote({"slow"}), path, "file", {.timeout = 1, .retries = 0}), "/slow/file: ", "1000 bytes/sec");
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(Downloads, NoServerAtAll) {
  EXPECT_ERROR(io, get({"http://127.0.0.1:1/file", "http://no-such-host.invalid/file", "gopher://127.0.0.1/file"}), "http://127.0.0.1:1/file: ", "no-such-host.invalid", "gopher");
  expect_nothing();
}

TEST_F(Downloads, AFolderIsCopiedFrom) {
  get({server.folder() / "nothing", "file://" + (server.folder() / "file")});
  expect_whole();
  EXPECT_ERROR(io, get({folder.write("other", "short")}), "other: ", "5 of 200,000 bytes");
}

TEST_F(Downloads, AFolderThatCannotBeWritten) {
  EXPECT_ERROR(io, download(remote({"plain"}), folder / "no/such/folder", "file"), "no/such/folder.part", "cannot be opened");
}

}  // namespace
}  // namespace candor::data
