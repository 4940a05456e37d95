// Where boxes and arrows of a model's drawing go.
#include "candor/nn/plot/layered_layout.h"

#include <gtest/gtest.h>

#include <string>

namespace candor::plot {
namespace {

Drawing drawing(std::size_t boxes, std::vector<std::pair<int, int>> edges) {
  Drawing d;
  for (std::size_t i = 0; i < boxes; ++i) d.boxes.push_back({80 + 10 * static_cast<double>(i % 3), 40 + 20 * static_cast<double>(i % 2)});
  for (const auto& [from, to] : edges) d.edges.push_back({from, to});
  lay_out(d);
  return d;
}

bool inside(const Box& box, const Point& p) { return p.x > box.x + 1 && p.x < box.x + box.width - 1 && p.y > box.y + 1 && p.y < box.y + box.height - 1; }

/// No arrow touches a box other than its own two, at its corners and halfway between them.
void expect_clear(const Drawing& d) {
  for (const Edge& e : d.edges) {
    ASSERT_GE(e.points.size(), 2u);
    for (std::size_t i = 0; i < e.points.size(); ++i) {
      const Point p = e.points[i], before = e.points[i == 0 ? 0 : i - 1], middle{(p.x + before.x) / 2, (p.y + before.y) / 2};
      for (std::size_t b = 0; b < d.boxes.size(); ++b)
        EXPECT_FALSE(inside(d.boxes[b], p) || inside(d.boxes[b], middle)) << "the arrow " << e.from << " -> " << e.to << " crosses box " << b;
    }
  }
}

TEST(PlotLayout, ALayerUsedAgainStandsBelowWhatFeedsIt) {
  // Box 3 is fed by 2 and, in a second call, by 4, which was made after it.
  const Drawing d = drawing(6, {{0, 2}, {2, 3}, {1, 4}, {4, 3}, {3, 5}});
  EXPECT_GT(d.boxes[3].y, d.boxes[4].y + d.boxes[4].height);
  EXPECT_GT(d.boxes[5].y, d.boxes[3].y + d.boxes[3].height);
  expect_clear(d);
  for (const Edge& e : d.edges) EXPECT_LT(e.points.front().y, e.points.back().y) << e.from << " -> " << e.to;
}

TEST(PlotLayout, OnlyWhatClosesACircleGoesUp) {
  const Drawing d = drawing(4, {{0, 1}, {1, 2}, {2, 1}, {2, 3}, {3, 3}});
  int up = 0;
  for (const Edge& e : d.edges) up += e.points.front().y > e.points.back().y;
  EXPECT_EQ(up, 1);
}

TEST(PlotLayout, LongArrowsGoAroundBoxes) {
  expect_clear(drawing(7, {{0, 1}, {1, 2}, {2, 3}, {0, 3}, {3, 4}, {0, 4}, {4, 5}, {2, 5}, {5, 6}, {1, 6}}));
}

}  // namespace
}  // namespace candor::plot
