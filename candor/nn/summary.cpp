// The table that Model::summary() gives.
#include <algorithm>
#include <map>

#include "candor/nn/model.h"
#include "candor/nn/model_body.h"

namespace candor {
namespace {

std::string grouped(std::int64_t n) {
  std::string digits = std::to_string(n);
  for (int i = static_cast<int>(digits.size()) - 3; i > 0; i -= 3) digits.insert(static_cast<std::size_t>(i), ",");
  return digits;
}

std::string size_text(double bytes) {
  const char* units[] = {"B", "KB", "MB", "GB"};
  int unit = 0;
  while (bytes >= 1024 && unit < 3) bytes /= 1024, ++unit;
  char text[32];
  std::snprintf(text, sizeof text, "%.2f %s", bytes, units[unit]);
  return text;
}

/// "(None, 28, 28, 32)", as Keras writes it.
std::string shape_text(const Shape& batch) {
  std::string out = "(None";
  for (int axis = 1; axis < batch.rank(); ++axis) out += ", " + std::to_string(batch[axis]);
  return out + ")";
}

std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

std::string Model::summary() const {
  auto& model = static_cast<detail::ModelBody&>(body());
  std::map<const detail::LayerBody*, std::string> shapes;
  if (!model.input_types().empty()) {
    const detail::LayerObserver observer([&](const detail::LayerBody& layer, const std::string&, std::span<const Tensor> outputs) {
      std::string& text = shapes[&layer];
      if (!text.empty()) return;
      for (const Tensor& out : outputs) text += (text.empty() ? "" : ", ") + shape_text(out.shape());
    });
    output_types();
  }
  const auto* functional = dynamic_cast<detail::FunctionalBody*>(&model);
  std::vector<std::vector<std::string>> rows{{"Layer (type)", "Output Shape", "Param #"}};
  if (functional) {
    for (std::size_t i = 0; i < model.input_types().size(); ++i) rows.push_back({"input (Input)", shape_text(model.input_types()[i].shape.inserted(0, 2)), "0"});
  }
  for (const Layer& layer : layers()) {
    const auto found = shapes.find(&layer.body());
    rows.push_back({layer.name() + " (" + layer.kind() + ")", found == shapes.end() ? "?" : found->second,
                    layer.built() ? grouped(layer.count_parameters()) : "0 (unbuilt)"});
  }
  std::vector<std::size_t> widths(3, 0);
  for (const auto& row : rows) {
    for (std::size_t c = 0; c < 3; ++c) widths[c] = std::max(widths[c], width_of(row[c]));
  }
  const auto rule = [&](const char* left, const char* line, const char* middle, const char* right) {
    std::string out = left;
    for (std::size_t c = 0; c < 3; ++c) {
      for (std::size_t i = 0; i < widths[c] + 2; ++i) out += line;
      out += c < 2 ? middle : right;
    }
    return out + "\n";
  };
  std::string out = "Model: \"" + model.shown_name() + "\"\n" + rule("┏", "━", "┳", "┓");
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const char* bar = r == 0 ? "┃" : "│";
    for (std::size_t c = 0; c < 3; ++c) {
      const std::string pad(widths[c] - width_of(rows[r][c]), ' ');
      out += std::string(bar) + " " + (c == 2 && r > 0 ? pad + rows[r][c] : rows[r][c] + pad) + " ";
    }
    out += std::string(bar) + "\n";
    if (r == 0) out += rule("┡", "━", "╇", "┩");
    else if (r + 1 < rows.size()) out += rule("├", "─", "┼", "┤");
  }
  out += rule("└", "─", "┴", "┘");
  if (!built()) return out + " Not built: call build(shape) or fit the model to see shapes and weights.\n";
  std::int64_t total = 0, trained = 0;
  double bytes = 0, trained_bytes = 0;
  for (const Variable& v : variables()) {
    total += v.shape().size();
    bytes += static_cast<double>(v.type().bytes());
    if (v.trainable()) trained += v.shape().size(), trained_bytes += static_cast<double>(v.type().bytes());
  }
  out += " Total params: " + grouped(total) + " (" + size_text(bytes) + ")\n";
  out += " Trainable params: " + grouped(trained) + " (" + size_text(trained_bytes) + ")\n";
  out += " Non-trainable params: " + grouped(total - trained) + " (" + size_text(bytes - trained_bytes) + ")\n";
  return out;
}

}  // namespace candor
