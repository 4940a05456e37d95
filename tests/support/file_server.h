// The web server of file_server.py as a child of the test, and its folder.
#pragma once

#include <string>
#include <sys/types.h>

#include "tests/support/files.h"

namespace candor::testing {

class FileServer {
 public:
  FileServer();
  ~FileServer();
  FileServer(const FileServer&) = delete;
  FileServer& operator=(const FileServer&) = delete;

  /// False when there is no python3: the test is to be skipped.
  bool runs() const { return port_ > 0; }
  /// "http://127.0.0.1:PORT"
  std::string address() const { return "http://127.0.0.1:" + std::to_string(port_); }
  const TemporaryFolder& folder() const { return folder_; }
  /// What was asked for so far: a line "/how/name RANGE" each.
  std::string log() const;

 private:
  TemporaryFolder folder_;
  pid_t child_ = -1;
  int input_ = -1, port_ = 0;
};

}  // namespace candor::testing

/// Skips the running test when the server did not start.
#define CANDOR_NEEDS_SERVER(server) \
  if (!(server).runs()) GTEST_SKIP() << "needs python3"
