// What goes wrong although, or because, of the input: disks, model files, learning rates, options. The old model file survives.
#include <gtest/gtest.h>

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/support/files.h"
#include "tests/support/program.h"

namespace candor {
namespace {

namespace fs = std::filesystem;
using testing::Finished;
using testing::run_candor;
using testing::TemporaryFolder;

std::string contents(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
bool says(const Finished& got, std::string_view part) { return got.err.find(part) != std::string::npos; }
std::size_t files_in(const std::string& folder) { return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {})); }

const std::vector<std::string> quick{"train", "insurance_risk", "--rows", "200", "--quiet", "--json"};

Finished train_to(const std::string& out, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments = quick;
  if (more.empty()) more = {"--epochs", "1"};
  arguments.insert(arguments.end(), {"--out", out});
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_candor(arguments);
}

TEST(Failures, ADiskThatIsFullLeavesTheOldModel) {
  const TemporaryFolder folder;
  folder.write("m/model.candor", "the old one");
  // A limit on the size of files stands for a full disk: writes fail in the middle.
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit small = before;
  small.rlim_cur = 3000;
  ::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const Finished got = train_to(folder / "m");
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, SIG_DFL);
  EXPECT_EQ(got.code, 1);
  EXPECT_EQ(got.out, "");
  EXPECT_TRUE(says(got, "model.candor")) << got.err;
  EXPECT_EQ(contents(folder / "m/model.candor"), "the old one");
  EXPECT_EQ(files_in(folder / "m"), 1u);
}

TEST(Failures, AFolderThatCannotBeWritten) {
  const Finished got = train_to("/proc/candor-cannot-be-here");
  EXPECT_EQ(got.code, 1);
  EXPECT_TRUE(says(got, "/proc/candor-cannot-be-here")) << got.err;
  const TemporaryFolder folder;
  const Finished file = train_to(folder.write("occupied", "a file"));
  EXPECT_EQ(file.code, 1) << file.err;
  EXPECT_EQ(contents(folder / "occupied"), "a file");
}

TEST(Failures, StandardOutputThatCannotBeWritten) {
  const TemporaryFolder folder;
  const Finished trained = train_to(folder / "m");
  ASSERT_EQ(trained.code, 0);
  EXPECT_EQ(trained.out.find("train.interrupted"), std::string::npos) << "nobody stopped it";
  for (const char* rows : {"3", "5000"}) {  // less and more than a buffer
    const std::string command = testing::program_path() + " predict " + (folder / "m/model.candor") + " insurance_risk --rows " + rows + " >/dev/full 2>" + (folder / "err");
    const int status = std::system(command.c_str());
    EXPECT_EQ(WEXITSTATUS(status), 1) << rows;
    EXPECT_NE(contents(folder / "err").find("cannot be written"), std::string::npos) << rows;
  }
}

TEST(Failures, AnswersOnAFullDiskLeaveTheOldOnes) {
  const TemporaryFolder folder;
  ASSERT_EQ(train_to(folder / "m").code, 0);
  folder.write("answers.csv", "the old ones");
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit small = before;
  small.rlim_cur = 3000;
  ::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const Finished got = run_candor({"predict", folder / "m/model.candor", "insurance_risk", "--rows", "500", "--out", folder / "answers.csv"});
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, SIG_DFL);
  EXPECT_EQ(got.code, 1);
  EXPECT_TRUE(says(got, "answers.csv")) << got.err;
  EXPECT_EQ(contents(folder / "answers.csv"), "the old ones");
}

TEST(Failures, ADiskThatFillsWhileTheReportIsWritten) {
  const TemporaryFolder folder;
  ASSERT_EQ(train_to(folder / "m").code, 0);
  const auto json_size = std::filesystem::file_size(folder / "m/report.json"), html_size = std::filesystem::file_size(folder / "m/report.html");
  ASSERT_LT(json_size, html_size);
  folder.write("r/report.html", "the old page");
  folder.write("r/report.json", "the old numbers");
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  for (const auto room : {json_size / 2, (json_size + html_size) / 2}) {  // not even the first of them fits; the second does not
    rlimit small = before;
    small.rlim_cur = room;
    ::signal(SIGXFSZ, SIG_IGN);
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    const Finished got = run_candor({"report", folder / "m/model.candor", "--out", folder / "r"});
    ::setrlimit(RLIMIT_FSIZE, &before);
    ::signal(SIGXFSZ, SIG_DFL);
    EXPECT_EQ(got.code, 1);
    EXPECT_TRUE(says(got, "report.")) << got.err;
    EXPECT_EQ(contents(folder / "r/report.html"), "the old page");
    EXPECT_EQ(contents(folder / "r/report.json"), "the old numbers");
    EXPECT_EQ(files_in(folder / "r"), 2u);
  }
}

// Ctrl-C ends the epoch and keeps what was learned.
TEST(Failures, AnInterruptSavesTheModel) {
  for (const int signal_number : {SIGINT, SIGTERM}) {
    const TemporaryFolder folder;
    const Finished got = testing::signal_candor({"train", "insurance_risk", "--rows", "20000", "--epochs", "100000", "--json", "--out", folder / "m"}, "epoch 2/", signal_number);
    EXPECT_EQ(got.code, 0) << got.err;
    EXPECT_NE(got.out.find("\"train.interrupted\""), std::string::npos) << got.out;
    EXPECT_EQ(std::count(got.out.begin(), got.out.end(), '\n'), 1);
    const Finished predicted = run_candor({"predict", folder / "m/model.candor", "insurance_risk", "--rows", "3"});
    EXPECT_EQ(predicted.code, 0) << predicted.err;
    EXPECT_EQ(files_in(folder / "m"), 3u);  // the model, report.html and report.json
  }
}

// Networks and batches that no machine holds are one message, not an abort.
TEST(Failures, MoreMemoryThanThereIs) {
  const TemporaryFolder folder;
  std::string layers = "65536";
  for (int i = 0; i < 60; ++i) layers += ",65536";  // four terabytes with gradients and moments
  const Finished got = train_to(folder / "m", {"--epochs", "1", "--layers", layers});
  EXPECT_EQ(got.code, 1) << got.err;
  EXPECT_EQ(got.out, "");
  EXPECT_TRUE(says(got, "memory")) << got.err;
  EXPECT_TRUE(says(got, "257,698,234,368 weights")) << got.err;
}

TEST(Failures, ALearningRateThatExplodes) {
  const TemporaryFolder folder;
  const Finished got = train_to(folder / "m", {"--lr", "1e9", "--epochs", "50", "--layers", "64,64,64"});
  EXPECT_EQ(got.code, 1) << got.out;
  EXPECT_EQ(got.out, "");
  EXPECT_TRUE(says(got, "step")) << got.err;
  EXPECT_TRUE(says(got, "dense")) << got.err;
  // The last good weights are a model that works.
  const Finished predicted = run_candor({"predict", folder / "m/model.candor", "insurance_risk", "--rows", "3", "--json"});
  EXPECT_EQ(predicted.code, 0) << predicted.err;
  EXPECT_EQ(predicted.out.find("null,\"prob"), std::string::npos);
}

TEST(Failures, ModelFilesThatAreNone) {
  const TemporaryFolder folder;
  ASSERT_EQ(train_to(folder / "m").code, 0);
  const std::string whole = contents(folder / "m/model.candor");
  const std::string deep = std::string("\x28\x4e\0\0\0\0\0\0", 8) + "{\"a\":" + std::string(9999, '[') + std::string(9999, ']') + "                      ";
  const std::pair<std::string, std::string> cases[] = {{"empty.candor", ""},      {"cut.candor", whole.substr(0, whole.size() - 1)}, {"half.candor", whole.substr(0, whole.size() / 2)},
                                                       {"start.candor", whole.substr(0, 20)}, {"text.candor", "speed,age\n1,2\n"},               {"deep.candor", deep}};
  for (const auto& [name, bytes] : cases) {
    const std::string path = folder.write(name, bytes);
    for (const std::string command : {"predict", "evaluate", "plan", "summary"}) {
      std::vector<std::string> arguments{command, path};
      if (command == "predict" || command == "evaluate") arguments.emplace_back("insurance_risk");
      const Finished got = run_candor(arguments);
      EXPECT_EQ(got.code, 2) << command << " " << name << ": " << got.err;
      EXPECT_EQ(got.out, "");
      EXPECT_TRUE(says(got, name)) << got.err;
    }
  }
  const Finished missing = run_candor({"predict", folder / "nowhere.candor", "insurance_risk"});
  EXPECT_EQ(missing.code, 2);
  EXPECT_TRUE(says(missing, "nowhere.candor"));
}

TEST(Failures, AModelGivenDataOfAnotherShape) {
  const TemporaryFolder folder;
  ASSERT_EQ(train_to(folder / "m").code, 0);
  const Finished got = run_candor({"predict", folder / "m/model.candor", "digits", "--rows", "20"});
  EXPECT_EQ(got.code, 2);
  EXPECT_TRUE(says(got, "[28, 28, 1]")) << got.err;
  EXPECT_TRUE(says(got, "[3]")) << got.err;
  EXPECT_TRUE(says(got, "its inputs: speed, age, miles")) << got.err;
}

TEST(Failures, WordsThatAreNoCommand) {
  const Finished got = run_candor({"trian"});
  EXPECT_EQ(got.code, 2);
  EXPECT_TRUE(says(got, "train")) << got.err;
  EXPECT_EQ(run_candor({"train"}).code, 2);
  EXPECT_EQ(run_candor({"train", "digits", "--theads", "2"}).code, 2);
  EXPECT_EQ(run_candor({"train", "digits", "--threads", "0"}).code, 2);
  EXPECT_EQ(run_candor({"train", "digits", "--threads", "10000"}).code, 2);
  EXPECT_EQ(run_candor({"train", "digits", "--seed", "many"}).code, 2);
  EXPECT_EQ(run_candor({"train", "digits", "--seed", "-1"}).code, 2);
}

TEST(Help, EveryCommandShowsAnExample) {
  for (const char* command : {"train", "evaluate", "predict", "plan", "summary", "data", "devices", "version"}) {
    const Finished got = run_candor({command, "--help"});
    EXPECT_EQ(got.code, 0);
    EXPECT_NE(got.out.find("Example:\n  candor " + std::string(command)), std::string::npos) << got.out;
    for (const char* option : {"--json", "--seed", "--threads", "--quiet"}) EXPECT_NE(got.out.find(option), std::string::npos) << command << " " << option;
  }
  EXPECT_EQ(run_candor({}).code, 0);
  EXPECT_EQ(run_candor({"--help"}).code, 0);
  EXPECT_NE(run_candor({"--version"}).out.find("candor "), std::string::npos);
}

TEST(Help, DevicesAndVersion) {
  for (const char* name : {"cpu", "null", "reference"}) EXPECT_NE(run_candor({"devices", "--json"}).out.find("\"" + std::string(name) + "\""), std::string::npos);
  EXPECT_NE(run_candor({"version", "--json"}).out.find("\"version\""), std::string::npos);
  EXPECT_EQ(run_candor({"devices"}).code, 0);
}

}  // namespace
}  // namespace candor
