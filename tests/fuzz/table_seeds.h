// Seeds of fuzz_recipe: what a model file keeps of a table, and schema files.
#pragma once

#include <string>

namespace candor::fuzz {

/// Writes recipes, splits and sequences as JSON and schema files as text into `folder`, which is made; the first byte says which.
void write_table_seeds(const std::string& folder);

}  // namespace candor::fuzz
