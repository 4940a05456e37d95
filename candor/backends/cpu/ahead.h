// Lines of memory that are needed soon, asked for a few at a time between pieces of other work: asked for all at once they would keep the core
// waiting, and the processor does not guess rows that lie far apart.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace candor::cpu {

/// A list of such lines, and how many to ask for at a time.
class Ahead {
 public:
  /// Rows of `columns` floats, `row` floats apart; beyond `most` areas nothing is added.
  void add(const float* data, std::int64_t row, std::int64_t rows, std::int64_t columns) {
    if (count_ == most || rows <= 0 || columns <= 0) return;
    areas_[count_++] = {data, row, rows, columns};
    lines_ += rows * lines_of(columns);
  }
  /// Spreads what was added over so many calls of `ask`.
  void spread(std::int64_t calls) { share_ = calls > 0 ? (lines_ + calls - 1) / calls : 0; }
  /// Asks for the next share, into the second cache.
  void ask() {
    for (std::int64_t left = share_; left > 0 && at_ < count_;) {
      Area& area = areas_[at_];
      for (std::int64_t i = 0; i < area.columns; i += line) __builtin_prefetch(area.data + i, 0, 2);
      left -= lines_of(area.columns);
      area.data += area.row;
      if (--area.rows == 0) ++at_;
    }
  }

 private:
  static constexpr std::size_t most = 8;
  static constexpr std::int64_t line = 16;  // floats
  static std::int64_t lines_of(std::int64_t columns) { return (columns + line - 1) / line; }
  struct Area {
    const float* data;
    std::int64_t row, rows, columns;
  };
  std::array<Area, most> areas_;
  std::size_t count_ = 0, at_ = 0;
  std::int64_t lines_ = 0, share_ = 0;
};

}  // namespace candor::cpu
