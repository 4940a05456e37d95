// Seeds of fuzz_model: small models of every way to put layers together.
#pragma once

#include <string>

namespace candor::fuzz {

/// Writes model files into `folder`, which is made.
void write_model_seeds(const std::string& folder);

}  // namespace candor::fuzz
