#include "candor/cli/fitting.h"

#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/cli/command.h"
#include "candor/data/images.h"
#include "candor/data/load.h"
#include "candor/data/locate.h"
#include "candor/data/table/csv_read.h"
#include "candor/data/table/read_table.h"
#include "candor/pipeline/model_rows.h"

namespace candor::cli {
namespace {

namespace fs = std::filesystem;

// Kinds of data, as far as options tell them apart.
enum Kind : unsigned { text = 1, json = 2, numbers = 4, database = 8, pictures = 16, picture_table = 32, arrays = 64, generator = 128 };
constexpr unsigned tables = text | json | numbers | database, picture_files = pictures | picture_table, everything = 255;

struct Rule {
  const char* option;
  unsigned fits;
  const char* about;
};

constexpr Rule rules[] = {
    {"--target", tables | picture_table, "is about the columns of tables"},
    {"--task", tables, "is about tables whose columns are learned from"},
    {"--query", database, "asks a database (sqlite:FILE, postgresql://...), or by duckdb:FILE files of tables"},
    {"--missing", tables, "is about the cells of tables"},
    {"--role", tables, "is about the columns of tables that are learned from"},
    {"--schema", tables, "is about the columns of tables that are learned from"},
    {"--order", tables, "is about the columns of tables that are learned from"},
    {"--group", tables | picture_table, "names a column, and there are none here; for pictures that belong together (of one person, one machine) name a table of paths, labels and groups instead"},
    {"--ignore", tables, "is about the columns of tables that are learned from"},
    {"--separator", text, "is about the cells of tables in text files (CSV)"},
    {"--decimal", text, "is about the cells of tables in text files (CSV)"},
    {"--encoding", text | json, "is about the letters of tables in text files"},
    {"--keep-units", text | json | database, "is about the words in cells of tables"},
    {"--no-quotes", text, "is about the cells of tables in text files (CSV)"},
    {"--no-header", text, "is about the cells of tables in text files (CSV)"},
    {"--size", picture_files, "is for files of pictures (JPEG, PNG ...)"},
    {"--fit", picture_files, "is for files of pictures (JPEG, PNG ...)"},
    {"--channels", picture_files, "is for files of pictures (JPEG, PNG ...)"},
    {"--skip-bad", picture_files, "is for files of pictures (JPEG, PNG ...)"},
    {"--rows", generator, "is for generators (`candor data list` names them)"},
    {"--horizon", tables, "is for series, which are tables"},
};

bool holds_tables(const std::string& folder) {
  std::error_code bad;
  for (fs::directory_iterator at(folder, bad), end; !bad && at != end; at.increment(bad)) {
    const std::string ending = lower_case(at->path().extension().string());
    if (ending == ".csv" || ending == ".tsv" || ending == ".npz" || ending == ".jsonl") return true;
  }
  return false;
}

unsigned kind_of_table(const std::string& name) {
  if (name == "-") return text | json;
  if (data::is_table_url(name)) return database;
  if (data::detail::is_text_table(name)) return text;
  const std::string path = data::locate(name).value_or(name), lower = lower_case(path);
  if (lower.ends_with(".npy") || lower.ends_with(".npz") || lower.ends_with(".npy.gz") || lower.ends_with(".npy.zst")) return numbers;
  char head[16] = {};
  std::ifstream(path, std::ios::binary).read(head, sizeof head);
  const std::string_view begin(head, sizeof head);
  return begin.starts_with("SQLite format 3") || begin.starts_with("PAR1") || begin.starts_with("ARROW1") ? database : json;
}

unsigned kind_of(const std::string& name) {
  if (name == "-") return kind_of_table(name);
  const data::SourceKind kind = data::kind_of(name);
  if (kind == data::SourceKind::generator) return generator;
  if (kind == data::SourceKind::idx) return arrays;
  if (kind == data::SourceKind::csv) return kind_of_table(name);
  const std::string path = data::locate(name).value_or(name);
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return !data::is_image_folder(path) && holds_tables(path) ? everything : unsigned{pictures};
  return data::is_image_table(path) ? picture_table : pictures;
}

const char* words_for(unsigned kind) {
  if (kind & picture_table) return "a table of pictures, whose cells are their paths and labels";
  if (kind & pictures) return "pictures";
  if (kind & arrays) return "a set of arrays";
  if (kind & generator) return "a generator";
  if (kind & text) return "a table";
  if (kind == numbers) return "a table of NumPy's";
  return kind == database ? "a database" : "a table that is no CSV";
}

bool given(const CLI::App& command, const char* name) {
  const CLI::Option* option = command.get_option_no_throw(name);
  return option && option->count() > 0;
}

}  // namespace

void refuse_unfit(const CLI::App& command, const std::string& source) {
  unsigned kind = 0;
  for (const Rule& rule : rules) {
    if (!given(command, rule.option)) continue;
    if (kind == 0) kind = kind_of(source);
    if (kind & rule.fits) continue;
    const bool ended = std::string(rule.option) == "--group";
    fail(ErrorKind::invalid_argument, data::without_password(source) + ": " + rule.option + " " + rule.about + (ended ? "" : std::string(", and this is ") + words_for(kind)));
  }
}

void refuse_for_model(const CLI::App& command, const std::string& model, const formats::ModelFile& file) {
  if (pipeline::recipe_of(file) && given(command, "--ignore")) bad_option("--ignore", model + " takes the columns it was trained on, by name, and no others");
}

void refuse_given(const CLI::App& command, std::initializer_list<const char*> names, const std::string& why) {
  for (const char* name : names)
    if (given(command, name)) bad_option(name, why);
}

}  // namespace candor::cli
