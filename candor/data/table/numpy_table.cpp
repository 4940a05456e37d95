#include <algorithm>
#include <optional>
#include <utility>

#include "candor/base/error.h"
#include "candor/base/file.h"
#include "candor/base/text.h"
#include "candor/data/numpy.h"
#include "candor/data/table/row_source.h"
#include "candor/data/table/sources.h"
#include "candor/data/table/table_builder.h"

namespace candor::data::detail {
namespace {

std::span<const std::byte> as_bytes(std::string_view bytes) { return {reinterpret_cast<const std::byte*>(bytes.data()), bytes.size()}; }

// A column of the table: a field of a structured array, or a place in the rows of a plain one.
struct NumpyColumn {
  const NpyArray* array;
  const NpyField* field;
  std::int64_t place;

  std::int64_t element(std::int64_t row) const { return array->shape.size() == 2 ? row * array->shape[1] + place : row; }
  bool is_words() const { return field->kind == 'U' || field->kind == 'S' || field->kind == 'M'; }
};

// The rows of arrays of equal length, read from the bytes where they lie.
class NumpyRows final : public RowSource {
 public:
  /// One array, or those of an archive, whose names their columns have.
  NumpyRows(Npz arrays, bool archive, std::string name, std::optional<MappedFile> file) : file_(std::move(file)), npz_(std::move(arrays)), name_(std::move(name)) {
    for (const NpyArray& array : npz_.arrays) {
      const std::string member = archive ? name_ + " (" + array.name + ")" : name_;
      add(array, member, archive ? array.name : "");
      if (rows_ >= 0 && array.shape[0] != rows_)
        fail(ErrorKind::corrupt, member + ": has " + with_thousands(array.shape[0]) + " rows, the arrays before it " + with_thousands(rows_) + "; the columns of a table are equally long");
      rows_ = array.shape[0];
    }
  }
  const std::string& source() const override { return name_; }
  const char* kind() const override { return "numpy"; }
  const std::vector<std::string>& names() const override { return names_; }

  std::size_t next(TableBuilder& builder) override {
    if (row_ >= rows_) return 0;
    std::size_t bytes = 0;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      const NumpyColumn& column = columns_[c];
      if (column.is_words()) {
        const std::string word = column.array->text(column.element(row_), *column.field);
        bytes += word.size() + 8;
        builder.word(c, word);
      } else {
        bytes += 8;
        builder.number(c, column.array->number(column.element(row_), *column.field));
      }
    }
    builder.end_row();
    ++row_;
    return bytes;
  }

 private:
  // The columns of one array; `prefix` names those that have no name of their own.
  void add(const NpyArray& array, const std::string& name, const std::string& prefix) {
    if (array.shape.size() > 2 || array.shape.empty())
      fail(ErrorKind::corrupt, name + ": has " + std::to_string(array.shape.size()) + " axes; a table has rows and columns (examples of pictures go into a .npz as x_train, y_train, ...)");
    const std::int64_t width = array.shape.size() == 2 ? array.shape[1] : 1;
    if (array.structured() && array.shape.size() == 2) fail(ErrorKind::corrupt, name + ": a structured array of two axes is no table; one axis is expected");
    if (width == 0) fail(ErrorKind::corrupt, name + ": no columns");
    if (width > 1'000'000) fail(ErrorKind::corrupt, name + ": has " + with_thousands(width) + " columns, at most 1,000,000 are read");
    if (array.structured()) {
      for (const NpyField& field : array.fields) {
        names_.push_back(field.name);
        columns_.push_back({&array, &field, 0});
      }
      return;
    }
    for (std::int64_t c = 0; c < width; ++c) {
      names_.push_back(prefix.empty() ? "" : array.shape.size() == 2 ? prefix + "_" + std::to_string(c + 1) : prefix);
      columns_.push_back({&array, array.fields.data(), c});
    }
  }

  std::optional<MappedFile> file_;  // keeps what the arrays point into
  Npz npz_;
  std::string name_;
  std::vector<std::string> names_;
  std::vector<NumpyColumn> columns_;
  std::int64_t rows_ = -1, row_ = 0;
};

Npz one_array(std::string_view bytes, const std::string& name) {
  Npz one;
  one.arrays.push_back(parse_npy(as_bytes(bytes), name));
  return one;
}

}  // namespace

std::unique_ptr<RowSource> open_numpy(const std::string& path) {
  MappedFile file(path);
  const std::string_view bytes = file.text();
  const bool archive = bytes.starts_with("PK");
  Npz arrays = archive ? parse_npz(as_bytes(bytes), path) : one_array(bytes, path);
  return std::make_unique<NumpyRows>(std::move(arrays), archive, path, std::move(file));
}

Table parse_npy_table(std::string_view bytes, const TableOptions& options, const std::string& name) {
  NumpyRows rows(one_array(bytes, name), false, name, {});
  return read_all(rows, options);
}

}  // namespace candor::data::detail
