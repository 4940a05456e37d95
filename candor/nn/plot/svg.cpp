// model_to_svg: boxes with a dark title, arrows, and frames around nested models.
#include <algorithm>
#include <cstdio>

#include "candor/nn/plot/labels.h"
#include "candor/nn/plot/layered_layout.h"

namespace candor {
namespace plot {
namespace {

constexpr double title_letter = 7.5, title_height = 24, line_height = 18, side = 12, frame = 18, frame_title = 26, margin = 16;

std::string escaped(const std::string& text) {
  std::string out;
  for (char c : text) {
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '"') out += "&quot;";
    else out += c;
  }
  return out;
}

std::string number(double x) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", x);
  return text;
}

/// Letters are not measured but counted: Helvetica at 12 px takes 6 on average, bold 6.7, and what stands in for it where it is missing a little more.
double width_of(const std::string& text, double each) {
  return each * static_cast<double>(std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// One model, laid out; frames hold pictures of their own.
struct Picture {
  std::vector<Label> labels;
  std::vector<std::unique_ptr<Picture>> inside;
  Drawing drawing;
};

bool across(const PlotModelOptions& options) { return options.rankdir == "LR" || options.rankdir == "RL"; }
bool backwards(const PlotModelOptions& options) { return options.rankdir == "BT" || options.rankdir == "RL"; }

/// The layout runs downwards; other directions are its mirror images.
void turn(Drawing& d, const PlotModelOptions& options) {
  if (backwards(options)) {
    for (Box& box : d.boxes) box.y = d.height - box.y - box.height;
    for (Edge& edge : d.edges)
      for (Point& p : edge.points) p.y = d.height - p.y;
  }
  if (!across(options)) return;
  for (Box& box : d.boxes) std::swap(box.x, box.y), std::swap(box.width, box.height);
  for (Edge& edge : d.edges)
    for (Point& p : edge.points) std::swap(p.x, p.y);
  std::swap(d.width, d.height);
}

std::unique_ptr<Picture> picture_of(const ModelGraph& graph, const PlotModelOptions& options) {
  auto picture = std::make_unique<Picture>();
  Drawing& d = picture->drawing;
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const ModelNode& node = graph.nodes[n];
    const Label& label = picture->labels.emplace_back(label_of(node, options));
    auto& inside = picture->inside.emplace_back();
    Box box;
    if (options.expand_nested && node.nested && !node.nested->nodes.empty()) {
      inside = picture_of(*node.nested, options);
      box.width = std::max(inside->drawing.width + 2 * frame, width_of(label.title, title_letter) + 2 * side);
      box.height = inside->drawing.height + frame_title + frame;
    } else {
      box.width = width_of(label.title, title_letter);
      for (const std::string& line : label.lines) box.width = std::max(box.width, width_of(line, 6.4));
      box.width = std::max(box.width + 2 * side, 70.0);
      box.height = title_height + line_height * static_cast<double>(label.lines.size()) + (label.lines.empty() ? 0 : 6);
    }
    if (across(options)) std::swap(box.width, box.height);
    d.boxes.push_back(box);
    for (const auto& call : node.calls)
      for (const Feed& feed : call) d.edges.push_back({feed.node, static_cast<int>(n)});
  }
  // Two arrows between the same boxes would lie on each other.
  std::sort(d.edges.begin(), d.edges.end(), [](const Edge& a, const Edge& b) { return std::pair(a.from, a.to) < std::pair(b.from, b.to); });
  d.edges.erase(std::unique(d.edges.begin(), d.edges.end(), [](const Edge& a, const Edge& b) { return a.from == b.from && a.to == b.to; }), d.edges.end());
  lay_out(d);
  turn(d, options);
  return picture;
}

void draw_edge(const Edge& edge, const PlotModelOptions& options, double x, double y, std::string& svg) {
  if (edge.points.empty()) return;
  svg += "<path class=\"e\" d=\"M" + number(edge.points[0].x + x) + " " + number(edge.points[0].y + y);
  for (std::size_t i = 1; i < edge.points.size(); ++i) {
    const Point from = edge.points[i - 1], to = edge.points[i];
    const bool loop = edge.from == edge.to;
    if (loop) {
      svg += " L" + number(to.x + x) + " " + number(to.y + y);
      continue;
    }
    // Leaves and arrives in the direction of the flow.
    const double dx = across(options) ? (to.x - from.x) / 2 : 0, dy = across(options) ? 0 : (to.y - from.y) / 2;
    svg += " C" + number(from.x + dx + x) + " " + number(from.y + dy + y) + " " + number(to.x - dx + x) + " " + number(to.y - dy + y) + " " + number(to.x + x) + " " + number(to.y + y);
  }
  svg += "\" marker-end=\"url(#arrow)\"/>\n";
}

void draw(const Picture& picture, const PlotModelOptions& options, double x, double y, int depth, std::string& svg) {
  const Drawing& d = picture.drawing;
  for (std::size_t i = 0; i < d.boxes.size(); ++i) {
    const Box& box = d.boxes[i];
    const Label& label = picture.labels[i];
    const double left = box.x + x, top = box.y + y, middle = left + box.width / 2;
    const auto rect = [&](const char* kind, double height) {
      svg += "<rect class=\"" + std::string(kind) + "\" x=\"" + number(left) + "\" y=\"" + number(top) + "\" width=\"" + number(box.width) + "\" height=\"" + number(height) + "\" rx=\"4\"/>\n";
    };
    if (picture.inside[i]) {
      rect(depth % 2 ? "f2" : "f1", box.height);
      svg += "<text class=\"ft\" x=\"" + number(middle) + "\" y=\"" + number(top + 17) + "\">" + escaped(label.title) + "</text>\n";
      const double room = (box.width - picture.inside[i]->drawing.width) / 2;
      draw(*picture.inside[i], options, left + room, top + frame_title, depth + 1, svg);
      continue;
    }
    rect("b", box.height);
    rect("t", title_height);
    svg += "<text class=\"tt\" x=\"" + number(middle) + "\" y=\"" + number(top + 16) + "\">" + escaped(label.title) + "</text>\n";
    for (std::size_t l = 0; l < label.lines.size(); ++l)
      svg += "<text class=\"l\" x=\"" + number(middle) + "\" y=\"" + number(top + title_height + 16 + line_height * static_cast<double>(l)) + "\">" + escaped(label.lines[l]) + "</text>\n";
  }
  for (const Edge& edge : d.edges) draw_edge(edge, options, x, y, svg);
}

}  // namespace
}  // namespace plot

std::string model_to_svg(const Model& model, const PlotModelOptions& options) {
  plot::check_options(model, options);
  const plot::ModelGraph graph = plot::graph_of(model);
  const auto picture = plot::picture_of(graph, options);
  const double width = picture->drawing.width + 2 * plot::margin, height = picture->drawing.height + 2 * plot::margin;
  std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + plot::number(width) + "\" height=\"" + plot::number(height) + "\" viewBox=\"0 0 " + plot::number(width) + " " +
                    plot::number(height) + "\" font-family=\"Helvetica, Arial, sans-serif\" font-size=\"12\" text-anchor=\"middle\">\n<title>" + plot::escaped(graph.name) +
                    "</title>\n"
                    "<style>.b{fill:#fff;stroke:#263238}.t{fill:#263238;stroke:#263238}.tt{fill:#fff;font-weight:bold}.l{fill:#263238}.ft{fill:#263238;font-weight:bold}"
                    ".f1{fill:#eceff1;stroke:#90a4ae}.f2{fill:#cfd8dc;stroke:#90a4ae}.e{fill:none;stroke:#546e7a;stroke-width:1.3}</style>\n"
                    "<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto-start-reverse\"><path d=\"M0 0L8 4L0 8z\" fill=\"#546e7a\"/></marker></defs>\n"
                    "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n";
  plot::draw(*picture, options, plot::margin, plot::margin, 0, svg);
  return svg + "</svg>\n";
}

}  // namespace candor
