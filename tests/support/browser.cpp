#include "tests/support/browser.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include <chrono>
#include <stdexcept>
#include <thread>

namespace candor::testing {

using nlohmann::json;

std::string chromium_path() {
  if (const char* named = std::getenv("CANDOR_CHROMIUM")) return ::access(named, X_OK) == 0 ? named : "";
  const char* path = std::getenv("PATH");
  for (const char* name : {"chromium", "chromium-browser", "google-chrome"}) {
    std::string rest = path ? path : "";
    while (!rest.empty()) {
      const std::size_t colon = rest.find(':');
      const std::string file = rest.substr(0, colon) + "/" + name;
      if (::access(file.c_str(), X_OK) == 0) return file;
      rest = colon == std::string::npos ? "" : rest.substr(colon + 1);
    }
  }
  return {};
}

Browser::Browser() {
  const std::string program = chromium_path(), profile = "--user-data-dir=" + profile_.path();
  std::vector<std::string> words{program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars", "--remote-debugging-pipe", profile, "about:blank"};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  int commands[2], answers[2];
  if (::pipe2(commands, O_CLOEXEC) != 0 || ::pipe2(answers, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  child_ = ::fork();
  if (child_ == 0) {
    ::setpgid(0, 0);
    // Its helpers are ended with it, and the pipes have the numbers it expects. They are moved out of the way first.
    const int in = ::fcntl(commands[0], F_DUPFD, 10), out = ::fcntl(answers[1], F_DUPFD, 10), null = ::open("/dev/null", O_RDWR);
    ::dup2(null, 0), ::dup2(null, 1), ::dup2(null, 2), ::dup2(in, 3), ::dup2(out, 4);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  ::close(commands[0]), ::close(answers[1]);
  to_ = commands[1], from_ = answers[0];
  const json target = call("Target.createTarget", {{"url", "about:blank"}});
  session_ = call("Target.attachToTarget", {{"targetId", target.at("targetId")}, {"flatten", true}}).at("sessionId").get<std::string>();
  for (const char* domain : {"Page.enable", "Runtime.enable", "Network.enable", "Log.enable"}) call(domain, json::object());
}

Browser::~Browser() {
  ::close(to_), ::close(from_);
  if (child_ <= 0) return;
  ::kill(-child_, SIGKILL);
  ::waitpid(child_, nullptr, 0);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));  // its helpers still hold files of the profile
}

json Browser::next_message() {
  for (;;) {
    if (const std::size_t end = received_.find('\0'); end != std::string::npos) {
      json message = json::parse(received_.substr(0, end));
      received_.erase(0, end + 1);
      return message;
    }
    pollfd ready{from_, POLLIN, 0};
    if (::poll(&ready, 1, 60'000) <= 0) throw std::runtime_error("the browser does not answer");
    char bytes[65536];
    const ssize_t n = ::read(from_, bytes, sizeof bytes);
    if (n <= 0) throw std::runtime_error("the browser went away");
    received_.append(bytes, static_cast<std::size_t>(n));
  }
}

void Browser::note(const json& event) {
  const std::string method = event.value("method", "");
  if (method == "Page.loadEventFired") loaded_ = true;
  if (method == "Runtime.exceptionThrown" || method == "Runtime.consoleAPICalled" || method == "Log.entryAdded") log_.complaints.push_back(event.at("params").dump());
  if (method == "Network.requestWillBeSent") {
    const std::string url = event.at("params").at("request").at("url").get<std::string>();
    if (url != address_ && url.rfind("data:", 0) != 0) log_.requests.push_back(url);
  }
}

json Browser::call(const std::string& method, const json& parameters) {
  json message = {{"id", ++id_}, {"method", method}, {"params", parameters}};
  if (!session_.empty()) message["sessionId"] = session_;
  const std::string text = message.dump() + '\0';
  for (std::size_t sent = 0; sent < text.size();) {
    const ssize_t n = ::write(to_, text.data() + sent, text.size() - sent);
    if (n <= 0) throw std::runtime_error("the browser went away");
    sent += static_cast<std::size_t>(n);
  }
  for (;;) {
    const json answer = next_message();
    if (answer.value("id", 0) != id_) {
      note(answer);
      continue;
    }
    if (answer.contains("error")) throw std::runtime_error(method + ": " + answer["error"].dump());
    return answer.at("result");
  }
}

void Browser::open(const std::string& file, int width, bool dark) {
  log_ = {};
  loaded_ = false;
  address_ = "file://" + file;
  call("Emulation.setDeviceMetricsOverride", {{"width", width}, {"height", 844}, {"deviceScaleFactor", 1}, {"mobile", false}});
  call("Emulation.setEmulatedMedia", {{"media", ""}, {"features", {{{"name", "prefers-color-scheme"}, {"value", dark ? "dark" : "light"}}}}});
  call("Page.navigate", {{"url", address_}});
  while (!loaded_) note(next_message());
}

json Browser::value(const std::string& expression) {
  const json result = call("Runtime.evaluate", {{"expression", expression}, {"returnByValue", true}, {"awaitPromise", true}});
  if (result.contains("exceptionDetails")) throw std::runtime_error(result["exceptionDetails"].dump());
  return result.at("result").value("value", json());
}

void Browser::point(double x, double y) { call("Input.dispatchMouseEvent", {{"type", "mouseMoved"}, {"x", x}, {"y", y}}); }

}  // namespace candor::testing
