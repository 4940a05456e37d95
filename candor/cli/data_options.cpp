#include "candor/cli/data_options.h"

#include "candor/base/text.h"
#include "candor/cli/command.h"

namespace candor::cli {

CLI::Option* add_data_options(CLI::App& command, DataOptions& o, bool target) {
  CLI::Option* data = command.add_option("DATA", o.data, "a CSV, a folder of IDX files (mnist), a folder, zip or tar with one folder of pictures per class, a CSV of pictures and labels, or a generator (digits, insurance_risk ...; `candor data list` names them all)")
      ->required();
  if (target) {
    command.add_option("--target", o.target, "CSV: the column to predict, by name or number (default: the last)");
    command.add_option("--task", o.task, "what the target holds: auto, classification or regression")
        ->check(CLI::IsMember({"auto", "classification", "regression"}));
  }
  command.add_option("--query", o.query, "databases: the SQL whose rows are the table");
  command.add_option("--missing", o.missing, "tables: words that stand for a missing cell, beside the usual ones, parted by commas")->delimiter(',');
  if (target) {
    command.add_option("--role", o.roles, "tables: what columns are, as zip=category,sold=date (number, category, date, text, id, group, weight, order, ignore)")->delimiter(',');
    command.add_option("--schema", o.schema, "tables: a YAML or JSON file that says what the columns are (docs/tables.md)");
    command.add_option("--split", o.split, "tables: how the test part is drawn: automatic, random, stratified, grouped, ordered or hashed (by id)")->check(CLI::IsMember({"automatic", "random", "stratified", "grouped", "ordered", "hashed"}));
    command.add_option("--order", o.order, "tables: the column of time; the last rows by it are the test part");
    command.add_option("--group", o.group, "tables: the column whose groups (persons, machines) must not be on both sides; series: the columns that tell several apart, parted by commas (default: found)")->delimiter(',');
  }
  command.add_option("--ignore", o.ignore, "CSV: columns to leave out, parted by commas")->delimiter(',');
  command.add_option("--separator", o.separator, "CSV: what parts the cells: , ; or tab (default: found)");
  command.add_option("--decimal", o.decimal, "CSV: the decimal mark, . or , (default: found for each column)")->check(CLI::IsMember({".", ","}));
  command.add_option("--encoding", o.encoding, "CSV: utf-8, windows-1252, latin-1 or utf-16 (default: found)")->check(CLI::IsMember({"utf-8", "windows-1252", "latin-1", "utf-16"}));
  if (target) command.add_flag("--keep-units", o.keep_units, "tables: cells like \"12 kg\" or \"$1,200\" stay words, also where a whole column shares the unit");
  command.add_flag("--no-quotes", o.no_quotes, "CSV: a quote is a character like others and encloses nothing (default: found for cells parted by tabs)");
  command.add_flag("--no-header", o.no_header, "CSV: the first line is a row");
  command.add_option("--size", o.size, "pictures: resize to HEIGHTxWIDTH, as 32x32 (default: chosen when they differ or are large)");
  command.add_option("--fit", o.fit, "pictures of another shape than --size: stretch, crop (cut off what stands out) or pad (black beside them); default stretch")->check(CLI::IsMember({"stretch", "crop", "pad"}));
  command.add_option("--channels", o.channels, "pictures: convert to 1 (grey) or 3 (RGB)")->check(CLI::IsMember({1, 3}));
  command.add_flag("--skip-bad", o.skip_bad, "leave pictures out that cannot be decoded, and count them");
  command.add_option("--rows", o.rows, "generators: how many rows to make")->check(CLI::Range(std::int64_t{1}, std::int64_t{10'000'000}));
  return data;
}

namespace {

char separator_of(const std::string& text) {
  if (text.empty()) return 0;
  if (text == "tab" || text == "\\t") return '\t';
  if (text.size() != 1) bad_option("--separator", "one character or \"tab\" is expected, and " + candor::quoted(text) + " came");
  return text[0];
}

}  // namespace

data::LoadOptions load_options(const DataOptions& o, std::uint64_t seed) {
  data::LoadOptions load;
  load.rows = o.rows;
  load.seed = seed;
  if (!o.target.empty()) load.csv.targets = {o.target};
  load.csv.ignore = o.ignore;
  load.csv.kind = o.task == "classification" ? data::TargetKind::classification
                  : o.task == "regression"   ? data::TargetKind::regression
                                             : data::TargetKind::automatic;
  load.csv.separator = separator_of(o.separator);
  if (o.no_header) load.csv.header = data::Header::no;
  load.images.skip_bad = o.skip_bad;
  load.images.channels = o.channels;
  load.images.choose_size = true;
  if (!o.fit.empty()) load.images.fit = data::fit_from_string(o.fit);
  if (!o.size.empty()) {
    const auto parts = split_text(o.size, 'x');
    const auto side = [&](std::size_t k) { return parts.size() == 2 ? parse_integer(parts[k]).value_or(0) : 0; };
    const auto height = side(0), width = side(1);
    if (height < 1 || width < 1 || height > 16384 || width > 16384) {
      bad_option("--size", "HEIGHTxWIDTH is expected, as 32x32, and " + candor::quoted(o.size) + " came");
    }
    load.images.height = height;
    load.images.width = width;
  }
  return load;
}

data::TableOptions table_options(const DataOptions& o) {
  data::TableOptions table;
  table.query = o.query;
  table.separator = separator_of(o.separator);
  if (o.no_header) table.header = data::Header::no;
  if (o.no_quotes) table.quotes = data::Quotes::text;
  table.missing = o.missing;
  if (!o.decimal.empty()) table.decimal = o.decimal[0];
  table.encoding = o.encoding;
  return table;
}

data::SchemaOptions schema_options(const DataOptions& o) {
  data::SchemaOptions schema;
  if (!o.target.empty()) schema.targets = {o.target};
  schema.task = o.task == "classification" ? data::TaskKind::classification : o.task == "regression" ? data::TaskKind::regression : data::TaskKind::automatic;
  schema.ignore = o.ignore;
  for (const std::string& said : o.roles) {
    const std::size_t equals = said.rfind('=');
    if (equals == std::string::npos || equals == 0) bad_option("--role", "COLUMN=ROLE is expected, and " + candor::quoted(said) + " came");
    schema.roles[said.substr(0, equals)] = data::role_from(said.substr(equals + 1));
  }
  if (!o.order.empty()) schema.roles[o.order] = data::Role::order;
  for (const std::string& group : o.group) schema.roles[group] = data::Role::group;
  return o.schema.empty() ? schema : data::read_schema_file(o.schema, schema);
}

pipeline::PrepareOptions prepare_options(const DataOptions& o, std::uint64_t seed) {
  pipeline::PrepareOptions p;
  p.load = load_options(o, seed), p.table = table_options(o), p.schema = schema_options(o);
  p.units = !o.keep_units, p.seed = seed, p.split = data::split_way_from(o.split);
  return p;
}

}  // namespace candor::cli
