// Where the boxes of a drawing go: layers from top to bottom, few crossings, straight edges (the method of Sugiyama, Tagawa, Toda
// 1981: ranks, order by barycentres, coordinates). Internal to plot_model.
#pragma once

#include <utility>
#include <vector>

namespace candor::plot {

struct Point {
  double x = 0, y = 0;
};

struct Box {
  double width = 0, height = 0;
  double x = 0, y = 0;  ///< top left corner, what the layout finds
};

struct Edge {
  int from = 0, to = 0;
  std::vector<Point> points = {};  ///< from box to box, what the layout finds
};

struct Drawing {
  std::vector<Box> boxes;
  std::vector<Edge> edges;
  double width = 0, height = 0;
};

/// Places the boxes of `drawing` (their sizes are given) and routes its edges. Edges go down, but for those that close a circle; one from a
/// box to itself is a loop on its right.
void lay_out(Drawing& drawing);

}  // namespace candor::plot
