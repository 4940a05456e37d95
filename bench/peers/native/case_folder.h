// What every peer in C++ shares, as common.py for those in Python: the case's folder, written by candor_bench, and the conversation with it.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <unistd.h>

namespace candor::bench::native {

struct Layer {
  std::int64_t dense = 0, conv = 0, kernel = 0, max_pool = 0;
  bool same = false;
  std::string activation;
};

struct Case {
  std::string folder, name;
  bool train = false;
  std::vector<Layer> layers;
  std::vector<std::vector<std::int64_t>> shapes;  ///< of the weights: kernel, bias, kernel, bias, ... in Keras's layout
  std::vector<std::vector<float>> weights;
  std::vector<std::int64_t> features;
  std::int64_t batch = 1, checked = 0, steps = 0, calls = 0;
  std::vector<float> x;  ///< rows, scaled
  std::vector<std::int32_t> y, order;
  int threads = 1;

  std::int64_t row_size() const {
    std::int64_t size = 1;
    for (const auto f : features) size *= f;
    return size;
  }
  std::int64_t rows() const { return static_cast<std::int64_t>(x.size()) / row_size(); }
  std::int64_t batches() const { return static_cast<std::int64_t>(order.size()) / batch; }
};

template <class T>
std::vector<T> values(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::vector<T> result(static_cast<std::size_t>(file.tellg()) / sizeof(T));
  file.seekg(0);
  file.read(reinterpret_cast<char*>(result.data()), static_cast<std::streamsize>(result.size() * sizeof(T)));
  return result;
}

/// `--case FOLDER --threads N [--variant V]`.
inline Case read_case(int argc, char** argv) {
  Case c;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string option = argv[i];
    if (option == "--case") c.folder = argv[i + 1];
    else if (option == "--threads") c.threads = std::stoi(argv[i + 1]);
  }
  std::ifstream file(c.folder + "/case.json");
  if (!file) throw std::runtime_error("cannot read " + c.folder + "/case.json");
  const auto spec = nlohmann::json::parse(file);
  c.name = spec.at("name");
  c.train = spec.at("kind") == "train";
  c.features = spec.at("features").get<std::vector<std::int64_t>>();
  c.batch = spec.at("batch");
  c.checked = spec.at("checked");
  c.steps = spec.value("steps", 0);
  c.calls = spec.value("calls", 0);
  for (const auto& l : spec.at("layers"))
    c.layers.push_back({l.value("dense", 0), l.value("conv", 0), l.value("kernel", 0), l.value("max_pool", 0), l.value("padding", "") == "same", l.value("activation", "")});
  const auto flat = values<float>(c.folder + "/weights.f32");
  auto at = flat.begin();
  for (const auto& s : spec.at("weights")) {
    c.shapes.push_back(s.get<std::vector<std::int64_t>>());
    std::int64_t size = 1;
    for (const auto d : c.shapes.back()) size *= d;
    if (size > flat.end() - at) throw std::runtime_error("weights.f32 is too short");
    c.weights.emplace_back(at, at + size);
    at += size;
  }
  c.x = values<float>(c.folder + "/x.f32");
  c.y = values<std::int32_t>(c.folder + "/y.i32");
  c.order = values<std::int32_t>(c.folder + "/order.i32");
  return c;
}

inline double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

/// Prints what proves parity, then answers each line `run` with the seconds of one repetition.
inline void serve(const std::string& system, const std::string& version, const Case& c, const std::vector<double>& parity, const std::function<void()>& repetition) {
  std::cout << nlohmann::json{{"system", system}, {"version", version}, {"threads", c.threads}, {"parity", parity}}.dump() << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    if (line != "run") continue;
    const double start = now();
    repetition();
    std::cout << nlohmann::json{{"seconds", now() - start}}.dump() << std::endl;
  }
}

/// Runs a peer's main part; what goes wrong is its last line of error output.
inline int peer_main(const std::function<void()>& run) {
  try {
    run();
    return 0;
  } catch (const std::exception& e) {
    std::cerr << e.what() << std::endl;
    return 1;
  }
}

}  // namespace candor::bench::native
