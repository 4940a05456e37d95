// Public data by name: from a server into the cache, into a form that is read, and found by its name.
#include "candor/data/fetch.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "candor/base/file.h"
#include "candor/base/sha256.h"
#include "candor/data/generators.h"
#include "candor/data/load.h"
#include "candor/data/unpack.h"
#include "tests/support/environment.h"
#include "tests/support/errors.h"
#include "tests/support/file_server.h"
#include "tests/support/gzip.h"

namespace candor::data {
namespace {

namespace fs = std::filesystem;
using testing::TemporaryFolder;

std::string sum(std::string_view text) { return sha256(std::as_bytes(std::span(text.data(), text.size()))); }
RemoteFile remote(const std::string& name, const std::string& contents, const std::string& address) { return {name, {address}, contents.size(), sum(contents)}; }

/// Sets a variable for as long as the object lives.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name), before_(testing::environment(name)) { ::setenv(name, value.c_str(), 1); }
  ~Variable() { before_.empty() ? ::unsetenv(name_) : ::setenv(name_, before_.c_str(), 1); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::string before_;
};

std::string tar_header(const std::string& name, std::size_t size, char type = '0') {
  std::string head(512, '\0');
  name.copy(head.data(), 99);
  const auto octal = [&](std::size_t at, std::size_t value, int digits) {
    char text[16];
    std::snprintf(text, sizeof text, "%0*zo", digits, value);
    std::string(text).copy(head.data() + at, static_cast<std::size_t>(digits));
  };
  octal(124, size, 11);
  head[156] = type;
  std::string("ustar").copy(head.data() + 257, 5);
  std::size_t total = 8 * ' ';
  for (const char c : head) total += static_cast<unsigned char>(c);
  octal(148, total, 6);
  return head;
}
std::string tar_file(const std::string& name, const std::string& contents, char type = '0') {
  return tar_header(name, contents.size(), type) + contents + std::string((512 - contents.size() % 512) % 512, '\0');
}
const std::string tar_end(1024, '\0');

TEST(Catalogue, IsCompleteAndInOrder) {
  std::set<std::string> names;
  std::string before;
  for (const CatalogueEntry& entry : catalogue()) {
    EXPECT_LT(before, entry.name);
    before = entry.name;
    EXPECT_FALSE(is_generator(entry.name)) << entry.name;
    EXPECT_NE(entry.files.empty(), entry.by_hand.empty()) << entry.name << ": either files or a way by hand";
    EXPECT_FALSE(entry.what.empty() || entry.terms.empty()) << entry.name;
    names.clear();
    for (const RemoteFile& file : entry.files) {
      EXPECT_TRUE(names.insert(file.name).second) << entry.name << " has two " << file.name;
      EXPECT_EQ(file.name.find('/'), std::string::npos);
      EXPECT_EQ(file.sha256.size(), 64u) << file.name;
      EXPECT_GT(file.bytes, 0u);
      EXPECT_FALSE(file.addresses.empty());
      for (const std::string& address : file.addresses) EXPECT_TRUE(address.starts_with("http")) << address;
    }
  }
  EXPECT_EQ(find_in_catalogue("Fashion_MNIST"), find_in_catalogue("fashion-mnist"));
  EXPECT_EQ(find_in_catalogue("../mnist"), nullptr);
}

TEST(Catalogue, TheFolderOfTheCache) {
  const Variable home("HOME", "/home/me"), shared("XDG_CACHE_HOME", "/var/c"), own("CANDOR_CACHE", "mine");
  EXPECT_EQ(cache_folder(), "mine");
  ::unsetenv("CANDOR_CACHE");
  EXPECT_EQ(cache_folder(), "/var/c/candor");
  ::setenv("XDG_CACHE_HOME", "relative", 1);
  EXPECT_EQ(cache_folder(), "/home/me/.cache/candor");
}

TEST(Fetch, ATableThatIsFoundByItsName) {
  const testing::FileServer server;
  CANDOR_NEEDS_SERVER(server);
  const TemporaryFolder cache;
  const std::string raw = "1.5,2,3,4,a\n\n5,6,7,8,b\n1,2,3,4,a\r\n2,2,3,4,b\n";
  server.folder().write("iris.csv", raw);
  CatalogueEntry entry = *find_in_catalogue("iris");
  entry.files = {remote("iris.csv", raw, server.address() + "/plain/iris.csv")};
  const Fetched first = fetch(entry, {.cache = cache.path()});
  EXPECT_FALSE(first.was_there);
  EXPECT_EQ(read_file(first.path), "sepal_length,sepal_width,petal_length,petal_width,species\n1.5,2,3,4,a\n5,6,7,8,b\n1,2,3,4,a\n2,2,3,4,b\n");
  EXPECT_TRUE(fetch(entry, {.cache = cache.path()}).was_there);
  EXPECT_FALSE(fetch(entry, {.cache = cache.path(), .again = true}).was_there);
  EXPECT_FALSE(fs::exists(cache / "downloads/iris"));

  const Variable own("CANDOR_CACHE", cache.path()), data("CANDOR_DATA", "");
  EXPECT_EQ(load("iris").path, cache / "data/iris/iris.csv");
  EXPECT_EQ(load("iris/iris.csv").train.rows(), 4);
  EXPECT_ERROR(not_found, load("iris/other.csv"), "iris/other.csv", "candor data get iris");
  EXPECT_ERROR(not_found, load("penguins"), "candor data get penguins");
  EXPECT_ERROR(not_found, load("imagenet"), "registration");
}

TEST(Fetch, FailuresLeaveNothingThatLooksWhole) {
  const testing::FileServer server;
  CANDOR_NEEDS_SERVER(server);
  const TemporaryFolder cache;
  server.folder().write("a", "aaa");
  server.folder().write("b", "not a tar");
  CatalogueEntry entry{.name = "two", .what = "", .terms = "", .files = {remote("a", "aaa", server.address() + "/plain/a"), remote("b", "bbb", server.address() + "/missing/b")}};
  const FetchOptions options{.cache = cache.path(), .mirror = "", .again = false, .download = {.retries = 0}};
  EXPECT_ERROR(io, fetch(entry, options), "two/b could not be fetched", "404", "put these files into " + (cache / "downloads/two"), "a  3 bytes, sha256 " + sum("aaa"), "missing/b");
  EXPECT_FALSE(fs::exists(cache / "data/two"));
  // What was put there by hand is checked and used; `a` came already.
  cache.write("downloads/two/b", "bxb");
  EXPECT_ERROR(io, fetch(entry, options), "404");
  cache.write("downloads/two/b", "bbb");
  EXPECT_EQ(fetch(entry, options).path, cache / "data/two");
  EXPECT_EQ(read_file(cache / "data/two/b"), "bbb");

  entry = {.name = "imdb", .what = "", .terms = "", .files = {remote("b", "not a tar", server.address() + "/plain/b")}, .unpacking = Unpacking::imdb};
  EXPECT_ERROR(corrupt, fetch(entry, options), "downloads/imdb/b");
  EXPECT_EQ(std::distance(fs::directory_iterator(cache / "data"), {}), 1);
}

TEST(Fetch, AMirrorGoesFirst) {
  const TemporaryFolder cache, mirror;
  mirror.write("two/a", "aaa");
  const CatalogueEntry entry{.name = "two", .what = "", .terms = "", .files = {remote("a", "aaa", "http://no-such-host.invalid/a")}};
  EXPECT_EQ(read_file(fetch(entry, {.cache = cache.path(), .mirror = mirror.path()}).path + "/a"), "aaa");
  EXPECT_ERROR(unsupported, fetch(*find_in_catalogue("imagenet"), {.cache = cache.path()}), "imagenet is not downloaded");
  EXPECT_ERROR(not_found, fetch(entry, {.cache = ""}), "CANDOR_CACHE");
}

TEST(Unpack, CifarBecomesIdxFiles) {
  const TemporaryFolder folder;
  std::string tar = tar_file("cifar-10-batches-bin/", "", '5') + tar_file("cifar-10-batches-bin/batches.meta.txt", "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n");
  for (int b = 0; b < 6; ++b) {
    std::string batch;
    for (int row = 0; row < 10000; ++row) {
      batch += static_cast<char>(row % 10);
      for (const int colour : {100, 150, 200}) batch.append(1024, static_cast<char>(colour + b));
    }
    tar += tar_file("cifar-10-batches-bin/" + (b < 5 ? "data_batch_" + std::to_string(b + 1) : std::string("test_batch")) + ".bin", batch);
  }
  folder.write("cifar-10-binary.tar.gz", testing::gzip(tar + tar_end));
  unpack(*find_in_catalogue("cifar-10"), folder.path(), folder / "out");
  const Loaded loaded = load(folder / "out");
  EXPECT_EQ(loaded.train.features.type(), (TensorType{{50000, 32, 32, 3}, DType::u8}));
  EXPECT_EQ(loaded.test.rows(), 10000);
  EXPECT_EQ(loaded.train.class_names[3], "cat");
  const auto* pixel = loaded.train.features.data<std::uint8_t>() + 3 * (10000 * 1024 + 17);
  EXPECT_EQ(std::vector<int>(pixel, pixel + 3), (std::vector<int>{101, 151, 201}));
  folder.write("cifar-10-binary.tar.gz", testing::gzip(tar_file("cifar-10-batches-bin/data_batch_1.bin", "short") + tar_end));
  EXPECT_ERROR(corrupt, unpack(*find_in_catalogue("cifar-10"), folder.path(), folder / "out"), "no batch 1");
}

TEST(Unpack, ReviewsBecomeTables) {
  const TemporaryFolder folder;
  std::string tar = tar_file("../../evil.txt", "no") + tar_file("aclImdb/train/unsup/1_0.txt", "no label");
  for (int i = 0; i < 5; ++i) {
    tar += tar_file("aclImdb/train/neg/" + std::to_string(i) + "_2.txt", "Dull,\n\"long\" and\xc3\xa4 " + std::to_string(i));
    tar += tar_file("aclImdb/train/pos/" + std::to_string(i) + "_9.txt", "Fine and short, number " + std::to_string(i));
    tar += tar_file("aclImdb/test/pos/" + std::to_string(i) + "_9.txt", "Fine and short, number " + std::to_string(i));
  }
  folder.write("aclImdb_v1.tar.gz", testing::gzip(tar + tar_end));
  unpack(*find_in_catalogue("imdb"), folder.path(), folder / "out");
  const std::string train = read_file(folder / "out/train.csv");
  EXPECT_EQ(train.substr(0, train.find('\n', 15)), "text,sentiment\n\"Dull, \"\"long\"\" and\xc3\xa4 0\",neg");
  EXPECT_EQ(train.find("no"), std::string::npos);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder / "out"), {}), 2);
}

TEST(Unpack, HeartbeatsBecomeTables) {
  const TemporaryFolder folder;
  for (const char* part : {"train", "test"}) folder.write(std::string(part) + ".json", R"([{"index":0,"data":[0.5,-1],"target":1},{"index":1,"data":[2,3.25],"target":"4"}])");
  unpack(*find_in_catalogue("ecg5000"), folder.path(), folder / "out");
  EXPECT_EQ(read_file(folder / "out/test.csv"), "t1,t2,class\n0.5,-1,1\n2,3.25,4\n");
  for (const char* bad : {"", "[]", "{}", "[1]", R"([{"data":[1],"target":1},{"data":[1,2],"target":1}])"}) {
    folder.write("train.json", bad);
    EXPECT_ERROR(corrupt, unpack(*find_in_catalogue("ecg5000"), folder.path(), folder / "out"), "train.json");
  }
}

TEST(Tar, DamagedArchives) {
  const auto read_all = [](const std::string& tar) {
    const std::string packed = testing::gzip(tar);
    TarReader reader(std::as_bytes(std::span(packed.data(), packed.size())), "x.tar.gz");
    std::string names;
    while (const auto file = reader.next()) names += file->name + ":" + reader.read(1000) + ";";
    return names;
  };
  EXPECT_EQ(read_all(tar_file("a", "1") + tar_file("folder/", "", '5') + tar_file("b", std::string(600, 'x')) + tar_end), "a:1;b:" + std::string(600, 'x') + ";");
  EXPECT_EQ(read_all(tar_file("a", "1")), "a:1;");  // without the two blocks of zeros at the end
  EXPECT_EQ(read_all(""), "");
  EXPECT_ERROR(corrupt, read_all(tar_file("a", "1").substr(0, 600)), "ends within \"a\"");
  EXPECT_ERROR(corrupt, read_all(tar_file("a", std::string(1001, 'x'))), "1001 bytes");
  EXPECT_ERROR(corrupt, read_all(tar_header("a", 8'000'000'000)), "at most 1000");
  EXPECT_ERROR(corrupt, read_all(std::string(512, 'q')), "no octal number");
  EXPECT_ERROR(corrupt, read_all(tar_file("a", "1") + "rest"), "after \"a\"");
}

// The files that the catalogue describes, where they lie on this machine.
TEST(Unpack, TheRealFiles) {
  CANDOR_NEEDS("CANDOR_DATA");
  const std::string data = testing::environment("CANDOR_DATA") + "/";
  const TemporaryFolder cache;
  for (const auto& [name, file, there] : {std::tuple("adult", "train.csv", "tabular/adult-train.csv"), std::tuple("adult", "test.csv", "tabular/adult-test.csv"),
                                          std::tuple("wine", "wine.csv", "tabular/wine.csv"), std::tuple("ecg5000", "train.json", "ecg5000/train_scaled_.json"),
                                          std::tuple("ecg5000", "test.json", "ecg5000/test_scaled.json")}) {
    if (!fs::exists(data + there)) GTEST_SKIP() << "needs CANDOR_DATA/" << there;
    cache.write(std::string("downloads/") + name + "/" + file, read_file(data + there));
  }
  const auto lines = [](const std::string& path) {
    const std::string text = read_file(path);
    return std::count(text.begin(), text.end(), '\n');
  };
  const std::string adult = fetch(*find_in_catalogue("adult"), {.cache = cache.path()}).path;
  EXPECT_EQ(lines(adult), 32561 + 1);
  EXPECT_TRUE(read_file(adult).starts_with("age,workclass,"));
  EXPECT_NE(read_file(cache / "data/adult/test.csv").find(",Private,226802,11th,"), std::string::npos);
  EXPECT_EQ(read_file(cache / "data/adult/test.csv").find("K."), std::string::npos);
  EXPECT_EQ(lines(fetch(*find_in_catalogue("ecg5000"), {.cache = cache.path()}).path), 4500 + 1);
  EXPECT_EQ(lines(fetch(*find_in_catalogue("wine"), {.cache = cache.path()}).path), 178 + 1);
}

}  // namespace
}  // namespace candor::data
