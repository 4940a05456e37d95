#include "bench/case.h"

#include <nlohmann/json.hpp>

#include "candor/base/error.h"
#include "candor/base/file.h"

namespace candor::bench {
namespace {

using Json = nlohmann::json;

LayerSpec read_layer(const Json& j) {
  LayerSpec layer;
  layer.relu = j.value("activation", "") == "relu";
  layer.tanh = j.value("activation", "") == "tanh";
  if (j.contains("dense")) {
    layer.size = j.at("dense");
  } else if (j.contains("conv")) {
    layer.kind = LayerSpec::Kind::conv;
    layer.size = j.at("conv");
    layer.kernel = j.at("kernel");
    layer.same = j.at("padding") == "same";
  } else {
    layer.kind = LayerSpec::Kind::max_pool;
    layer.size = j.at("max_pool");
  }
  return layer;
}

Case read_case(const Json& j) {
  Case c;
  c.name = j.at("name");
  c.kind = j.at("kind");
  c.unit = j.at("unit");
  c.must = j.at("must");
  c.data = j.value("data", "");
  c.fixture = j.value("fixture", "");
  c.batch = j.value("batch", 1);
  c.steps = j.value("steps", 0);
  c.calls = j.value("calls", 0);
  c.checked = j.value("checked", 0);
  c.rows = j.value("rows", 0);
  c.epoch_steps = j.value("epoch_steps", 0.0);
  c.seed = j.value("seed", 0);
  std::vector<std::int64_t> features{28, 28, 1};
  if (c.data == "tiny") features = {4};
  if (j.contains("features")) features = j.at("features").get<std::vector<std::int64_t>>();
  c.features = Shape(std::span<const std::int64_t>(features));
  if (j.contains("gpt")) {
    const Json& g = j.at("gpt");
    c.gpt = {g.value("form", ""), g.at("blocks"), g.at("width"), g.at("inner"), g.at("heads"), g.at("context"), g.at("vocabulary"), g.value("weights", ""), g.value("prompt", std::int64_t{0})};
  }
  if (j.contains("recurrent")) {
    const Json& r = j.at("recurrent");
    c.recurrent = {r.at("cell"), r.value("both", false), r.at("units"), r.at("time"), r.at("inputs"), r.at("outputs"), r.value("vocabulary", std::int64_t{0})};
  }
  if (j.contains("vision")) {
    const Json& v = j.at("vision");
    c.vision = {v.at("net"), v.at("classes"), v.value("small", false), v.value("weights", "")};
  }
  const Json layers = j.value("layers", Json::array());
  for (const auto& layer : layers) c.layers.push_back(read_layer(layer));
  c.peers = j.value("peers", std::vector<std::string>{});
  return c;
}

}  // namespace

double Case::value(double seconds) const {
  if (unit == "s/epoch") return seconds / static_cast<double>(steps) * epoch_steps;
  if (unit == "us/step") return seconds / static_cast<double>(steps) * 1e6;
  if (unit == "ms/step") return seconds / static_cast<double>(steps) * 1e3;
  if (unit == "ms") return seconds / static_cast<double>(calls) * 1e3;
  if (unit == "tokens/s") return static_cast<double>(kind == "train" ? steps * batch * gpt.context : calls * batch) / seconds;
  if (unit == "us") return seconds / static_cast<double>(calls) * 1e6;
  if (unit == "images/s") return static_cast<double>((kind == "train" ? steps : calls) * batch) / seconds;
  return seconds;
}

bool Case::has_convolution() const {
  for (const auto& layer : layers)
    if (layer.kind == LayerSpec::Kind::conv) return true;
  return false;
}

std::vector<Case> read_cases(const std::string& path) {
  try {
    std::vector<Case> cases;
    const Json file = Json::parse(read_file(path));
    for (const auto& j : file.at("cases")) cases.push_back(read_case(j));
    return cases;
  } catch (const Json::exception& e) {
    fail(ErrorKind::corrupt, path + ": " + e.what());
  }
}

std::vector<Shape> weight_shapes(const Case& c) {
  std::vector<Shape> shapes;
  Shape at = c.features;
  for (const auto& layer : c.layers) {
    switch (layer.kind) {
      case LayerSpec::Kind::max_pool: at = Shape{at[0] / layer.size, at[1] / layer.size, at[2]}; break;
      case LayerSpec::Kind::conv: {
        shapes.push_back(Shape{layer.kernel, layer.kernel, at[2], layer.size});
        const std::int64_t less = layer.same ? 0 : layer.kernel - 1;
        at = Shape{at[0] - less, at[1] - less, layer.size};
        shapes.push_back(Shape{layer.size});
        break;
      }
      case LayerSpec::Kind::dense:
        shapes.push_back(Shape{at.size(), layer.size});
        shapes.push_back(Shape{layer.size});
        at = Shape{layer.size};
        break;
    }
  }
  return shapes;
}

}  // namespace candor::bench
