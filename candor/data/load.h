// Data by path or name: what `candor train DATA` understands.
#pragma once

#include <cstdint>
#include <string>

#include "candor/data/csv.h"
#include "candor/data/dataset.h"
#include "candor/data/images.h"

namespace candor::data {

enum class SourceKind { generator, idx, csv, images };
/// "generator", "idx", "csv", "images".
std::string_view to_string(SourceKind kind);

struct LoadOptions {
  CsvOptions csv = {};
  ImageOptions images = {};
  std::int64_t rows = 0;    ///< how much a generator makes; 0 is its default
  std::uint64_t seed = 0;   ///< seed of a generator
};
/// What data::load found: the examples with the source they came from.
struct Loaded {
  Dataset train;            ///< everything when the source has no test part
  Dataset test;             ///< rows() is 0 when the source has none
  SourceKind kind = SourceKind::csv;
  std::string path;         ///< where it was found; the name of a generator
  bool has_test() const { return test.rows() > 0; }
};

/// Loads what `name` stands for: a file or folder of that name (here, then below CANDOR_DATA), or a generator. A folder is an IDX
/// folder (MNIST's file names) or a folder of images per class; a file is an archive of such a folder, a table that names pictures, or a CSV. Throws Error (not_found)
/// with the places looked at and a suggestion, or the errors of the readers.
Loaded load(const std::string& name, const LoadOptions& options = {});

/// What `name` stands for, without reading it: whatever is no generator, folder, archive, picture or table of pictures is a table (csv), also
/// the address of a database. Throws Error (not_found) as load does.
SourceKind kind_of(const std::string& name);

}  // namespace candor::data
