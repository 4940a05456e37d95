#include <gtest/gtest.h>

#include "candor/formats/safetensors.h"

#include <cstring>
#include <filesystem>

#include "candor/formats/json.h"
#include "candor/tensor/random.h"
#include "tests/support/environment.h"
#include "tests/support/errors.h"
#include "tests/support/files.h"

namespace candor::formats {
namespace {

std::string file_with(const std::string& header, std::size_t data = 0) {
  std::string out(8, '\0');
  const std::uint64_t n = header.size();
  std::memcpy(out.data(), &n, 8);
  return out + header + std::string(data, '\0');
}
Safetensors parse(const std::string& bytes) { return Safetensors::parse(std::as_bytes(std::span(bytes)), nullptr, "x.candor"); }

TEST(Safetensors, EveryDtypeAndShapeComesBackExactly) {
  const testing::TemporaryFolder folder;
  std::vector<std::pair<std::string, Tensor>> tensors;
  for (const DType dtype : {DType::boolean, DType::f32, DType::f64, DType::bf16, DType::f16, DType::i8, DType::u8, DType::i32, DType::i64}) {
    for (const Shape& shape : {Shape{}, Shape{0}, Shape{3}, Shape{2, 3, 5}, Shape{4, 0, 2}}) {
      tensors.emplace_back(std::string(to_string(dtype)) + to_string(shape), random_uniform(shape, -4, 90, {7, tensors.size()}).to(dtype));
    }
  }
  save_safetensors(folder / "a.safetensors", tensors, {{"note", "line\n\"quoted\" \xc3\xa9"}});
  const Safetensors file = Safetensors::open(folder / "a.safetensors");
  ASSERT_EQ(file.entries().size(), tensors.size());
  EXPECT_EQ(file.metadata().at("note"), "line\n\"quoted\" \xc3\xa9");
  for (const auto& [name, want] : tensors) {
    const Tensor got = file.tensor(name);
    ASSERT_EQ(got.type(), want.type()) << name;
    if (want.size() == 0) continue;
    EXPECT_EQ(std::memcmp(got.raw(), want.raw(), want.type().bytes()), 0) << name;
  }
}

TEST(Safetensors, ViewsAreWrittenInRowMajorOrder) {
  const Tensor a = Tensor::from<float>({1, 2, 3, 4, 5, 6}, {2, 3});
  const std::string bytes = safetensors_bytes({{"t", a.view_transpose(std::vector<int>{1, 0})}});
  EXPECT_EQ(parse(bytes).tensor("t").to_vector(), (std::vector<float>{1, 4, 2, 5, 3, 6}));
}

TEST(Safetensors, NamesThatCannotBeWritten) {
  const Tensor a = Tensor::zeros({1});
  EXPECT_ERROR(invalid_argument, safetensors_bytes({{"a", a}, {"a", a}}), "'a'");
  EXPECT_ERROR(invalid_argument, safetensors_bytes({{"__metadata__", a}}), "__metadata__");
  EXPECT_ERROR(invalid_argument, safetensors_bytes({{"\xff", a}}), "UTF-8");
}

TEST(Safetensors, CutAtAnyByteIsAnError) {
  const std::string bytes = safetensors_bytes({{"w", Tensor::zeros({3, 2})}, {"b", Tensor::zeros({2}, DType::i64)}}, {{"k", "v"}});
  for (std::size_t n = 0; n < bytes.size(); ++n) EXPECT_ERROR(corrupt, parse(bytes.substr(0, n)), "x.candor");
  EXPECT_ERROR(corrupt, parse(bytes + "x"), "the file at");
}

TEST(Safetensors, AnyByteChangedIsAnErrorOrAFile) {
  const std::string bytes = safetensors_bytes({{"w", Tensor::zeros({3, 2})}, {"b", Tensor::zeros({2}, DType::boolean)}}, {{"k", "v"}});
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (const int change : {1, 2, 16, 128, 255}) {
      std::string bad = bytes;
      bad[i] = static_cast<char>(bad[i] ^ change);
      try {
        const Safetensors file = parse(bad);
        for (const auto& [name, entry] : file.entries()) (void)file.tensor(name);
      } catch (const Error&) {
      }
    }
  }
}

TEST(Safetensors, HostileHeaders) {
  struct Case {
    std::string header;
    std::size_t data;
    std::string_view part;
  };
  const Case cases[] = {
      {"", 0, "does not begin"},
      {"[]", 0, "does not begin"},
      {"{\"a\":", 0, "not valid JSON"},
      {"{\"a\":1}", 0, "not an object"},
      {R"({"a":{"dtype":"F32","shape":[1]}})", 4, "data_offsets"},
      {R"({"a":{"dtype":"F99","shape":[1],"data_offsets":[0,4]}})", 4, "unknown dtype"},
      {R"({"a":{"dtype":7,"shape":[1],"data_offsets":[0,4]}})", 4, "unknown dtype"},
      {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4, "takes 8 bytes"},
      {R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", 4, "whole number"},
      {R"({"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}})", 4, "whole number"},
      {R"({"a":{"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,4]}})", 4, "too large"},
      {R"({"a":{"dtype":"F32","shape":[9223372036854775807],"data_offsets":[0,4]}})", 4, "2^62"},
      {R"({"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}})", 4, "9 axes"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,18446744073709551615]}})", 4, "whole number"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4611686018427387900]}})", 4, "beyond"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", 4, "backwards"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}})", 4, "pair"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}})", 6, "overlap"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}})", 12, "gap"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", 8, "twice"},
      {R"({"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 4, "twice"},
      {R"({"__metadata__":{"a":1}})", 0, "not a string"},
      {R"({"__metadata__":[]})", 0, "not an object"},
      {"{}", 4, "the file at 4"},
  };
  for (const Case& c : cases) EXPECT_ERROR(corrupt, parse(file_with(c.header, c.data)), "x.candor", c.part);
}

TEST(Safetensors, TenThousandLevelsAreRefusedBeforeParsing) {
  for (const int levels : {10'000, 1'000'000}) {
    const auto times = static_cast<std::size_t>(levels);
    EXPECT_ERROR(corrupt, parse(file_with("{\"a\":" + std::string(times, '[') + std::string(times, ']') + "}")), "nested deeper");
  }
  std::string objects;
  for (int i = 0; i < 10'000; ++i) objects += "{\"a\":";
  EXPECT_ERROR(corrupt, parse(file_with(objects)), "nested deeper");
}

TEST(Safetensors, HeaderLongerThanTheFile) {
  std::string bytes = file_with("{}");
  bytes[4] = 1;
  EXPECT_ERROR(corrupt, parse(bytes), "announced");
  bytes = file_with("{}");
  bytes[0] = 100;
  EXPECT_ERROR(corrupt, parse(bytes), "cut off");
}

TEST(Safetensors, TensorsThatAreNotThereOrOfAnUnknownKind) {
  const std::string bytes = file_with(R"({"a":{"dtype":"I16","shape":[2],"data_offsets":[0,4]}})", 4);
  EXPECT_ERROR(unsupported, parse(bytes).tensor("a"), "I16");
  EXPECT_ERROR(not_found, parse(bytes).tensor("b"), "\"b\"");
  EXPECT_ERROR(not_found, Safetensors::open("/nowhere/a.safetensors"), "/nowhere/a.safetensors");
}

TEST(Safetensors, ReadsEveryFixtureFile) {
  CANDOR_NEEDS("CANDOR_FIXTURES");
  int files = 0;
  for (const auto& item : std::filesystem::recursive_directory_iterator(testing::environment("CANDOR_FIXTURES"))) {
    if (item.path().extension() != ".safetensors") continue;
    const Safetensors file = Safetensors::open(item.path());
    for (const auto& [name, entry] : file.entries()) {
      if (entry.dtype == "I16") continue;
      EXPECT_EQ(file.tensor(name).size(), Shape(entry.shape).size()) << item.path() << " " << name;
    }
    ++files;
  }
  EXPECT_GT(files, 0);
}

}  // namespace
}  // namespace candor::formats
