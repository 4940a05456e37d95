// What a saved model says of rows, and rows of it: its loss and layers, the range its inputs had, and rows far from those it learned from.
#pragma once

#include <vector>

#include "candor/candid/check.h"
#include "candor/candid/data/subject.h"
#include "candor/formats/model_file.h"

namespace candor::pipeline {

/// Rows of one part of a Subject as the model takes them; without targets when there are none. No rows: the model cannot take that part.
struct PartForModel {
  data::Dataset rows = {};
};

/// model.* on the first part that has targets, data.scale of inputs that no column explains (pictures, arrays), and serve.extrapolate of every part but a training part that others are
/// compared with. `parts` are those of the subject, in its order.
candid::Checkup check_with_model(const formats::ModelFile& file, const candid::Subject& subject, const std::vector<PartForModel>& parts);

}  // namespace candor::pipeline
