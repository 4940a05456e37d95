// Where tensors' numbers lie, and what is left of them.
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "candor/tensor/tensor.h"
#include "tests/support/environment.h"

namespace candor {
namespace {

TEST(Storage, BeginsWithALineOfTheCacheOrALargePage) {
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{1}, std::size_t{64}, std::size_t{513}, std::size_t{100'000}, std::size_t{4'194'303}, std::size_t{4'194'304}, std::size_t{9'000'001}}) {
    for (const bool zero : {false, true}) {
      const Storage storage(bytes, zero);
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(storage.data()) % (bytes < (4u << 20) ? 64 : 2u << 20), 0u) << bytes;
      for (std::size_t i = 0; zero && i < bytes; i += 997) EXPECT_EQ(storage.data()[i], std::byte{0}) << bytes;
      for (std::size_t i = bytes; i < (bytes + 63) / 64 * 64 + 64; ++i) EXPECT_EQ(storage.data()[i], std::byte{0}) << bytes;  // what kernels may read behind the end
    }
  }
}

#ifdef __GLIBC__
TEST(Storage, OfTheSameSizeTakesTheRoomOfWhatWasFreed) {
  if (testing::sanitized) GTEST_SKIP() << "a sanitizer's allocator keeps what was freed";
  constexpr std::size_t bytes = 768 * 768 * 4;
  std::vector<Storage*> kept;
  const std::size_t before = mallinfo2().fordblks;
  for (int i = 0; i < 40; ++i) {  // as a layer makes its weights: numbers that are freed, and what is made of them
    const Storage numbers(bytes);
    kept.push_back(new Storage(bytes));
  }
  EXPECT_LT(mallinfo2().fordblks, before + 4 * bytes);
  for (Storage* storage : kept) delete storage;
}
#endif

}  // namespace
}  // namespace candor
