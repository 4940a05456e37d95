#include <gtest/gtest.h>

#include "candor/base/error.h"
#include "candor/backends/cpu/machine.h"
#include "candor/graph/backend.h"

namespace candor {

TEST(Backends, AreFoundByName) {
  for (std::string_view name : backend_names()) EXPECT_EQ(backend(name).name(), name);
  EXPECT_TRUE(backend("cpu").computes());
  EXPECT_FALSE(backend("null").computes());
}

TEST(Backends, UnknownNameListsThoseThereAre) {
  try {
    backend("cuda");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::unsupported);
    EXPECT_NE(std::string(error.what()).find("cpu, null and reference"), std::string::npos);
  }
}

TEST(Backends, DescribeThemselvesInOneLine) {
  for (std::string_view name : backend_names()) {
    const std::string text = backend(name).describe();
    EXPECT_EQ(text.find(std::string(name) + ": "), 0u);
    EXPECT_EQ(text.find('\n'), std::string::npos);
  }
}

TEST(Machine, IsaCanBeLimitedAndRestored) {
  const cpu::Isa before = cpu::machine().isa;
  cpu::limit_isa(cpu::Isa::none);
  EXPECT_EQ(cpu::machine().isa, cpu::Isa::none);
  EXPECT_EQ(cpu::machine().bf16, cpu::Bf16::none);
  cpu::limit_isa(cpu::Isa::avx512);
  EXPECT_EQ(cpu::machine().isa, before);
}

TEST(Machine, ProductsOfBf16CanBeLimitedAndRestored) {
  const cpu::Bf16 before = cpu::machine().bf16;
  cpu::limit_isa(cpu::Isa::avx512, cpu::Bf16::none);
  EXPECT_EQ(cpu::machine().bf16, cpu::Bf16::none);
  EXPECT_EQ(backend("cpu").describe().find("BF16"), std::string::npos);
  cpu::limit_isa(cpu::Isa::avx512);
  EXPECT_EQ(cpu::machine().bf16, before);
  EXPECT_EQ(backend("cpu").describe().find("BF16") != std::string::npos, before != cpu::Bf16::none);
}

}  // namespace candor
