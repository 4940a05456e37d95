#include <cstdio>
#include <map>

#include "candor/cli/command.h"
#include "candor/cli/model_source.h"
#include "candor/nn/layer_body.h"

namespace candor::cli {
namespace {

Json layers_json(const Model& model) {
  // Shapes come from one symbolic pass, watched layer by layer.
  std::map<std::string, Json> shapes;
  {
    const detail::LayerObserver observer([&](const detail::LayerBody& layer, const std::string&, std::span<const Tensor> outputs) {
      if (!outputs.empty()) shapes[layer.name()] = outputs.front().shape().without(0).to_vector();
    });
    model.output_types();
  }
  Json list = Json::array();
  for (const Layer& layer : model.layers()) {
    const auto shape = shapes.find(layer.name());
    list.push_back({{"name", layer.name()}, {"kind", layer.kind()}, {"output", shape == shapes.end() ? Json(nullptr) : shape->second},
                    {"parameters", layer.count_parameters()}, {"trainable", layer.trainable()}});
  }
  return list;
}

}  // namespace

void add_summary(CLI::App& app, Common& common, Run& run) {
  const auto o = std::make_shared<SourceOptions>();
  CLI::App* command = add_command(app, common, "summary", "layers, shapes and numbers of weights", "candor summary model.candor");
  add_source_options(*command, *o);
  command->callback([o, &common, &run] {
    run = [o, &common] {
      const Model model = model_from(*o, common.seed);
      if (!common.json) return std::fputs(model.summary().c_str(), stdout), 0;
      std::int64_t trainable = 0;
      for (const Variable& v : model.parameters()) trainable += v.shape().size();
      print_json({{"layers", layers_json(model)}, {"parameters", model.count_parameters()}, {"trainable", trainable}, {"model", o->data.data}});
      return 0;
    };
  });
}

}  // namespace candor::cli
