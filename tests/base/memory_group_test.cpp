#include "candor/base/memory_group.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/support/files.h"

namespace candor {
namespace {

constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

TEST(MemoryGroup, TheSecondVersionAndTheGroupsAbove) {
  const testing::TemporaryFolder folder;
  const std::string root = folder.path();
  folder.write("a/b/memory.max", "1000\n");
  folder.write("a/b/memory.current", "700\n");
  folder.write("a/b/memory.stat", "anon 600\ninactive_file 50\nactive_file 30\n");
  EXPECT_EQ(group_memory("0::/a/b\n", root), 350u);
  folder.write("a/memory.max", "800\n");
  folder.write("a/memory.current", "700\n");
  EXPECT_EQ(group_memory("0::/a/b\n", root), 100u) << "the group above leaves less";
  folder.write("a/memory.max", "max\n");
  EXPECT_EQ(group_memory("0::/a/b\n", root), 350u);
  EXPECT_EQ(group_memory("0::/a/c\n", root), none);
}

TEST(MemoryGroup, TheFirstVersion) {
  const testing::TemporaryFolder folder;
  const std::string root = folder.path();
  folder.write("memory/job/memory.limit_in_bytes", "67108864\n");
  folder.write("memory/job/memory.usage_in_bytes", "70000000\n");
  folder.write("memory/memory.limit_in_bytes", "9223372036854771712\n");
  folder.write("memory/memory.usage_in_bytes", "5\n");
  EXPECT_EQ(group_memory("9:name=systemd:/job\n4:memory:/job\n1:cpu:/\n", root), 0u) << "more than the limit is in use";
  folder.write("memory/job/memory.stat", "total_inactive_file 10000000\n");
  EXPECT_EQ(group_memory("4:cpu,memory:/job\n", root), 7'108'864u);
  EXPECT_EQ(group_memory("4:memory:/\n", root), none) << "a number near 2^63 is no limit";
}

TEST(MemoryGroup, AContainerWhoseFolderIsTheRoot) {
  const testing::TemporaryFolder folder;
  folder.write("memory/memory.limit_in_bytes", "1000");
  folder.write("memory/memory.usage_in_bytes", "400");
  EXPECT_EQ(group_memory("4:memory:/docker/0123\n", folder.path()), 600u);
}

TEST(MemoryGroup, NonsenseIsNoLimit) {
  const testing::TemporaryFolder folder;
  folder.write("memory.max", "much");
  for (const char* text : {"", "\n\n", "0", "0:", "::", "0::", "4:memory", "a:b:c:d", "0::///"}) EXPECT_EQ(group_memory(text, folder.path()), none) << text;
}

}  // namespace
}  // namespace candor
