// What surrounds the speed: include cost, process start, program size, build time, memory.
#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "bench/child.h"
#include "bench/measure.h"
#include "candor/base/error.h"
#include "candor/base/file.h"

namespace candor::bench {
namespace {

Finished must_run(const std::vector<std::string>& command) {
  Finished done = run_to_end(command);
  if (done.status != 0)
    fail(ErrorKind::unsupported, "bench: " + command[0] + " ended with " + std::to_string(done.status) + ": " + done.output.substr(done.output.size() > 400 ? done.output.size() - 400 : 0));
  return done;
}

double median_seconds(const std::vector<std::string>& command, int runs) {
  std::vector<double> seconds;
  must_run(command);
  for (int i = 0; i < runs; ++i) seconds.push_back(must_run(command).seconds);
  return median(seconds);
}

// What including candor.h adds to the compile time of a file, in seconds.
double include_cost(const Settings& s) {
  const std::string with = s.place.work + "/with.cpp", without = s.place.work + "/without.cpp";
  write_atomically(with, std::string_view("#include \"candor/candor.h\"\nint main() {}\n"));
  write_atomically(without, std::string_view("int main() {}\n"));
  const auto compile = [&](const std::string& file) {
    return median_seconds({"c++", "-std=c++20", "-O0", "-I", s.root, "-c", file, "-o", s.place.work + "/out.o"}, 3);
  };
  return compile(with) - compile(without);
}

std::vector<std::string> core_configuration(const Settings& s, const std::string& folder) {
  return {"cmake", "-S", s.root, "-B", folder, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", "-DCANDOR_TESTS=OFF", "-DCANDOR_BENCH=OFF", "-DCANDOR_EXAMPLES=OFF"};
}

// Megabytes of the stripped static program with the core alone.
double core_size(const Settings& s) {
  const std::string folder = s.root + "/build/bench-core";
  auto configure = core_configuration(s, folder);
  for (const char* option : {"-DCANDOR_ONEDNN=OFF", "-DCANDOR_IMAGES=OFF", "-DCMAKE_EXE_LINKER_FLAGS=-static -Wl,--gc-sections", "-DCMAKE_CXX_FLAGS=-ffunction-sections -fdata-sections"})
    configure.emplace_back(option);
  must_run(configure);
  must_run({"cmake", "--build", folder, "-j", "2", "--target", "candor_program"});
  must_run({"strip", "-o", s.place.work + "/core", folder + "/candor"});
  return static_cast<double>(std::filesystem::file_size(s.place.work + "/core")) / 1e6;
}

// Seconds to build library and command line from nothing on two cores, without a compiler cache.
double clean_build(const Settings& s) {
  const std::string folder = s.place.work + "/clean";
  std::filesystem::remove_all(folder);
  auto configure = core_configuration(s, folder);
  configure.emplace_back("-DCCACHE=OFF");  // a value that ends in NOTFOUND would be looked for again
  configure.emplace_back("-DCMAKE_CXX_COMPILER_LAUNCHER=");
  configure.emplace_back("-DCMAKE_DISABLE_PRECOMPILE_HEADERS=OFF");  // as a first build by ./dev does
  configure.emplace_back("-DCANDOR_UNITY=ON");
  must_run(configure);
  const double seconds = must_run({"cmake", "--build", folder, "-j", "2"}).seconds;
  std::filesystem::remove_all(folder);
  return seconds;
}

// Megabytes after "peak" in what a program printed, which is its own account in KB.
double peak_in(const std::string& output) {
  const auto at = output.rfind("peak");
  double kilobytes = 0;
  if (at == std::string::npos || std::sscanf(output.c_str() + at, "peak %lf kB", &kilobytes) != 1)
    fail(ErrorKind::unsupported, "bench: the system does not say how much memory a process took: " + output);
  return kilobytes * 1024 / 1e6;
}

// Megabytes that training on MNIST took at most.
double training_memory(const Settings& s) { return peak_in(must_run({s.programs + "/candor_hello"}).output); }

// Megabytes that streaming a table took at most: 5 GB, or a quarter of what the disk has left.
double stream_memory(const Settings& s) {
  const std::string file = s.place.work + "/stream.csv";
  constexpr double row_bytes = 262;
  const double room = static_cast<double>(std::filesystem::space(s.place.work).available) / 4;
  const auto rows = static_cast<std::int64_t>(std::min(5e9, room) / row_bytes);
  must_run({s.programs + "/candor_csv", "--write", file, std::to_string(rows)});
  const std::string output = must_run({s.programs + "/candor_csv", "--stream", file}).output;
  std::filesystem::remove(file);
  s.say("csv_stream: " + std::to_string(rows) + " rows: " + output);
  return peak_in(output);
}

}  // namespace

std::vector<Measured> measure_extra(const Case& c, const Settings& s) {
  s.say(c.name);
  Measured row;
  row.test = c.name;
  row.system = "Candor";
  row.unit = c.unit;
  row.must = c.must;
  row.absolute = true;
  make_folders(s.place.work);
  if (c.name == "include") row.value = include_cost(s);
  else if (c.name == "start") row.value = median_seconds({s.program, "version"}, 21) * 1e3;
  else if (c.name == "size") row.value = core_size(s);
  else if (c.name == "build") row.value = clean_build(s);
  else if (c.name == "memory") row.value = training_memory(s);
  else if (c.name == "csv_stream") row.value = stream_memory(s);
  else fail(ErrorKind::not_found, "bench: no way to measure " + c.name);
  row.low = row.high = row.value;
  return {row};
}

}  // namespace candor::bench
