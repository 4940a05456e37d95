// result.export: a model that was saved, exported or reloaded must say what the trained one says.
#pragma once

#include <string>
#include <vector>

#include "candor/candid/finding.h"
#include "candor/tensor/tensor.h"

namespace candor::candid {

/// Answers of the trained model and of the one that came back, for the same rows. An error when they differ by more than rounding (1e-5 of the largest answer), a note when
/// they differ by less: the same file should give the same bits. `where` is the file. An answer of another shape is an error, too.
std::vector<Finding> check_export(const Tensor& trained, const Tensor& reloaded, const std::string& where);

}  // namespace candor::candid
