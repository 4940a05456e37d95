// What a model file keeps of a table (recipe, split, sequences) as JSON, and schema files; the first byte chooses which. What is understood is written,
// read again, and applied to a table.
#include <cmath>
#include <string>
#include <vector>

#include "candor/data/table/read_table.h"
#include "candor/data/table/recipe.h"
#include "candor/data/table/split_record.h"
#include "candor/data/table/text_sequences.h"
#include "candor/formats/config_json.h"
#include "tests/fuzz/fuzz.h"

namespace {

using candor::Config;
namespace data = candor::data;

template <class Made>
void same_again(const Made& made) {
  if (candor::to_string(Made::from_config(made.config()).config()) != candor::to_string(made.config())) __builtin_trap();
}

void read_recipe(const Config& config) {
  const data::Recipe recipe = data::Recipe::from_config(config);
  same_again(recipe);
  static const data::Table table = data::parse_table("size,colour,town,sold,remark,price\n4,red,t3,24.12.2024,a very good one,5\n1e300,,t99,,,\n", {}, "rows");
  if (recipe.feature_names().size() > 10000) return;
  (void)recipe.compare(table);
  for (float x : recipe.features(table).to_vector<float>())
    if (!std::isfinite(x)) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text = candor::fuzz::as_text(bytes + 1, size - 1);
  return candor::fuzz::refuse_or_read([&] {
    switch (bytes[0]) {
      case 'r': return read_recipe(candor::formats::config_from_json(text, "input"));
      case 's': return same_again(data::SplitRecord::from_config(candor::formats::config_from_json(text, "input")));
      case 't': {
        const data::TextSequences sequences = data::TextSequences::from_config(candor::formats::config_from_json(text, "input"));
        same_again(sequences);
        const std::vector<std::string> texts{"a very good one"};
        return void(sequences.transform(texts));
      }
      case 'y': return void(data::parse_schema(text, {}, "input.yaml"));
      default: return void(data::parse_schema(text, {}, "input.json"));
    }
  });
}
