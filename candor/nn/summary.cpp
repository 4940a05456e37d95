// The table that Model::summary() gives, laid out as Keras's.
#include <algorithm>
#include <cstdio>

#include "candor/base/error.h"
#include "candor/nn/model.h"
#include "candor/nn/model_body.h"
#include "candor/nn/plot/model_graph.h"
#include "candor/nn/training_memory.h"

namespace candor {
namespace {

using Row = std::vector<std::string>;

std::string size_text(double bytes) {
  const char* units[] = {"B", "KB", "MB", "GB", "TB"};
  int unit = 0;
  while (bytes >= 1024 && unit < 4) bytes /= 1024, ++unit;
  char text[32];
  std::snprintf(text, sizeof text, "%.2f %s", bytes, units[unit]);
  return text;
}

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }
std::size_t width_of(const std::string& text) { return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_character)); }

/// The text in pieces of at most `width` characters, cut behind spaces where there are any.
std::vector<std::string> wrapped(const std::string& text, std::size_t width) {
  std::vector<std::string> lines(1);
  std::size_t used = 0;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = text.find(' ', at);
    end = end == std::string::npos ? text.size() : end + 1;
    std::string word = text.substr(at, end - at);
    at = end;
    const std::size_t shown = width_of(word) - (word.back() == ' ');
    if (used && used + shown > width) lines.emplace_back(), used = 0;
    for (std::size_t i = 0; i < word.size(); ++i) {
      if (starts_character(word[i]) && used == width) {
        if (word[i] == ' ') break;
        lines.emplace_back(), used = 0;
      }
      lines.back() += word[i];
      used += starts_character(word[i]);
    }
  }
  return lines;
}

std::string connections(const plot::ModelGraph& graph, const plot::ModelNode& node) {
  std::string text;
  for (const auto& call : node.calls)
    for (const plot::Feed& feed : call)
      text += (text.empty() ? "" : ", ") + graph.nodes[static_cast<std::size_t>(feed.node)].name + "[" + std::to_string(feed.call) + "][" + std::to_string(feed.output) + "]";
  return text.empty() ? "-" : text;
}

void add_rows(const plot::ModelGraph& graph, const SummaryOptions& options, bool connected, bool show_inputs, std::size_t depth, std::vector<Row>& rows) {
  for (const plot::ModelNode& node : graph.nodes) {
    if (!node.layer.defined() && !show_inputs) continue;
    const bool built = !node.layer.defined() || node.layer.built();
    std::string indent;
    for (std::size_t i = 0; i < depth; ++i) indent += "   ";
    Row row{(depth ? indent + "└ " : "") + node.name + " (" + node.kind + ")", plot::shape_text(node.outputs),
            !node.layer.defined() ? "0" : built ? plot::grouped(node.layer.count_parameters()) : "0 (unbuilt)"};
    if (connected) row.push_back(connections(graph, node));
    if (options.show_trainable) row.push_back(!node.layer.defined() || !built || node.layer.variables().empty() ? "-" : node.layer.trainable() ? "Y" : "N");
    rows.push_back(std::move(row));
    if (options.expand_nested && node.nested) add_rows(*node.nested, options, connected, node.nested->kind != "Sequential", depth + 1, rows);
  }
}

/// Widths of the columns: what the longest cell needs, or shares of line_length.
std::vector<std::size_t> widths_of(const std::vector<Row>& rows, std::int64_t line_length) {
  const std::size_t columns = rows[0].size();
  std::vector<std::size_t> widths(columns, 0);
  for (const Row& row : rows)
    for (std::size_t c = 0; c < columns; ++c) widths[c] = std::max(widths[c], width_of(row[c]));
  if (line_length <= 0) return widths;
  const std::size_t frame = 3 * columns + 1, least = frame + 8 * columns;
  if (static_cast<std::size_t>(line_length) < least)
    fail(ErrorKind::invalid_argument, "summary: line_length must be at least " + std::to_string(least) + " for " + std::to_string(columns) + " columns, got " + std::to_string(line_length));
  const std::size_t room = static_cast<std::size_t>(line_length) - frame;
  std::size_t needed = 0;
  for (std::size_t w : widths) needed += w;
  // Too little room: the widest column gives way. Room left over: the first ones take it in turn.
  for (; needed > room; --needed) --*std::max_element(widths.begin(), widths.end());
  for (std::size_t c = 0; needed < room; ++needed, c = (c + 1) % columns) ++widths[c];
  return widths;
}

std::string table(const std::vector<Row>& rows, const std::vector<std::size_t>& widths) {
  const std::size_t columns = widths.size();
  const auto rule = [&](const char* left, const char* line, const char* middle, const char* right) {
    std::string out = left;
    for (std::size_t c = 0; c < columns; ++c) {
      for (std::size_t i = 0; i < widths[c] + 2; ++i) out += line;
      out += c + 1 < columns ? middle : right;
    }
    return out + "\n";
  };
  std::string out = rule("┏", "━", "┳", "┓");
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const char* bar = r == 0 ? "┃" : "│";
    std::vector<std::vector<std::string>> cells;
    std::size_t height = 1;
    for (std::size_t c = 0; c < columns; ++c) height = std::max(height, cells.emplace_back(wrapped(rows[r][c], widths[c])).size());
    for (std::size_t line = 0; line < height; ++line) {
      for (std::size_t c = 0; c < columns; ++c) {
        std::string text = line < cells[c].size() ? cells[c][line] : "";
        while (!text.empty() && text.back() == ' ') text.pop_back();
        const std::string pad(widths[c] - width_of(text), ' ');
        out += std::string(bar) + " " + (c == 2 ? pad + text : text + pad) + " ";
      }
      out += std::string(bar) + "\n";
    }
    if (r == 0) out += rule("┡", "━", "╇", "┩");
    else if (r + 1 < rows.size()) out += rule("├", "─", "┼", "┤");
  }
  return out + rule("└", "─", "┴", "┘");
}

struct Count {
  std::int64_t weights = 0;
  double bytes = 0;
  void add(const Variable& v) { weights += v.shape().size(), bytes += static_cast<double>(v.type().bytes()); }
  std::string text() const { return plot::grouped(weights) + " (" + size_text(bytes) + ")\n"; }
};

}  // namespace

std::string Model::summary(const SummaryOptions& options) const {
  auto& model = static_cast<detail::ModelBody&>(body());
  const plot::ModelGraph graph = plot::graph_of(*this);
  const bool chain = graph.is_chain();
  std::vector<Row> rows{{"Layer (type)", "Output Shape", "Param #"}};
  if (!chain) rows[0].push_back("Connected to");
  if (options.show_trainable) rows[0].push_back("Trainable");
  add_rows(graph, options, !chain, graph.kind != "Sequential", 0, rows);
  std::string out = "Model: \"" + model.shown_name() + "\"\n" + table(rows, widths_of(rows, options.line_length));
  if (!built()) return out + " Not built: call build(shape) or fit the model to see shapes and weights.\n";
  Count all, trained, still, optimizer;
  for (const Variable& v : variables()) all.add(v), (v.trainable() ? trained : still).add(v);
  if (compiled() && compile_options().optimizer.defined())
    for (const auto& [name, v] : compile_options().optimizer.named_variables()) optimizer.add(v), all.add(v);
  out += " Total params: " + all.text() + " Trainable params: " + trained.text() + " Non-trainable params: " + still.text();
  if (optimizer.weights) out += " Optimizer params: " + optimizer.text();
  if (const std::vector<std::string> again = detail::checkpointed_layers(*this); !again.empty()) {
    constexpr std::int64_t batch = 32;
    const TrainingMemory memory = training_memory(*this, batch);
    std::string names;
    for (const std::string& name : again) names += (names.empty() ? "" : ", ") + name;
    out += " Computed again in the backward pass: " + names + "\n";
    out += " A training step of " + std::to_string(batch) + " rows works in " + size_text(static_cast<double>(memory.bytes)) + " instead of " +
           size_text(static_cast<double>(memory.without_checkpoints)) + "\n";
  }
  return out;
}

}  // namespace candor
