// Tables larger than memory, piece by piece.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "candor/data/table/read_table.h"

namespace candor::data {

/// Hands out the rows of a table in order, so many at a time that text and cells of a piece take a bounded amount of memory: some ten times
/// `piece_bytes` for numbers. What a column holds is decided by the first piece and kept. Words are numbered anew in each piece.
///
///     TableStream stream("huge.csv");
///     while (std::optional<Table> piece = stream.next()) use(*piece);
///
/// Text tables (CSV and its kin, packed too), JSON, the answers of SQLite, PostgreSQL and DuckDB, and NumPy's arrays stream; only a packed .npy (.npy.gz) is read at once and
/// handed out in pieces. "-" is standard input: when it makes a pause, the rows that came are handed out.
class TableStream {
 public:
  static constexpr std::size_t usual_piece = std::size_t{8} << 20;

  /// Errors as of read_table, and corrupt, in next(), for a word where the first piece had numbers: options.text and options.numbers say what a
  /// column holds from the start.
  explicit TableStream(const std::string& name, const TableOptions& options = {}, std::size_t piece_bytes = usual_piece);
  ~TableStream();
  TableStream(TableStream&&) noexcept;
  TableStream& operator=(TableStream&&) noexcept;

  /// What these columns hold, whatever the first piece looks like; before the first next(). Names that the table has not are passed over. Throws Error
  /// (invalid_argument) when rows were handed out already, and corrupt for a word in the first piece of a text table where numbers are expected.
  void expect(const std::vector<std::string>& numbers, const std::vector<std::string>& text);

  /// The next rows, at least one; nothing at the end.
  std::optional<Table> next();

  /// The columns, known from the start.
  const std::vector<std::string>& names() const;
  /// What was noticed so far, each thing once.
  const std::vector<Remark>& remarks() const;
  /// Rows handed out so far.
  std::int64_t rows() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace candor::data
