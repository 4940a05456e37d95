#include "candor/cli/model_data.h"

#include <cstdio>

namespace candor::cli {

pipeline::ModelRowsOptions model_rows_options(const DataOptions& o, bool targets, std::uint64_t seed) {
  return {.load = load_options(o, seed), .table = table_options(o), .targets = targets, .size_given = !o.size.empty(), .channels_given = o.channels != 0, .fit_given = !o.fit.empty()};
}

pipeline::ModelRows load_model_rows(const DataOptions& o, const formats::ModelFile& file, bool targets, std::uint64_t seed) {
  return pipeline::load_for_model(o.data, file, model_rows_options(o, targets, seed));
}

data::Dataset load_for_model(const DataOptions& o, const formats::ModelFile& file, bool targets, std::uint64_t seed) { return load_model_rows(o, file, targets, seed).set; }

void print_differences(const data::TableDifferences& d) {
  for (const auto* list : {&d.missing, &d.renamed, &d.retyped, &d.new_words, &d.out_of_range, &d.extra})
    for (const std::string& sentence : *list) std::fprintf(stderr, "note: %s\n", sentence.c_str());
  if (d.reordered) std::fprintf(stderr, "note: the columns stand in another order; they were matched by name\n");
}

}  // namespace candor::cli
