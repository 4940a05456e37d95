// The house of docs/architecture.md, enforced: a folder of candor/ is a floor and includes only its own files and those of floors below.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

const std::vector<std::string> floors{"base", "tensor", "ops", "graph", "backends", "nn", "data", "train", "candid", "explain", "formats", "pipeline", "cli"};
const fs::path root = CANDOR_SOURCE_DIR;

int floor_of(const std::string& folder) {
  const auto found = std::find(floors.begin(), floors.end(), folder);
  return found == floors.end() ? -1 : static_cast<int>(found - floors.begin());
}

struct Include {
  std::string path;
  bool own;  // in quotes
  int line;
};

std::vector<Include> includes(const fs::path& file) {
  std::vector<Include> found;
  std::ifstream in(file);
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    const auto hash = line.find_first_not_of(" \t");
    if (hash == std::string::npos || line.compare(hash, 8, "#include") != 0) continue;
    const auto open = line.find_first_of("\"<", hash);
    const auto close = open == std::string::npos ? open : line.find_first_of("\">", open + 1);
    if (close != std::string::npos) found.push_back({line.substr(open + 1, close - open - 1), line[open] == '"', number});
  }
  return found;
}

std::vector<fs::path> sources(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const auto& item : fs::recursive_directory_iterator(folder)) {
    if (item.path().extension() == ".h" || item.path().extension() == ".cpp") found.push_back(item.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

TEST(House, NoFolderIncludesOneAboveIt) {
  for (const fs::path& file : sources(root / "candor")) {
    const fs::path relative = fs::relative(file, root / "candor");
    if (relative == "candor.h") continue;  // the one header that opens every floor
    const std::string folder = relative.begin()->string();
    ASSERT_GE(floor_of(folder), 0) << relative << ": candor/" << folder << " is no floor of the house; give it a place in the list";
    for (const Include& include : includes(file)) {
      if (include.path.rfind("candor/", 0) != 0) {
        EXPECT_FALSE(include.own && fs::exists(file.parent_path() / include.path)) << relative << ":" << include.line << ": \"" << include.path << "\" is not given from the root (\"candor/...\")";
        continue;
      }
      const std::string other = include.path.substr(7, include.path.find('/', 7) - 7);
      EXPECT_LE(floor_of(other), floor_of(folder)) << relative << ":" << include.line << ": " << folder << " includes " << include.path
                                                   << ", which stands above it";
    }
  }
}

// What candor.h reaches is compiled in every user's file.
TEST(House, PublicHeadersAreLight) {
  const std::set<std::string> heavy{"iostream", "regex", "filesystem", "fmt/format.h", "fmt/core.h", "spdlog/spdlog.h", "nlohmann/json.hpp",
                                    "hwy/highway.h", "dnnl.hpp", "omp.h"};
  const std::string open_all = "candor/candor.h";
  std::vector<std::string> open{open_all};
  std::set<std::string> seen(open.begin(), open.end());
  if (!fs::exists(root / open.front())) GTEST_SKIP() << "no candor/candor.h";
  while (!open.empty()) {
    const std::string header = open.back();
    open.pop_back();
    for (const Include& include : includes(root / header)) {
      if (header == open_all && include.path == "iostream") continue;  // so that the ten-line program prints with one include
      EXPECT_EQ(heavy.count(include.path), 0u) << header << ":" << include.line << " includes " << include.path;
      if (include.path.rfind("candor/", 0) == 0 && seen.insert(include.path).second) open.push_back(include.path);
    }
  }
}

TEST(House, FilesStaySmall) {
  std::vector<std::size_t> sizes;
  for (const char* folder : {"candor", "tests", "bench", "examples"}) {
    if (!fs::exists(root / folder)) continue;
    for (const fs::path& file : sources(root / folder)) {
      std::ifstream in(file);
      const auto lines = static_cast<std::size_t>(std::count(std::istreambuf_iterator<char>(in), {}, '\n'));
      EXPECT_LE(lines, 500u) << fs::relative(file, root) << " has " << lines << " lines";
      sizes.push_back(lines);
    }
  }
  ASSERT_FALSE(sizes.empty());
  std::nth_element(sizes.begin(), sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2), sizes.end());
  EXPECT_LE(sizes[sizes.size() / 2], 150u);
}

TEST(House, NothingIsLeftForLater) {
  const std::vector<std::string> words{std::string("TO") + "DO", std::string("FIX") + "ME", std::string("X") + "XX"};
  for (const fs::path& file : sources(root / "candor")) {
    std::ifstream in(file);
    const std::string text(std::istreambuf_iterator<char>(in), {});
    for (const std::string& word : words) EXPECT_EQ(text.find(word), std::string::npos) << fs::relative(file, root) << " says " << word;
  }
}

}  // namespace
