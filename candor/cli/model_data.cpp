#include "candor/cli/model_data.h"

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/ops/activation.h"
#include "candor/train/evaluate.h"

namespace candor::cli {
namespace {

void check_rows(const formats::ModelFile& file, const data::Dataset& set) {
  const TensorType input = file.model.input_types().front();
  if (set.row_shape() == input.shape) return;
  fail(ErrorKind::shape, set.source + ": rows have shape " + to_string(set.row_shape()) + ", and the model was built for " + to_string(input.shape) + " (its first layer, " +
                             file.model.layers().front().name() + ")");
}

// The set's classes must be the model's, in the model's order: a file that knows only some of them, or none, must not renumber them.
void check_classes(const formats::ModelFile& file, const data::Dataset& set) {
  if (file.task == "classification" && set.class_names != file.class_names) {
    fail(ErrorKind::invalid_argument, set.source + ": classes " + name_list(set.class_names) + ", and the model knows " + name_list(file.class_names));
  }
  if (file.task == "regression" && set.is_classification()) {
    fail(ErrorKind::invalid_argument, set.source + ": the target holds classes, and the model answers numbers");
  }
}

}  // namespace

data::Dataset load_for_model(const DataOptions& options, const formats::ModelFile& file, bool targets, std::uint64_t seed) {
  data::LoadOptions load = load_options(options, seed);
  load.csv.features = file.feature_names;
  load.csv.has_targets = targets;
  if (targets) {
    load.csv.targets = file.target_names;
    load.csv.class_names = file.class_names;
    load.csv.kind = file.task == "regression" ? data::TargetKind::regression : data::TargetKind::classification;
  }
  load.images.class_names = file.class_names;
  load.images.labelled = targets;
  if (options.fit.empty()) load.images.fit = data::fit_from_string(file.preprocessing.get("fit", std::string("stretch")));
  if (options.size.empty()) {
    load.images.height = file.preprocessing.get("height", 0);
    load.images.width = file.preprocessing.get("width", 0);
  }
  if (options.channels == 0) load.images.channels = static_cast<int>(file.preprocessing.get("channels", 0));
  const data::Loaded loaded = data::load(options.data, load);
  const data::Dataset set = loaded.has_test() ? loaded.test : loaded.train;
  if (set.rows() == 0) fail(ErrorKind::invalid_argument, options.data + ": there are no rows");
  check_rows(file, set);
  if (targets) {
    if (!set.has_targets()) fail(ErrorKind::invalid_argument, options.data + ": there are no targets to judge the answers by");
    check_classes(file, set);
  }
  return set;
}

Tensor answers(const formats::ModelFile& file, const data::Dataset& set) {
  const Tensor outputs = file.model.predict(set.features);
  return file.task == "classification" && file.gives_logits() ? softmax(outputs, -1) : outputs;
}

}  // namespace candor::cli
