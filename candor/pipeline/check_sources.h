// From names of files and folders to what the checks on data look at.
#pragma once

#include <string>
#include <vector>

#include "candor/candid/data/subject.h"
#include "candor/data/load.h"
#include "candor/data/table/read_table.h"
#include "candor/pipeline/check_with_model.h"

namespace candor::pipeline {

/// Names, what they are for, and how they are read.
struct CheckSources {
  std::vector<std::string> names = {};            ///< parts are told by name: train, test (or valid), serve; else the first is for training and the others for tests
  std::string train = {}, test = {}, serve = {};  ///< said outright
  std::string model = {};                         ///< a saved model whose columns, classes and answers count
  data::LoadOptions load = {};
  data::TableOptions table = {};
  data::SchemaOptions schema = {};
};

/// Reads everything. Throws the errors of the readers; Error (invalid_argument) when there is nothing, or tables and pictures are mixed.
/// With a model, `for_model` takes the rows of each part as it takes them.
candid::Subject read_subject(const CheckSources& sources, std::vector<PartForModel>* for_model = nullptr);

}  // namespace candor::pipeline
