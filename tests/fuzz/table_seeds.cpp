#include "tests/fuzz/table_seeds.h"

#include "candor/base/file.h"
#include "candor/data/table/read_table.h"
#include "candor/data/table/recipe.h"
#include "candor/data/table/split_record.h"
#include "candor/data/table/text_sequences.h"
#include "candor/formats/config_json.h"

namespace candor::fuzz {

void write_table_seeds(const std::string& folder) {
  make_folders(folder);
  const auto write = [&](char kind, const std::string& name, const std::string& text) { write_atomically(folder + "/" + name, kind + text); };
  std::string csv = "size,colour,town,sold,remark,price\n";
  std::vector<std::string> texts;
  for (int i = 0; i < 60; ++i) {
    texts.push_back(std::string(i % 2 ? "a very good one indeed" : "rather old and worn") + " number " + std::to_string(i));
    csv += (i % 9 ? std::to_string(i * i) : "") + "," + (i % 3 ? "red" : "blue") + ",t" + std::to_string(i % 20) + "," + std::to_string(1 + i % 28) + ".0" + std::to_string(1 + i % 9) + ".2024," + texts.back() + "," + std::to_string(i * 3) + ".5\n";
  }
  const data::Table table = data::parse_table(csv);
  for (const data::TaskKind task : {data::TaskKind::regression, data::TaskKind::classification}) {
    const data::Schema schema = data::infer_schema(table, {.targets = {task == data::TaskKind::regression ? "price" : "colour"}, .task = task});
    const std::string name = task == data::TaskKind::regression ? "numbers" : "classes";
    write('r', "recipe_" + name, formats::to_json(data::Recipe::fit(table, schema, {.max_categories = 4, .text_features = 6, .pieces = 3}).config()));
    write('s', "split_" + name, formats::to_json(data::SplitRecord(table, schema, data::split_rows(table, schema, {.validation = .1})).config()));
  }
  write('t', "sequences", formats::to_json(data::TextSequences::fit(texts).config()));
  write('j', "schema", R"({"target": "price", "task": "regression", "columns": {"customer": "id", "sold": {"role": "date", "format": "%d.%m.%Y"}}, "ignore": ["note", 3]})");
  write('y', "schema_yaml", "target: price\ntask: regression\ncolumns:\n  customer: id\n  sold: {role: date, format: \"%d.%m.%Y|%Y-%m-%d\"}\nignore: [note, 3]\n");
}

}  // namespace candor::fuzz
