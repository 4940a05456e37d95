// The paper of a chart: its size, margins, axes with ticks and titles. Charts draw their marks on it.
#pragma once

#include <string>
#include <vector>

#include "candor/candid/plot/scale.h"

namespace candor::candid::plot {

/// Room for text: a letter at 12 units, on the wide side.
inline constexpr double letter_width = 6.7;

/// The inside of a chart: axes, ticks, and where a point of the data lies.
struct Frame {
  double width = 352, height = 236;
  double left = 44, right = 10, top = 26, bottom = 40;  ///< margins
  Scale x = {}, y = {};
};

/// What stands at the axes.
struct Titles {
  std::string label;  ///< what the picture shows, in a sentence: for those who do not see it
  std::string x, y;
};

/// The margin that the labels of an axis at the left need.
double room_for(const std::vector<Tick>& ticks);
/// "<svg ...>" with grid, ticks and titles; marks follow, then "</svg>". It carries both scales for the script that shows values.
std::string open_frame(const Frame& frame, const Titles& titles);
/// An open frame without axes.
std::string open_svg(double width, double height, const std::string& label, const std::string& kind = "plot");
std::string text_at(double x, double y, const std::string& text, const std::string& kind, const std::string& anchor = "start");
std::string line_at(double x1, double y1, double x2, double y2, const std::string& kind);

/// The class of the n-th colour: "c1" is the accent, for the model; beyond the palette it begins again.
std::string tone_of(std::size_t n);

}  // namespace candor::candid::plot
