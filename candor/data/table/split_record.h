// Which rows a model was trained, chosen and tested on, kept in the model file, so that a later evaluation can say which rows it has seen.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "candor/data/dataset.h"
#include "candor/data/table/row_split.h"
#include "candor/nn/config.h"

namespace candor::data {

/// What a model knows of a row.
enum class SeenAs : std::uint8_t { fresh, train, validation, test };

/// Rows are recognised by their contents (of tables Table::row_identities over the columns the schema uses, else the numbers of their features), wherever they stand. About 12 bits a row are kept: 1.5 MB
/// for a million. A row that is there is always found; one in a thousand new rows is taken for an old one (one in sixty beyond four million rows).
class SplitRecord {
 public:
  SplitRecord() = default;
  /// Of the table that `split` parted.
  SplitRecord(const Table& table, const Schema& schema, const RowSplit& split);
  /// Of parts that came apart. Columns that `test` lacks leave its rows unknown.
  SplitRecord(const Table& train, const Table& test, const Schema& schema, const std::string& how);
  /// Of pictures, generated rows and arrays.
  SplitRecord(const Dataset& train, const Dataset& test, const std::string& how);

  /// For each row; a row that was in several parts counts for the first of train, validation, test. All fresh when a column is missing that rows are known by.
  std::vector<SeenAs> look_up(const Table& table) const;
  std::vector<SeenAs> look_up(const Dataset& rows) const;
  /// For people: "the model was trained on 1,200 of these 1,500 rows, ...; only the other 300 tell how good it is". Empty when no row is known, or no more than
  /// chance gives where few different rows exist: as often as the training rows are equal to each other.
  std::string describe(std::span<const SeenAs> rows) const;
  /// How the rows were parted.
  const std::string& how() const { return how_; }
  std::int64_t rows(SeenAs part) const;

  Config config() const;
  /// Throws Error (corrupt).
  static SplitRecord from_config(const Config& config);

 private:
  struct Set {
    std::int64_t rows = 0;   ///< before equal ones were joined
    std::int64_t repeated = 0;  ///< of these, rows that are equal to another
    int bits = 10;           ///< each value is below rows * 2^bits
    std::uint64_t range = 0;
    std::vector<std::uint64_t> values;  ///< ascending
    bool has(std::uint64_t identity) const;
  };
  static Set make_set(std::span<const std::uint64_t> identities, std::span<const std::int64_t> rows);
  static Set make_set(std::span<const std::uint64_t> identities);
  std::vector<SeenAs> look_up(std::span<const std::uint64_t> identities) const;
  void keep_columns(const Schema& schema, const Table& table);
  std::vector<std::string> columns_;
  std::string how_;
  Set train_, validation_, test_;
};

}  // namespace candor::data
