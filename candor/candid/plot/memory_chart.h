// What lies where in a program's memory, and for how long.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace candor::candid::plot {

/// A piece of memory: `bytes` from `offset` on, from step `first` to step `last`.
struct MemoryPiece {
  std::size_t offset = 0, bytes = 0;
  int first = 0, last = 0;
  std::string text;        ///< shown where the pointer rests
  int tone = 0;            ///< 0: muted; else the colour of that number
};

/// Pieces of memory over the steps of a program.
struct MemoryChart {
  std::string label;       ///< what the picture shows, in a sentence: for those who do not see it
  std::vector<MemoryPiece> pieces;
  int steps = 0;
  double width = 720, height = 360;
};

/// An SVG that stands alone (light and dark): steps from left to right, bytes from bottom to top. Empty when there is no piece.
std::string memory_chart(const MemoryChart& chart);

}  // namespace candor::candid::plot
