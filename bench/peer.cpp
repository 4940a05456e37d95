// A peer: a Python script of bench/peers or a program of bench/peers/native, and the conversation that peers/common.py describes.
#include <filesystem>
#include <sstream>

#include <nlohmann/json.hpp>

#include "bench/child.h"
#include "bench/system.h"
#include "candor/base/clock.h"
#include "candor/base/error.h"
#include "candor/base/file.h"

namespace candor::bench {
namespace {

constexpr double patience = 240;  // seconds; importing and compiling take their time

// Debian's libtorch brings OpenMP's pool beside OpenBLAS's: one of the two has to be small.
std::vector<std::string> command_of(const PeerPlace& place, const std::string& peer, int threads) {
  const std::string script = place.scripts + "/" + peer + "_peer.py", program = place.native + "/" + peer + "_peer";
  if (std::filesystem::exists(script)) return {place.python, script};
  if (!std::filesystem::exists(program)) fail(ErrorKind::not_found, "not built; its library was not found (libtorch-dev, libdlib-dev) when the bench was configured");
  const std::string count = std::to_string(threads);
  return {"/usr/bin/env", "OMP_NUM_THREADS=" + count, "OPENBLAS_NUM_THREADS=" + (peer == "libtorch" ? "1" : count), program};
}

class Peer : public System {
 public:
  Peer(const PeerPlace& place, const Case& c, const std::string& peer, int count) : errors_(place.work + "/" + c.name + "/errors.txt") {
    const auto colon = peer.find(':');
    const std::string script = peer.substr(0, colon), variant = colon == std::string::npos ? "" : peer.substr(colon + 1);
    threads = count;
    const double start = seconds_now();
    try {
      std::vector<std::string> command = command_of(place, script, count);
      for (const std::string& word : {std::string("--case"), place.work + "/" + c.name, std::string("--threads"), std::to_string(count), std::string("--variant"), variant})
        command.push_back(word);
      child_ = std::make_unique<Child>(command, errors_);
      const auto hello = nlohmann::json::parse(child_->line(patience));
      name = hello.at("system");
      version = hello.at("version");
      parity = hello.at("parity").get<std::vector<double>>();
      ready = seconds_now() - start;
    } catch (const std::exception& e) {
      fail(ErrorKind::unsupported, peer + ": " + e.what() + last_words());
    }
  }

  double peak_megabytes() const override { return child_->peak_megabytes(); }

  double run() override {
    child_->write("run\n");
    return nlohmann::json::parse(child_->line(patience)).at("seconds");
  }

 private:
  std::string last_words() const {
    std::string text, line, last;
    try {
      text = read_file(errors_);
    } catch (const Error&) {
      return "";
    }
    for (std::istringstream lines(text); std::getline(lines, line);)
      if (!line.empty()) last = line;
    return last.empty() ? "" : ": " + last;
  }

  std::string errors_;
  std::unique_ptr<Child> child_;
};

}  // namespace

std::unique_ptr<System> start_peer(const PeerPlace& place, const Case& c, const std::string& peer, int threads) {
  return std::make_unique<Peer>(place, c, peer, threads);
}

}  // namespace candor::bench
