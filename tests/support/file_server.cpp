#include "tests/support/file_server.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace candor::testing {

FileServer::FileServer() {
  int to[2], from[2];
  if (::pipe(to) != 0 || ::pipe(from) != 0) return;
  const std::string script = CANDOR_FILE_SERVER;
  child_ = ::fork();
  if (child_ == 0) {
    ::dup2(to[0], 0);
    ::dup2(from[1], 1);
    for (const int end : {to[0], to[1], from[0], from[1]}) ::close(end);
    ::execlp("python3", "python3", script.c_str(), folder_.path().c_str(), static_cast<char*>(nullptr));
    ::_exit(127);
  }
  ::close(to[0]);
  ::close(from[1]);
  input_ = to[1];
  std::string line;
  char c = 0;
  while (::read(from[0], &c, 1) == 1 && c != '\n') line += c;
  ::close(from[0]);
  port_ = std::atoi(line.c_str());
}

FileServer::~FileServer() {
  if (input_ >= 0) ::close(input_);
  if (child_ > 0) ::waitpid(child_, nullptr, 0);
}

std::string FileServer::log() const {
  std::ifstream in(folder_ / "log");
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace candor::testing
