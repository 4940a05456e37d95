#include "candor/candid/plot/heat_table.h"

#include <algorithm>
#include <cmath>

#include "candor/candid/plot/markup.h"

namespace candor::candid::plot {

std::string heat_table(const HeatTable& t) {
  bool upright = t.columns.size() > 6;  // long names stand on end
  std::size_t longest = 0;
  for (const std::string& name : t.columns) longest = std::max(longest, letters(name));
  upright = longest > 4 && (upright || longest * t.columns.size() > 36);
  std::string out = "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"" + escaped(t.label) + "\"><table class=\"heat" + (upright ? " upright" : "") + (t.columns.size() > 8 ? " many" : "") + "\"><caption class=\"unseen\">" + escaped(t.label) +
                    "</caption><thead>";
  if (!t.columns_are.empty()) out += "<tr><td></td><th class=\"over\" colspan=\"" + std::to_string(t.columns.size()) + "\">" + escaped(t.columns_are) + "</th></tr>";
  out += "<tr><th class=\"corner\">" + escaped(t.rows_are) + "</th>";
  for (const std::string& name : t.columns) out += "<th scope=\"col\"><span>" + escaped(shortened(name, 18)) + "</span></th>";
  out += "</tr></thead><tbody>";
  for (std::size_t i = 0; i < t.rows.size(); ++i) {
    out += "<tr><th scope=\"row\">" + escaped(shortened(t.rows[i], 22)) + "</th>";
    for (std::size_t j = 0; j < t.columns.size(); ++j) {
      const double shade = i < t.shade.size() && j < t.shade[i].size() && std::isfinite(t.shade[i][j]) ? std::clamp(t.shade[i][j], -1.0, 1.0) : 0;
      const std::string text = i < t.text.size() && j < t.text[i].size() ? t.text[i][j] : std::string();
      out += "<td";
      if (shade < 0) out += " class=\"neg\"";
      if (std::abs(shade) >= .005) out += " style=\"--v:" + place(std::abs(shade)) + "\"";
      out += ">" + escaped(text) + "</td>";
    }
    out += "</tr>";
  }
  return out + "</tbody></table></div>";
}

}  // namespace candor::candid::plot
