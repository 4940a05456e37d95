#include "candor/candid/plot/memory_chart.h"

#include <algorithm>

#include "candor/candid/plot/frame.h"
#include "candor/candid/plot/markup.h"

namespace candor::candid::plot {
namespace {

// The report's colours (report/style.cpp), for a picture that is opened by itself.
constexpr const char* alone_style =
    "<style>svg{background:#fffefb;font:12px system-ui,sans-serif}text{fill:#5a626b}.gl{stroke:#e4e1d9;fill:none}.ax{stroke:#757d86;fill:none}"
    "rect{stroke:#fffefb;stroke-width:.6;fill:#757d86}rect:hover{opacity:.6}.c1{fill:#1f5fa8}.c2{fill:#b3500c}.c3{fill:#0a7a5a}.c4{fill:#9c4585}.c5{fill:#7d6200}.c6{fill:#23789a}"
    "@media(prefers-color-scheme:dark){svg{background:#14171b}text{fill:#a2abb5}.gl{stroke:#2d333a}.ax{stroke:#8d96a0}rect{stroke:#14171b;fill:#8d96a0}"
    ".c1{fill:#82b7f2}.c2{fill:#f0a068}.c3{fill:#56c9a4}.c4{fill:#e29ac8}.c5{fill:#d8bb52}.c6{fill:#7dcbe8}}</style>";

}  // namespace

std::string memory_chart(const MemoryChart& chart) {
  std::size_t top = 0;
  for (const MemoryPiece& piece : chart.pieces) top = std::max(top, piece.offset + piece.bytes);
  if (top == 0 || chart.steps < 1) return {};
  const double unit = top >= 2'000'000'000 ? 1e9 : top >= 2'000'000 ? 1e6 : top >= 2'000 ? 1e3 : 1;
  const std::string name = unit == 1e9 ? "GB" : unit == 1e6 ? "MB" : unit == 1e3 ? "KB" : "bytes";
  Frame frame;
  frame.width = chart.width, frame.height = chart.height;
  const double bottom = frame.height - frame.bottom;
  frame.y = linear_scale(0, static_cast<double>(top) / unit, {.from = bottom, .to = frame.top});
  frame.left = room_for(frame.y.ticks);
  frame.x = linear_scale(0, chart.steps, {.from = frame.left, .to = frame.width - frame.right, .nice = false, .whole = true});
  std::string out = open_frame(frame, {chart.label, "step", name});
  out.insert(out.find('>') + 1, alone_style);
  out.insert(4, " xmlns=\"http://www.w3.org/2000/svg\"");
  for (const MemoryPiece& piece : chart.pieces) {
    const double left = frame.x.at(std::clamp(piece.first, 0, chart.steps)), right = frame.x.at(std::clamp(piece.last + 1, 0, chart.steps));
    const double low = frame.y.at(static_cast<double>(piece.offset) / unit), high = frame.y.at(static_cast<double>(piece.offset + piece.bytes) / unit);
    out += "<rect";
    if (piece.tone > 0) out += " class=\"c" + std::to_string((piece.tone - 1) % 6 + 1) + "\"";
    out += " x=\"" + place(left) + "\" y=\"" + place(high) + "\" width=\"" + place(std::max(right - left, .5)) + "\" height=\"" + place(std::max(low - high, .3)) + "\"><title>" +
           escaped(piece.text, 300) + "</title></rect>";
  }
  return out + "</svg>\n";
}

}  // namespace candor::candid::plot
