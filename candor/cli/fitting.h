// Options that say nothing of the data at hand are refused by name: whoever gives one believes that it did something.
#pragma once

#include <initializer_list>
#include <string>

#include <CLI/CLI.hpp>

#include "candor/formats/model_file.h"

namespace candor::cli {

/// Throws Error (invalid_argument) naming the first option given to `command` that is about another kind of data than `source` is (a path, a name or an
/// address, as DATA takes it), with what it is about. Throws what data::kind_of throws.
void refuse_unfit(const CLI::App& command, const std::string& source);

/// The same for the options of `names`, whatever the data are: `why` ends the sentence.
void refuse_given(const CLI::App& command, std::initializer_list<const char*> names, const std::string& why);

/// For models that exist: --ignore where the model takes its columns by name.
void refuse_for_model(const CLI::App& command, const std::string& model, const formats::ModelFile& file);

}  // namespace candor::cli
