// candor_csv: reads a table of numbers as Candor's users do, at once or as a stream, and says how long that took.
//   candor_csv --write FILE ROWS     makes the table: 20 columns, every second one with all the digits a double has
//   candor_csv FILE                  reads it
//   candor_csv --stream FILE         reads it in pieces
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>

#include "candor/base/error.h"
#include "candor/base/file.h"
#include "candor/base/text.h"
#include "candor/data/table/table_stream.h"

using namespace candor;

namespace {

constexpr int columns = 20;

// SplitMix64: the same table everywhere.
double uniform(std::uint64_t& state) {
  std::uint64_t x = state += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return static_cast<double>((x ^ (x >> 31)) >> 11) / 9007199254740992.0;
}

void write_table(const std::string& path, std::int64_t rows) {
  AtomicFile file(path);
  std::string text;
  for (int c = 0; c < columns; ++c) text += (c ? ",c" : "c") + std::to_string(c);
  text += '\n';
  std::uint64_t state = 1;
  for (std::int64_t r = 0; r < rows; ++r) {
    for (int c = 0; c < columns; ++c) {
      char cell[40];
      const double u = uniform(state);
      const auto end = c % 2 ? std::to_chars(cell, cell + sizeof cell, 1000 * u, std::chars_format::fixed, 2) : std::to_chars(cell, cell + sizeof cell, 4 * u - 2);
      text.append(c ? "," : "").append(cell, end.ptr);
    }
    text += '\n';
    if (text.size() > (1 << 20)) file.write(text), text.clear();
  }
  file.write(text);
  file.commit();
}

struct Sums {
  std::int64_t rows = 0;
  double sum = 0;
  void add(const data::Table& table) {
    rows += table.rows();
    for (const data::Column& column : table.columns)
      for (const double value : column.numbers) sum += value;
  }
  double mean() const { return sum / static_cast<double>(rows * columns); }
};

std::string peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.rfind("VmHWM:", 0) == 0) return line.substr(6);
  return " unknown";
}

}  // namespace

int main(int count, char** words) {
  try {
    const std::string first = count > 1 ? words[1] : "";
    if (first == "--write" && count == 4) {
      write_table(words[2], parse_integer(words[3]).value_or(0));
      return 0;
    }
    if (first.empty() || (first == "--stream" && count != 3)) fail(ErrorKind::invalid_argument, "candor_csv [--stream] FILE, or candor_csv --write FILE ROWS");
    Sums sums;
    const auto begin = std::chrono::steady_clock::now();
    double seconds = 0;
    const auto stop = [&] { seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(); };
    if (first == "--stream") {
      data::TableStream stream(words[2]);
      while (const auto piece = stream.next()) sums.add(*piece);
      stop();
    } else {
      const data::Table table = data::read_table(first);
      stop();
      sums.add(table);
    }
    std::printf("rows %lld\nseconds %.4f\nmean %.12g\npeak%s\n", static_cast<long long>(sums.rows), seconds, sums.mean(), peak_memory().c_str());
  } catch (const Error& e) {
    std::cerr << e.what() << '\n';
    return exit_code(e.kind());
  }
}
