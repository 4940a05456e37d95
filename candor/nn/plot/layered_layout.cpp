#include "candor/nn/plot/layered_layout.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace candor::plot {
namespace {

constexpr double gap = 28, layer_gap = 36, lane = 14;

std::size_t at(int i) { return static_cast<std::size_t>(i); }

/// A box, or the place where a long edge passes a layer.
struct Item {
  int box = -1;
  double width = 0, x = 0;  // centre
  std::vector<int> up, down;
};

class Layout {
 public:
  explicit Layout(Drawing& drawing) : d_(drawing) {}

  void run() {
    number();
    rank();
    make_items();
    order();
    place();
    write();
  }

 private:
  /// Numbers the boxes so that edges go from smaller to larger numbers, except those that close a circle. Of several possible boxes the first comes
  /// first; a layer that is used again can be fed by one that was made after it.
  void number() {
    const std::size_t count = d_.boxes.size();
    std::vector<int> waiting(count, 0);
    for (const Edge& e : d_.edges) waiting[at(e.to)] += e.from != e.to;
    number_.assign(count, -1);
    for (int next = 0; next < static_cast<int>(count); ++next) {
      std::size_t chosen = count;
      for (std::size_t b = 0; b < count && (chosen == count || waiting[chosen] > 0); ++b)
        if (number_[b] < 0 && (chosen == count || waiting[b] <= 0)) chosen = b;
      number_[chosen] = next;
      for (const Edge& e : d_.edges)
        if (at(e.from) == chosen) --waiting[at(e.to)];
    }
  }
  bool forward(const Edge& e) const { return number_[at(e.from)] < number_[at(e.to)]; }

  void rank() {
    rank_.assign(d_.boxes.size(), 0);
    std::vector<Edge> edges = d_.edges;
    std::sort(edges.begin(), edges.end(), [&](const Edge& a, const Edge& b) { return number_[at(a.from)] < number_[at(b.from)]; });
    for (const Edge& e : edges)
      if (forward(e)) rank_[at(e.to)] = std::max(rank_[at(e.to)], rank_[at(e.from)] + 1);
    // A box without anything above it stands right above what it feeds.
    std::vector<std::size_t> from_below(d_.boxes.size());
    for (std::size_t b = 0; b < from_below.size(); ++b) from_below[from_below.size() - 1 - at(number_[b])] = b;
    for (const std::size_t b : from_below) {
      bool fed = false;
      int nearest = -1;
      for (const Edge& e : d_.edges) {
        fed |= forward(e) && at(e.to) == b;
        if (forward(e) && at(e.from) == b) nearest = nearest < 0 ? rank_[at(e.to)] : std::min(nearest, rank_[at(e.to)]);
      }
      if (!fed && nearest > 0) rank_[b] = nearest - 1;
    }
    layers_.assign(at(rank_.empty() ? 0 : *std::max_element(rank_.begin(), rank_.end()) + 1), {});
  }

  int add_item(int layer, int box, double width) {
    items_.push_back({box, width, 0, {}, {}});
    layers_[at(layer)].push_back(static_cast<int>(items_.size()) - 1);
    return layers_[at(layer)].back();
  }
  void join(int above, int below) {
    items_[at(above)].down.push_back(below);
    items_[at(below)].up.push_back(above);
  }

  void make_items() {
    for (std::size_t b = 0; b < d_.boxes.size(); ++b) add_item(rank_[b], static_cast<int>(b), d_.boxes[b].width);
    paths_.resize(d_.edges.size());
    for (std::size_t e = 0; e < d_.edges.size(); ++e) {
      const Edge& edge = d_.edges[e];
      if (edge.from == edge.to) continue;
      const int top = forward(edge) ? edge.from : edge.to, bottom = forward(edge) ? edge.to : edge.from;
      paths_[e].push_back(top);
      for (int r = rank_[at(top)] + 1; r < rank_[at(bottom)]; ++r) {
        const int passing = add_item(r, -1, lane);
        join(paths_[e].back(), passing);
        paths_[e].push_back(passing);
      }
      if (rank_[at(top)] < rank_[at(bottom)]) join(paths_[e].back(), bottom);
      paths_[e].push_back(bottom);
    }
  }

  /// Sorts each layer by the mean place of its neighbours above (or below); boxes without any keep theirs.
  void sweep(bool downwards) {
    std::vector<double> place(items_.size(), 0);
    for (const auto& layer : layers_)
      for (std::size_t i = 0; i < layer.size(); ++i) place[at(layer[i])] = static_cast<double>(i);
    for (std::size_t k = 0; k < layers_.size(); ++k) {
      auto& layer = layers_[downwards ? k : layers_.size() - 1 - k];
      std::vector<double> key(items_.size(), 0);
      for (int item : layer) {
        const auto& neighbours = downwards ? items_[at(item)].up : items_[at(item)].down;
        double sum = 0;
        for (int n : neighbours) sum += place[at(n)];
        key[at(item)] = neighbours.empty() ? place[at(item)] : sum / static_cast<double>(neighbours.size());
      }
      std::stable_sort(layer.begin(), layer.end(), [&](int a, int b) { return key[at(a)] < key[at(b)]; });
      for (std::size_t i = 0; i < layer.size(); ++i) place[at(layer[i])] = static_cast<double>(i);
    }
  }

  long crossings() const {
    std::vector<int> place(items_.size(), 0);
    long count = 0;
    for (const auto& layer : layers_)
      for (std::size_t i = 0; i < layer.size(); ++i) place[at(layer[i])] = static_cast<int>(i);
    for (const auto& layer : layers_)
      for (std::size_t i = 0; i < layer.size(); ++i)
        for (std::size_t j = i + 1; j < layer.size(); ++j)
          for (int a : items_[at(layer[i])].down)
            for (int b : items_[at(layer[j])].down) count += place[at(a)] > place[at(b)];
    return count;
  }

  void order() {
    auto best = layers_;
    long fewest = crossings();
    for (int i = 0; i < 12 && fewest > 0; ++i) {
      sweep(i % 2 == 0);
      if (const long now = crossings(); now < fewest) fewest = now, best = layers_;
    }
    layers_ = std::move(best);
  }

  double distance(int left, int right) const { return (items_[at(left)].width + items_[at(right)].width) / 2 + gap; }

  /// Moves each item towards the middle of its neighbours as far as those beside it allow.
  void settle(const std::vector<int>& layer, bool by_upper, bool by_lower) {
    std::vector<double> wanted;
    for (int item : layer) {
      std::vector<double> xs;
      if (by_upper)
        for (int n : items_[at(item)].up) xs.push_back(items_[at(n)].x);
      if (by_lower)
        for (int n : items_[at(item)].down) xs.push_back(items_[at(n)].x);
      std::sort(xs.begin(), xs.end());
      wanted.push_back(xs.empty() ? items_[at(item)].x : (xs[(xs.size() - 1) / 2] + xs[xs.size() / 2]) / 2);
    }
    // From the left as far left as possible, from the right as far right; the mean of both keeps the distances.
    std::vector<double> left = wanted, right = wanted;
    for (std::size_t i = 1; i < layer.size(); ++i) left[i] = std::max(left[i], left[i - 1] + distance(layer[i - 1], layer[i]));
    for (std::size_t i = layer.size() - 1; i-- > 0;) right[i] = std::min(right[i], right[i + 1] - distance(layer[i], layer[i + 1]));
    for (std::size_t i = 0; i < layer.size(); ++i) items_[at(layer[i])].x = (left[i] + right[i]) / 2;
  }

  void place() {
    for (const auto& layer : layers_) {
      double x = 0;
      for (std::size_t i = 0; i < layer.size(); ++i) {
        if (i) x += distance(layer[i - 1], layer[i]);
        items_[at(layer[i])].x = x;
      }
      for (int item : layer) items_[at(item)].x -= x / 2;
    }
    for (int round = 0; round < 16; ++round) {
      for (const auto& layer : layers_) settle(layer, true, round % 4 == 3);
      for (std::size_t k = layers_.size(); k-- > 0;) settle(layers_[k], round % 4 == 3, true);
    }
    for (const auto& layer : layers_) settle(layer, true, true);
  }

  void write() {
    double leftmost = 0, y = 0;
    for (const Item& item : items_) leftmost = std::min(leftmost, item.x - item.width / 2);
    std::vector<double> top(layers_.size()), height(layers_.size(), 0);
    for (std::size_t k = 0; k < layers_.size(); ++k) {
      for (int item : layers_[k])
        if (items_[at(item)].box >= 0) height[k] = std::max(height[k], d_.boxes[at(items_[at(item)].box)].height);
      top[k] = y;
      y += height[k] + layer_gap;
    }
    d_.height = std::max(0.0, y - layer_gap);
    d_.width = 0;
    for (std::size_t k = 0; k < layers_.size(); ++k)
      for (int i : layers_[k]) {
        Item& item = items_[at(i)];
        item.x -= leftmost;
        d_.width = std::max(d_.width, item.x + item.width / 2);
        if (item.box < 0) continue;
        Box& box = d_.boxes[at(item.box)];
        box.x = item.x - box.width / 2;
        box.y = top[k] + (height[k] - box.height) / 2;
      }
    for (std::size_t e = 0; e < d_.edges.size(); ++e) route(d_.edges[e], paths_[e], top, height);
  }

  void route(Edge& edge, const std::vector<int>& path, const std::vector<double>& top, const std::vector<double>& height) {
    const Box &from = d_.boxes[at(edge.from)], &to = d_.boxes[at(edge.to)];
    if (path.empty() || rank_[at(edge.from)] == rank_[at(edge.to)]) {  // a loop, or boxes side by side
      const double x = from.x + from.width, y = from.y + from.height / 2;
      if (edge.from != edge.to) edge.points = {{x, y}, {to.x, to.y + to.height / 2}};
      else edge.points = {{x, y - 6}, {x + lane, y - 6}, {x + lane, y + 6}, {x, y + 6}};
      d_.width = std::max(d_.width, x + lane);
      return;
    }
    std::vector<Point> points;
    const Box &upper = forward(edge) ? from : to, &lower = forward(edge) ? to : from;
    points.push_back({upper.x + upper.width / 2, upper.y + upper.height});
    for (std::size_t i = 1; i + 1 < path.size(); ++i) {
      const auto layer = at(rank_[at(path.front())]) + i;
      points.push_back({items_[at(path[i])].x, top[layer]});
      points.push_back({items_[at(path[i])].x, top[layer] + height[layer]});
    }
    points.push_back({lower.x + lower.width / 2, lower.y});
    if (!forward(edge)) std::reverse(points.begin(), points.end());
    edge.points = std::move(points);
  }

  Drawing& d_;
  std::vector<int> number_, rank_;         // of each box
  std::vector<Item> items_;                // the boxes first, in their order
  std::vector<std::vector<int>> layers_;   // items from left to right
  std::vector<std::vector<int>> paths_;    // of each edge, items from top to bottom
};

}  // namespace

void lay_out(Drawing& drawing) {
  if (!drawing.boxes.empty()) Layout(drawing).run();
}

}  // namespace candor::plot
