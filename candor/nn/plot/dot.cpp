// model_to_dot: the graph in Graphviz's language.
#include "candor/nn/plot/labels.h"

namespace candor {
namespace plot {
namespace {

std::string escaped(const std::string& text) {
  std::string out;
  for (char c : text) {
    if (std::string("\\\"{}|<>").find(c) != std::string::npos) out += '\\';
    out += c;
  }
  return out;
}

/// Writes the nodes of one model; gives for each the ids of the boxes that arrows enter and leave.
struct Ends {
  std::string in, out;
};
std::vector<Ends> write(const ModelGraph& graph, const std::string& prefix, const std::string& indent, const PlotModelOptions& options, std::string& text) {
  std::vector<Ends> ends;
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const ModelNode& node = graph.nodes[n];
    const std::string id = prefix + std::to_string(n);
    if (options.expand_nested && node.nested && !node.nested->nodes.empty()) {
      text += indent + "subgraph cluster_" + id + " {\n" + indent + "  label=\"" + escaped(label_of(node, options).title) + "\"; style=dashed;\n";
      const std::vector<Ends> inner = write(*node.nested, id + "_", indent + "  ", options, text);
      text += indent + "}\n";
      ends.push_back({inner.front().in, inner.back().out});
      continue;
    }
    const Label label = label_of(node, options);
    std::string fields = escaped(label.title);
    for (const std::string& line : label.lines) fields += " | " + escaped(line);
    text += indent + "n" + id + " [label=\"{" + fields + "}\"];\n";
    ends.push_back({"n" + id, "n" + id});
  }
  for (std::size_t n = 0; n < graph.nodes.size(); ++n)
    for (const auto& call : graph.nodes[n].calls)
      for (const Feed& feed : call) text += indent + ends[static_cast<std::size_t>(feed.node)].out + " -> " + ends[n].in + ";\n";
  return ends;
}

}  // namespace
}  // namespace plot

std::string model_to_dot(const Model& model, const PlotModelOptions& options) {
  plot::check_options(model, options);
  std::string text = "digraph model {\n  rankdir=" + options.rankdir + ";\n  node [shape=record, fontname=\"Helvetica\", fontsize=11];\n";
  plot::write(plot::graph_of(model), "", "  ", options, text);
  return text + "}\n";
}

}  // namespace candor
