#include "candor/cli/model_source.h"

#include "candor/pipeline/network.h"
#include "candor/formats/model_file.h"
#include "candor/nn/losses.h"
#include "candor/nn/metrics.h"
#include "candor/nn/optimizers/optimizers.h"

namespace candor::cli {

void add_source_options(CLI::App& command, SourceOptions& o) {
  add_data_options(command, o.data, true);
  command.get_option("DATA")->description("a model file (.candor), or DATA as for `candor train`: the network that it would make");
  command.add_option("--model", o.model, "DATA: mlp (dense layers) or cnn (convolutions); without it the network that `candor train` would take")->check(CLI::IsMember({"mlp", "cnn"}));
  command.add_option("--layers", o.layers, "DATA: widths of the hidden dense layers, as 128,64")->delimiter(',')->check(CLI::Range(std::int64_t{1}, std::int64_t{65536}));
}

ModelAndRows model_and_rows_from(const SourceOptions& o, std::uint64_t seed) {
  if (o.data.data.size() > 7 && o.data.data.compare(o.data.data.size() - 7, 7, ".candor") == 0) return {load_model(o.data.data), {}};
  set_random_seed(seed);
  ModelAndRows result{{}, pipeline::prepare(o.data.data, prepare_options(o.data, seed)).train};
  data::Dataset& rows = result.rows;
  result.model = pipeline::make_network(rows, {.model = o.model, .layers = o.layers, .dropout = {}, .bins = {}});
  if (rows.is_classification()) result.model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = Adam{}, .metrics = {Accuracy{}}});
  else result.model.compile({.loss = MeanSquaredError{}, .optimizer = Adam{}, .metrics = {MeanAbsoluteError{}}});
  if (!rows.is_classification() && rows.targets.rank() == 1) rows.targets = rows.targets.contiguous().view_reshape({rows.rows(), 1});
  return result;
}

Model model_from(const SourceOptions& o, std::uint64_t seed) { return model_and_rows_from(o, seed).model; }

}  // namespace candor::cli
