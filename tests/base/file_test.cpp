#include "candor/base/file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>

#include "tests/support/errors.h"
#include "tests/support/files.h"

namespace candor {
namespace {

using testing::TemporaryFolder;

std::size_t files_in(const std::string& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

TEST(File, ReadsSmallLargeAndEmptyFiles) {
  const TemporaryFolder folder;
  EXPECT_EQ(read_file(folder.write("small", "abc")), "abc");
  EXPECT_EQ(read_file(folder.write("empty", "")), "");
  const std::string large((3 << 20) + 17, 'x');
  const MappedFile mapped(folder.write("large", large));
  EXPECT_EQ(mapped.text(), large);
  const MappedFile copy = mapped;
  EXPECT_EQ(copy.bytes().data(), mapped.bytes().data());
}

TEST(File, ReadingWhatIsNotThereNamesThePath) {
  EXPECT_ERROR(not_found, read_file("/no/such/file.csv"), "reading /no/such/file.csv", "No such file or directory");
  EXPECT_ERROR(not_found, read_file(""), "reading \"\"");
}

TEST(File, ReadingAFolderIsAnError) {
  const TemporaryFolder folder;
  EXPECT_ERROR(io, read_file(folder.path()), folder.path(), "it is a folder");
}

TEST(File, ReadingIsBounded) {
  const TemporaryFolder folder;
  EXPECT_ERROR(invalid_argument, read_file(folder.write("ten", "0123456789"), 9), "10 bytes", "at most 9");
  EXPECT_ERROR(invalid_argument, read_file("/dev/zero", 1 << 20), "/dev/zero", "at most 1048576");
}

TEST(AtomicFile, ReplacesOnCommitOnly) {
  const TemporaryFolder folder;
  const std::string path = folder.write("model", "old");
  {
    AtomicFile file(path);
    file.write("new");
    EXPECT_EQ(read_file(path), "old");
  }
  EXPECT_EQ(read_file(path), "old");
  EXPECT_EQ(files_in(folder.path()), 1u);
  write_atomically(path, "newer");
  EXPECT_EQ(read_file(path), "newer");
  EXPECT_EQ(files_in(folder.path()), 1u);
}

TEST(AtomicFile, KeepsALinkAndThePermissions) {
  const TemporaryFolder folder;
  const std::string path = folder.write("model", "old"), link = folder / "link";
  std::filesystem::create_symlink(path, link);
  ::chmod(path.c_str(), 0640);
  write_atomically(link, "new");
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  EXPECT_EQ(read_file(path), "new");
  struct stat info {};
  ::stat(path.c_str(), &info);
  EXPECT_EQ(info.st_mode & 0777, 0640u);
}

TEST(AtomicFile, NoFolderOrAFolderInTheWay) {
  const TemporaryFolder folder;
  EXPECT_ERROR(io, write_atomically(folder / "no/model", "x"), "writing ", "no/model", "there is no folder");
  EXPECT_ERROR(io, write_atomically(folder.path(), "x"), "it is a folder");
  EXPECT_ERROR(io, write_atomically(folder.write("file", "") + "/model", "x"), "Not a directory");
}

TEST(AtomicFile, AFullDeviceSaysSo) {
  EXPECT_ERROR(io, write_atomically("/dev/full", "x"), "writing /dev/full", "No space left on device");
  EXPECT_TRUE(std::filesystem::exists("/dev/full"));
}

TEST(AtomicFile, TheOldFileSurvivesAFullDisk) {
  const TemporaryFolder folder;
  const std::string path = folder.write("model", "old");
  // A limit on file size stands in for a full disk: write(2) stops in the middle in the same way.
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  auto* const handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{1 << 16, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  EXPECT_ERROR(io, write_atomically(path, std::string(1 << 20, 'x')), path, "File too large");
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(read_file(path), "old");
  EXPECT_EQ(files_in(folder.path()), 1u);
}

TEST(AtomicFile, AReadOnlyFolderOrFileIsLeftAlone) {
  const TemporaryFolder folder;
  const std::string path = folder.write("model", "old");
  // Root may write anywhere, so it becomes somebody else for the test.
  const bool root = ::geteuid() == 0;
  constexpr uid_t nobody = 65534;
  if (root) {
    ASSERT_EQ(::chown(path.c_str(), nobody, nobody), 0);
    ASSERT_EQ(::chown(folder.path().c_str(), nobody, nobody), 0);
    ASSERT_EQ(::seteuid(nobody), 0);
  }
  ::chmod(path.c_str(), 0400);
  EXPECT_ERROR(io, write_atomically(path, "new"), path, "Permission denied");
  ::chmod(path.c_str(), 0600);
  ::chmod(folder.path().c_str(), 0500);
  EXPECT_ERROR(io, write_atomically(path, "new"), path, "Permission denied");
  EXPECT_EQ(read_file(path), "old");
  if (root) {
    ASSERT_EQ(::seteuid(0), 0);
  }
}

TEST(AtomicFile, AReadOnlyFileSystemSaysSo) {
  EXPECT_ERROR(io, write_atomically("/proc/candor-model", "x"), "writing /proc/candor-model");
}

}  // namespace
}  // namespace candor
